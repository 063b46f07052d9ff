"""What a document is, told by its content alone: never by its name, nor by what a browser says of it.

Identifier: FILE-TYPE.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from tallystick.kit.delimited import SEPARATORS
from tallystick.kit.errors import Exit, Foreseen


class TypeRefused(Foreseen):
    """A document of a type that is not taken."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Type:
    """A type that is taken: how people call it, the endings its name may have (the first is added where it has none
    of them), and whether a browser may show it.
    """

    media_type: str
    label: str
    endings: tuple[str, ...]
    is_shown: bool = False


_PLAIN = (".txt", ".csv", ".tsv", ".md", ".log")

PDF: Final = Type("application/pdf", "PDF", (".pdf",), is_shown=True)
PNG: Final = Type("image/png", "PNG", (".png",), is_shown=True)
JPEG: Final = Type("image/jpeg", "JPEG", (".jpg", ".jpeg"), is_shown=True)
WEBP: Final = Type("image/webp", "WebP", (".webp",), is_shown=True)
GIF: Final = Type("image/gif", "GIF", (".gif",), is_shown=True)
TEXT: Final = Type("text/plain", "plain text", _PLAIN)
CSV: Final = Type("text/csv", "CSV", (".csv", *(each for each in _PLAIN if each != ".csv")))
DOCX: Final = Type(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word (docx)", (".docx",)
)
XLSX: Final = Type(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel (xlsx)", (".xlsx",)
)
ODT: Final = Type("application/vnd.oasis.opendocument.text", "OpenDocument text (odt)", (".odt",))

TYPES: Final = {each.media_type: each for each in (PDF, PNG, JPEG, WEBP, GIF, TEXT, CSV, DOCX, XLSX, ODT)}

_BEGINNINGS: Final = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
)
_ZIP: Final = b"PK\x03\x04"
_ZIP_ENTRY: Final = b"PK\x01\x02"
_MOST_ENTRIES: Final = 10_000
"""More than any document holds. 20 MB can list 400,000, and to read that takes seconds and 100 MB."""
_NEVER_IN_TEXT: Final = bytes({*range(32), 127} - set(b"\t\n\f\r"))
_LINES_LOOKED_AT: Final = 20


def type_of(content: bytes) -> Type:
    """The type of a document. Raises TypeRefused, which names the types that are taken."""
    found = _by_beginning(content) or _packed(content) or _text(content)
    if found is None:
        raise TypeRefused(
            "This document is of a type that is not taken, whatever its name says. What is taken: %(types)s.",
            types=", ".join(each.label for each in TYPES.values()),
        )
    return found


def _by_beginning(content: bytes) -> Type | None:
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    return next((found for beginning, found in _BEGINNINGS if content.startswith(beginning)), None)


def _packed(content: bytes) -> Type | None:
    """An office document, by what its archive holds; one with macros is none that is taken."""
    if not content.startswith(_ZIP) or content.count(_ZIP_ENTRY) > _MOST_ENTRIES:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = frozenset(archive.namelist())
            if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
                return None
            if "mimetype" in names:
                with archive.open("mimetype") as said:
                    return ODT if said.read(200) == ODT.media_type.encode() else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else None


def _text(content: bytes) -> Type | None:
    """Text in UTF-8 or in one byte a letter. What begins as markup (HTML, SVG, XML) is not taken as text."""
    bare = content.removeprefix(b"\xef\xbb\xbf")
    if not bare.strip() or bare.lstrip().startswith(b"<") or bare.translate(None, _NEVER_IN_TEXT) != bare:
        return None
    lines = bare.decode("latin-1").splitlines()[:_LINES_LOOKED_AT]
    return CSV if any(_is_table(lines, separator) for separator in SEPARATORS) else TEXT


def _is_table(lines: Sequence[str], separator: str) -> bool:
    """Whether there are at least two lines and each has the same number of cells, two or more."""
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=separator) if cells]
    except csv.Error:
        return False
    return len(widths) > 1 and widths[0] > 1 and len(set(widths)) == 1
