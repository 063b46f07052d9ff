"""Rows of a file, read one after another: also a row that cannot be read is one, as the bytes it has."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tallystick.kit.delimited import BadFile, read_header, refuse_packed
from tallystick.tracking.inbox.wire import BODY_BYTES, HEAD_BYTES

_LINE_BYTES = BODY_BYTES + len(b"\r\n")


class _TooLarge(Exception):
    """A row has grown past what is read at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line it begins on (the header is 1), its cells by column, or None, and its bytes.

    raw: the bytes of the file, quotes included, without the line break at the end; of a row that is larger than
    a receipt may be only its head, and then `clipped_from` is its size.
    """

    line: int
    cells: dict[str, str] | None
    raw: bytes
    clipped_from: int | None = None


def csv_rows(stream: BinaryIO, name: str, *, needed: Sequence[str]) -> Generator[Row, None, None]:
    """Rows of a delimited file with a header. Nothing is skipped but blank lines.

    needed: columns that must be there. Before the first row, BadFile is raised for what `kit.delimited` refuses
    (packed content, an empty file, a header that is no text or names a column twice) and when a needed column is
    lacking: then no row means anything. After that only a failing disk raises it, and the rows before it have come.
    A row with too many or too few cells, with bytes that are not UTF-8 or with a NUL comes without cells. So does
    a line with a quote that nobody closes, or closes in the wrong place: alone, and the lines after it are read
    anew, so that it takes none of them with it. A line of more than BODY_BYTES comes clipped.
    """
    refuse_packed(stream, name)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    lines = None
    try:
        header, rest = read_header(iter(partial(text.readline, _LINE_BYTES + 1), ""), name)
        _refuse_lacking(header.columns, needed, name)
        # A cell may be as large as its row may be; the standard library's own limit ends the file.
        csv.field_size_limit(_LINE_BYTES)
        lines = _RowLines(rest, header.line)
        reader = csv.reader(lines, delimiter=header.separator, strict=True)
        while True:
            try:
                cells = next(reader, None)
            except (_TooLarge, csv.Error):
                yield lines.give_back()
                continue
            if cells is None:
                return
            first, raw = lines.take()
            if cells:
                yield _row(header.columns, cells, first, raw)
    except OSError as wrong:
        raise _broken_off(name, lines.number if lines else 0, wrong) from wrong
    finally:
        text.detach()


def json_rows(stream: BinaryIO, name: str) -> Iterator[Row]:
    """Lines of NDJSON, each one canonical event, kept as the bytes they are; one of more than BODY_BYTES is clipped.

    BadFile is raised before the first row for packed content, after that only by a failing disk: the rows before it
    have come.
    """
    refuse_packed(stream, name)
    number = 0
    try:
        while line := stream.readline(_LINE_BYTES + 1):
            number += 1
            if len(line) > _LINE_BYTES:
                yield Row(number, None, line[:HEAD_BYTES], clipped_from=len(line) + _skip_line(stream, line))
            elif raw := line.strip():
                yield Row(number, None, raw)
    except OSError as wrong:
        raise _broken_off(name, number, wrong) from wrong


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading. Raises BadFile when it cannot be read, with the system's reason."""
    try:
        return path.open("rb")
    except OSError as wrong:
        raise BadFile(
            "%(name)s cannot be read: %(strerror)s.", name=path.name, strerror=wrong.strerror
        ) from wrong


class _RowLines:
    """The lines of a file for the standard library's reader; remembers those of the row that is being read.

    Raises _TooLarge as soon as they are more than a receipt holds. The reader can go on after that: it begins every
    row from nothing.
    """

    def __init__(self, lines: Iterator[str], number: int) -> None:
        """number: that of the last line before these."""
        self._lines, self.number = lines, number
        self._row: list[str] = []
        self._again: deque[str] = deque()
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self._row.append(line)
        self._size += len(_bytes(line))
        if self._size > _LINE_BYTES:
            raise _TooLarge
        return line

    def take(self) -> tuple[int, bytes]:
        """Where the row that was read began, and its bytes; what follows is another row."""
        first, raw = self.number - len(self._row) + 1, b"".join(map(_bytes, self._row))
        self._row, self._size = [], 0
        return first, raw.removesuffix(b"\n").removesuffix(b"\r")

    def give_back(self) -> Row:
        """The first line of a row that cannot be read, as a row of its own; the lines after it will be read again."""
        self._again.extendleft(reversed(self._row[1:]))
        self.number -= len(self._row) - 1
        self._row = self._row[:1]
        line = self._row[0]
        size = len(_bytes(line))
        if size <= _LINE_BYTES:
            first, raw = self.take()
            return Row(first, None, raw)
        head, ended = _bytes(line)[:HEAD_BYTES], line.endswith(("\n", "\r"))
        while not ended and (rest := next(self._lines, "")):
            size, ended = size + len(_bytes(rest)), rest.endswith(("\n", "\r"))
        first, _ = self.take()
        return Row(first, None, head, clipped_from=size)


def _refuse_lacking(columns: Sequence[str], needed: Sequence[str], name: str) -> None:
    missing = [column for column in needed if column not in columns]
    if missing:
        raise BadFile(
            "%(name)s has no column %(missing)s. Its columns are: %(columns)s. Correct the names in "
            "the mapping, or check that this is the right file.",
            name=name,
            missing=", ".join(map(repr, missing)),
            columns=", ".join(columns),
        )


def _broken_off(name: str, line: int, wrong: OSError) -> BadFile:
    return BadFile(
        "%(name)s, after line %(line)s: cannot be read on: %(strerror)s. The rows before are "
        "kept; import the file again once it can be read.",
        name=name,
        line=line,
        strerror=wrong.strerror or wrong,
    )


def _skip_line(stream: BinaryIO, line: bytes) -> int:
    """Read to the end of a line that was begun; returns how many bytes more it has."""
    skipped = 0
    while line and not line.endswith(b"\n"):
        line = stream.readline(_LINE_BYTES)
        skipped += len(line)
    return skipped


def _row(columns: Sequence[str], cells: list[str], line: int, raw: bytes) -> Row:
    readable = len(cells) == len(columns) and _is_utf8(raw) and b"\0" not in raw
    return Row(
        line,
        {name: cell.strip() for name, cell in zip(columns, cells, strict=True)} if readable else None,
        raw,
    )


def _bytes(text: str) -> bytes:
    """The bytes that were read as a text, also those that are not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
