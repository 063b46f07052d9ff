"""Rows of a file as receipts: each row one receipt, also a row that cannot be read.

The dedupe key of a row is made of the columns that identify it, or of its content and how often the
same content stood before in the file: two exact duplicates are two sales, and the same file read twice
is the same receipts, in any order of its rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from tallystick.kit import ids
from tallystick.tracking.inbox.wire import BODY_BYTES, HEAD_BYTES, Origin, Receipt

ROW = "row"
EVENT = "event"
UNREADABLE = "text/plain; charset=unknown"
SEPARATORS = (",", ";", "\t", "|")


class BadFile(ValueError):
    """A file of which no row can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: its number (the header is 1), its cells by column - or its bytes where it has none."""

    line: int
    cells: dict[str, str] | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all receipts of one import share."""

    brand_id: UUID
    source: str
    file: str
    received_at: datetime


def csv_rows(stream: BinaryIO, *, needed: Sequence[str]) -> Generator[Row, None, None]:
    """Rows of a delimited file with a header. Nothing is skipped but blank lines.

    needed: columns that must be there. Raises BadFile when the header lacks one, is not text, or the file is empty:
    then no row means anything. A row with too many or too few cells, or with bytes that are not UTF-8, comes as
    raw bytes.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline()
    if not first.strip():
        raise BadFile("the file is empty: the first line must name the columns")
    if not _is_utf8(first.encode("utf-8", "surrogateescape")):
        raise BadFile("the first line is not UTF-8 text; save the file as UTF-8")
    separator = max(SEPARATORS, key=lambda mark: len(next(csv.reader([first], delimiter=mark))))
    header = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadFile(
            f"the file has no column {', '.join(map(repr, missing))}; its columns are {', '.join(header)}. "
            f"Correct the names in the mapping, or check that this is the right file"
        )
    if len(set(header)) < len(header):
        raise BadFile("two columns have the same name; rename one")
    reader = csv.reader(text, delimiter=separator)
    try:
        for cells in reader:
            if cells:
                yield _row(header, cells, reader.line_num + 1, separator)
    except csv.Error as wrong:
        raise BadFile(
            f"after line {reader.line_num + 1}: {wrong}. Check the quotes there and import the file again; "
            f"the rows before are kept"
        ) from wrong
    finally:
        text.detach()


def json_rows(stream: BinaryIO) -> Iterator[Row]:
    """Lines of NDJSON, each one canonical event, kept as the bytes they are."""
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield Row(number, None, line.strip())


def row_receipts(rows: Iterator[Row], arrival: Arrival, *, key: Sequence[str]) -> Iterator[Receipt]:
    """Receipts of delimited rows. key: the columns that identify a row; none means content and occurrence."""
    seen: Counter[bytes] = Counter()
    for row in rows:
        if row.cells is None:
            yield _receipt(arrival, row, ROW, _occurrence(row.raw, seen), UNREADABLE, row.raw)
            continue
        body = msgspec.json.encode(row.cells, order="sorted")
        parts = msgspec.json.encode([row.cells[name] for name in key]) if key else b""
        named = _digest(parts) if key else _occurrence(body, seen)
        yield _receipt(arrival, row, ROW, named, "application/json", body)


def event_receipts(rows: Iterator[Row], arrival: Arrival) -> Iterator[Receipt]:
    """Receipts of canonical events, one a line; keyed by content and occurrence."""
    seen: Counter[bytes] = Counter()
    for row in rows:
        yield _receipt(arrival, row, EVENT, _occurrence(row.raw, seen), "application/json", row.raw)


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading. Raises BadFile when it cannot be read, with the system's reason."""
    try:
        return path.open("rb")
    except OSError as wrong:
        raise BadFile(f"{path.name} cannot be read: {wrong.strerror}") from wrong


def _row(header: list[str], cells: list[str], line: int, separator: str) -> Row:
    raw = separator.join(cells).encode("utf-8", "surrogateescape")
    readable = len(cells) == len(header) and _is_utf8(raw) and b"\0" not in raw
    return Row(
        line,
        {name: cell.strip() for name, cell in zip(header, cells, strict=True)} if readable else None,
        raw,
    )


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _occurrence(body: bytes, seen: Counter[bytes]) -> str:
    digest = hashlib.blake2b(body, digest_size=16).digest()
    seen[digest] += 1
    return f"{digest.hex()}#{seen[digest]}"


def _receipt(arrival: Arrival, row: Row, kind: str, key: str, content_type: str, body: bytes) -> Receipt:
    """A row too large to be kept whole leaves its head, which says so in quarantine and takes no key."""
    large = len(body) > BODY_BYTES
    return Receipt(
        id=ids.new(),
        brand_id=arrival.brand_id,
        source=arrival.source,
        kind=kind,
        key=None if large else key,
        body=body[:HEAD_BYTES] if large else body,
        content_type=content_type,
        received_at=arrival.received_at,
        origin=Origin(file=arrival.file, line=row.line),
        clipped_from=len(body) if large else None,
    )
