"""What a file is by its first bytes, and what to do with one that is not read here."""

from __future__ import annotations

from typing import Final

GZIP: Final = b"\x1f\x8b"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET: Final = b"PAR1"
_TAR_AT: Final = 257

WORKBOOK: Final = "a workbook. Save the sheet as CSV"

_OTHERS: Final = {
    b"\x28\xb5\x2f\xfd": "a zstd file. Unpack it, or pack it with gzip or zip",
    b"BZh": "a bzip2 file. Unpack it, or pack it with gzip or zip",
    b"\xfd7zXZ": "an xz file. Unpack it, or pack it with gzip or zip",
    b"7z\xbc\xaf": "a 7z archive. Unpack it, or pack it as a zip file",
    b"Rar!\x1a": "a rar archive. Unpack it, or pack it as a zip file",
    b"\xd0\xcf\x11\xe0": WORKBOOK,
    b"%PDF": "a PDF. Ask for the same content as CSV",
    b"PARE": "an encrypted Parquet file. Write it without encryption",
    b"ARROW1": "an Arrow file. Write it as Parquet or CSV",
    b"Obj\x01": "an Avro file. Write it as Parquet or CSV",
    b"SQLite format 3": "a database. Write the table as CSV",
    b"<!DOCTYPE": "a web page. Download the file itself as CSV",
    b"<html": "a web page. Download the file itself as CSV",
    b"<?xml": "an XML file. Save it as CSV",
}

NESTED: Final = "an archive inside an archive. Unpack it"


def refusal(head: bytes) -> str:
    """What content is that begins so and is no table, and what to do; "" where it may be one."""
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "a tar archive. Unpack it, or pack it as a zip file"
    return next((what for magic, what in _OTHERS.items() if head.startswith(magic)), "")


def is_packed(head: bytes) -> bool:
    """Whether content that begins so is packed with gzip or zip."""
    return head.startswith((GZIP, *ZIP))
