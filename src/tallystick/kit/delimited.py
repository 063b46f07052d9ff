"""Reading delimited text files so that every complaint names the file, line, column and value."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from tallystick.kit.errors import Foreseen

TableSource = Path | BinaryIO
"""A file by its path, or anything open that yields bytes (standard input, an upload)."""

SEPARATORS = (",", ";", "\t", "|")
_BLOCK = 4096
_PACKED = {
    b"\x1f\x8b": "a gzip file. Unpack it first.",
    b"PK\x03\x04": "a zip file or a workbook. Unpack it, or save the sheet as CSV.",
    b"\x28\xb5\x2f\xfd": "a zstd file. Unpack it first.",
    b"\xd0\xcf\x11\xe0": "a workbook. Save the sheet as CSV.",
    b"PAR1\x15": "a Parquet file. Write its rows as CSV.",
}


class BadFile(Foreseen, ValueError):
    """The content of a file cannot be used; the message says where and what to do."""


class UnknownColumn(ValueError):
    """A column was asked for that the file does not have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line it ends on, counted from 1 with the header, and its cells, stripped."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, stripped; what separates cells; and the line on which the header ends."""

    columns: tuple[str, ...]
    separator: str
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: its name for messages, its header and its rows, read once and in file order."""

    name: str
    header: tuple[str, ...]
    rows: Iterator[Row]

    def position(self, column: str) -> int:
        """Where a column stands. Raises UnknownColumn, naming the columns there are."""
        if column not in self.header:
            raise UnknownColumn(
                f"{self.name} has no column {column!r}. Its columns are: {', '.join(self.header)}."
            )
        return self.header.index(column)

    def fault(self, row: Row, column: str, advice: str) -> BadFile:
        """The error for one cell: file, line, column, value, and the advice given."""
        value = row.cells[self.position(column)]
        return BadFile(
            "%(name)s, line %(line)s, column %(column)r: %(value)r %(advice)s",
            name=self.name,
            line=row.line,
            column=column,
            value=value,
            advice=advice,
        )


@contextmanager
def open_table(source: TableSource) -> Iterator[Table]:
    """Open a UTF-8 file with a header line whose cells are separated by a comma, semicolon, tab or bar.

    A byte order mark, quoted fields, line breaks inside quotes and blank lines are fine. The file
    streams: memory does not grow with its length.
    Raises BadFile for what `refuse_packed` and `read_header` refuse, a nameless column, a row with
    another number of cells than the header, broken quoting and text that is not UTF-8; OSError when
    it cannot be read.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        name = source.name if isinstance(source, Path) else _name_of(source)
        refuse_packed(stream, name)
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        if not isinstance(source, Path):
            # TRICKY: a dropped TextIOWrapper closes what it wraps, and this stream is the caller's to close.
            stack.callback(text.detach)
        header, lines = read_header(_decoded(text, name), name)
        if "" in header.columns:
            raise BadFile(
                "%(name)s, line %(line)s: a column has no name. Name every column there.",
                name=name,
                line=header.line,
            )
        yield Table(name, header.columns, _rows(lines, header, name))


def refuse_packed(stream: BinaryIO, name: str) -> None:
    """Raise BadFile for a stream that begins like an archive, a workbook or other content that is no text.

    Reads nothing away; a stream that can neither be looked into nor be set back is not judged. A few NUL
    characters pass: they may be one broken row of a text.
    """
    block = _first_block(stream)
    for magic, advice in _PACKED.items():
        if block.startswith(magic):
            raise BadFile("%(name)s is %(advice)s", name=name, advice=advice)
    if block.count(0) * 10 > len(block):
        raise BadFile(
            "%(name)s is not UTF-8 text: it is full of NUL characters. Save it as UTF-8 text or CSV.",
            name=name,
        )


