"""Reading delimited text files so that every complaint names the file, line, column and value."""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

TableSource = Path | BinaryIO
"""A file by its path, or anything open that yields bytes (standard input, an upload)."""

SEPARATORS = (",", ";")


class BadFile(ValueError):
    """The content of a file cannot be used; the message says where and what to do."""


class UnknownColumn(ValueError):
    """A column was asked for that the file does not have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line it ends on, counted from 1 with the header, and its cells, stripped."""

    line: int
    cells: tuple[str, ...]


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
        return BadFile(f"{self.name}, line {row.line}, column {column!r}: {value!r} {advice}")


@contextmanager
def open_table(source: TableSource) -> Iterator[Table]:
    """Open a comma- or semicolon-separated UTF-8 file with a header line.

    The separator is the one that divides the header into more columns. A byte order mark, quoted
    fields, line breaks inside quotes and blank lines are fine. The file streams: memory does not
    grow with its length.
    Raises BadFile for an empty file, a repeated or nameless column, a row with another number of
    cells than the header, broken quoting and text that is not UTF-8; OSError when it cannot be read.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        name = source.name if isinstance(source, Path) else _name_of(source)
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        if not isinstance(source, Path):
            # TRICKY: a dropped TextIOWrapper closes what it wraps, and this stream is the caller's to close.
            stack.callback(text.detach)
        records = _records(text, name)
        first = next(records, None)
        if first is None:
            raise BadFile(f"{name} is empty. The first line must name the columns.")
        header = _checked_header(first, name)
        yield Table(name, header, _checked_width(records, header, name))


def _name_of(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return "standard input" if name in (None, "<stdin>", 0) else Path(str(name)).name


def _records(text: io.TextIOWrapper, name: str) -> Iterator[Row]:
    line = 0
    try:
        first = text.readline()
        separator = max(SEPARATORS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
        reader = csv.reader(chain([first], text), delimiter=separator, strict=True)
        for cells in reader:
            line = reader.line_num
            if cells:
                yield Row(line, tuple(cell.strip() for cell in cells))
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{name}, after line {line}: not UTF-8 text ({error.reason}). Save the file as UTF-8."
        ) from error
    except csv.Error as error:
        raise BadFile(f"{name}, after line {line}: {error}. Check the quotes there.") from error


def _checked_header(row: Row, name: str) -> tuple[str, ...]:
    for column in row.cells:
        if not column:
            raise BadFile(
                f"{name}, line {row.line}: a column has no name. The first line must name every column."
            )
        if row.cells.count(column) > 1:
            raise BadFile(f"{name}, line {row.line}: the column {column!r} stands there twice. Rename one.")
    return row.cells


def _checked_width(rows: Iterator[Row], header: tuple[str, ...], name: str) -> Iterator[Row]:
    for row in rows:
        if len(row.cells) != len(header):
            raise BadFile(
                f"{name}, line {row.line}: {len(row.cells)} cells, but {len(header)} columns in the header. "
                "Put quotes around cells that contain the separator."
            )
        yield row