def read_header(
    lines: Iterator[str], name: str, *, separators: Sequence[str] = SEPARATORS
) -> tuple[Header, Iterator[str]]:
    """The header of a delimited text, and the lines after it. Blank lines before it do not count.

    The separator is the one that divides the header into more columns; line breaks inside quotes are fine.
    Raises BadFile for a text without a header, broken quoting, and what `refuse_names` refuses.
    """
    taken: list[str] = []
    found = [_header(_kept(lines, taken), mark) for mark in separators]
    header = max(filter(None, found), key=lambda header: len(header.columns), default=None)
    # Quotes that are broken with the right separator may still read as one column with another.
    if header is None or (len(header.columns) == 1 and None in found):
        raise BadFile(
            "%(name)s: the first line names no columns that can be read. Check the quotes there.", name=name
        )
    refuse_names(header, name)
    return header, chain(taken[header.line :], lines)


def refuse_names(header: Header, name: str) -> None:
    """Raise BadFile for a header without columns, one that is not UTF-8 or holds a NUL, and one name given twice."""
    if not header.columns:
        raise BadFile("%(name)s is empty. The first line must name the columns.", name=name)
    known: set[str] = set()
    for column in header.columns:
        if "\0" in column or not _is_unicode(column):
            raise BadFile("%(name)s: the first line is not UTF-8 text. Save the file as UTF-8.", name=name)
        if column in known:
            which = f"the column {column!r}" if column else "a column without a name"
            raise BadFile(
                "%(name)s, line %(line)s: %(which)s stands there twice. Rename one.",
                name=name,
                line=header.line,
                which=which,
            )
        known.add(column)


def _name_of(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return "standard input" if name in (None, "<stdin>", 0) else Path(str(name)).name


def _first_block(stream: BinaryIO) -> bytes:
    if isinstance(stream, io.BufferedReader):
        return stream.peek(_BLOCK)[:_BLOCK]
    if not stream.seekable():
        return b""
    start = stream.tell()
    block = stream.read(_BLOCK)
    stream.seek(start)
    return block


def _kept(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    """The lines from the first one on, for every separator anew: what is read is kept in `taken`."""
    yield from taken
    for line in lines:
        taken.append(line)
        yield line


def _header(lines: Iterator[str], separator: str) -> Header | None:
    """What the header is with a separator: without columns where there is no line, None where quotes are broken."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for cells in reader:
            columns = tuple(cell.strip() for cell in cells)
            if len(columns) > 1 or any(columns):
                return Header(columns, separator, reader.line_num)
    except csv.Error:
        return None
    return Header((), separator, reader.line_num)


def _is_unicode(text: str) -> bool:
    """Whether a text holds no bytes that were not UTF-8 (read with `surrogateescape`)."""
    return not any("\udc80" <= character <= "\udcff" for character in text)


def _decoded(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    line = 0
    try:
        for content in text:
            yield content
            line += 1
    except UnicodeDecodeError as error:
        raise BadFile(
            "%(name)s, after line %(line)s: not UTF-8 text (%(reason)s). Save the file as UTF-8.",
            name=name,
            line=line,
            reason=error.reason,
        ) from error


def _rows(lines: Iterator[str], header: Header, name: str) -> Iterator[Row]:
    line, width = header.line, len(header.columns)
    reader = csv.reader(lines, delimiter=header.separator, strict=True)
    try:
        for cells in reader:
            line = header.line + reader.line_num
            if not cells:
                continue
            if len(cells) != width:
                raise BadFile(
                    "%(name)s, line %(line)s: %(cells)s cells, but %(width)s columns in the header. Put "
                    "quotes around cells that contain the separator.",
                    name=name,
                    line=line,
                    cells=len(cells),
                    width=width,
                )
            yield Row(line, tuple(cell.strip() for cell in cells))
    except csv.Error as error:
        raise BadFile(
            "%(name)s, after line %(line)s: %(error)s. Check the quotes there.",
            name=name,
            line=line,
            error=error,
        ) from error
