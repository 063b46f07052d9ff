"""Rows of a delimited text: whole blocks at once where they are sound, line by line where something is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Protocol

from tallystick.kit.delimited import SEPARATORS, BadFile, Header, read_header, refuse_names
from tallystick.tracking.imports.reading.lines import Block, TooLong
from tallystick.tracking.imports.reading.rows import ROW_BYTES, Row
from tallystick.tracking.imports.reading.text import is_utf8

SPACES: Final = "spaces"
TAB: Final = "tab"
_BLANKS: Final = re.compile(r"[ \t]+")


class _Reader(Protocol):
    """The cells of one row after another, and how many lines they were."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a delimited text, what separates them, and the line before the first row."""

    columns: tuple[str, ...]
    separator: str
    line: int

    def reader(self, lines: Iterable[str]) -> _Reader:
        """Cells of these lines. Raises csv.Error for a quote that is not closed, or closed in the wrong place."""
        if self.separator == SPACES:
            return _SpacedReader(lines)
        return csv.reader(lines, delimiter=self.separator, strict=True)


class _SpacedReader:
    """Cells that any number of blanks divides; blanks at the ends of a line are none."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self.line_num = lines, 0

    def __iter__(self) -> Iterator[list[str]]:
        for line in self._lines:
            self.line_num += 1
            bare = line.strip(" \t\r\n")
            yield _BLANKS.split(bare) if bare else []


def separator_said(said: str | None) -> str | None:
    """A separator as somebody wrote it, as the reader needs it. Raises BadFile for one that cannot be."""
    if said is None or said == SPACES:
        return said
    if said == TAB:
        return "\t"
    if len(said) == 1 and said not in '"\r\n\0' and said.isprintable():
        return said
    raise BadFile(
        '%(separator)r does not separate columns. Write one character, "tab", or "spaces" for any number of blanks.',
        separator=said,
    )


def read_layout(
    blocks: Iterator[Block], name: str, *, header: Sequence[str], separator: str | None
) -> tuple[Layout, Iterator[Block]]:
    """The layout of a delimited text, and the blocks after its header.

    header: the columns of a text without a line of names. separator: the one it has, where that is known. Raises
    BadFile for a text without a header, and for what `kit.delimited.read_header` refuses.
    """
    taken = _Taken(blocks, name)
    if header:
        columns = tuple(header)
        found = Header(columns, separator or _separator_of(taken.lines(), len(columns)), 0)
        refuse_names(found, name)
    elif separator == SPACES:
        found = _spaced_header(taken.lines(), name)
    else:
        found, _ = read_header(taken.lines(), name, separators=(separator,) if separator else SEPARATORS)
    return Layout(found.columns, found.separator, found.line), taken.rest(found.line)


def delimited_rows(blocks: Iterator[Block], layout: Layout, *, member: str) -> Iterator[Row]:
    """All rows, each once and in the order of the lines. Nothing is skipped but blank lines.

    A row with too many or too few cells, with bytes that are not UTF-8 or with a NUL comes without cells. So does a
    line with a quote that nobody closes, or closes in the wrong place: alone, and the lines after it are read anew, so
    that it takes none of them with it. A line larger than a row may be comes clipped. Identifier: IMPORT-ROWS.
    """
    # A cell may be as large as its row may be; the standard library's own limit ends the file.
    csv.field_size_limit(ROW_BYTES)
    line, unfinished = layout.line + 1, b""
    for block in blocks:
        if isinstance(block, TooLong):
            begun = _RowsOfBlock(unfinished, layout, line, member)
            yield from begun.rows(final=True)
            line, unfinished = line + begun.count + 1, b""
            yield Row(line - 1, None, block.head, block.size, member)
        else:
            here = _RowsOfBlock(unfinished + block if unfinished else block, layout, line, member)
            unfinished = yield from here.rows(final=False)
            line += here.count
    yield from _RowsOfBlock(unfinished, layout, line, member).rows(final=True)


class _RowsOfBlock:
    """The rows of a block of whole lines, the first of which begins a row."""

    def __init__(self, block: bytes, layout: Layout, first: int, member: str) -> None:
        """first: the number of its first line."""
        try:
            text, sound = block.decode(), b"\0" not in block
        except UnicodeDecodeError:
            text, sound = block.decode("utf-8", "surrogateescape"), False
        self._texts = io.StringIO(text, newline="").readlines()
        self._lines = block.splitlines(keepends=True)
        self._sound = sound
        self._layout, self._first, self._member = layout, first, member
        self.count = 0

    def rows(self, *, final: bool) -> Generator[Row, None, bytes]:
        """The rows; returns the lines of a last one that may go on in the next block, unless this is the final one.

        count: afterwards, the lines that were used.
        """
        total = len(self._lines)
        while (start := self.count) < total:
            reader = self._layout.reader(map(self._texts.__getitem__, range(start, total)))
            try:
                yield from self._sound_rows(reader, start)
            except (csv.Error, _TooLarge) as wrong:
                end = start + reader.line_num
                size = sum(map(len, self._lines[self.count : end]))
                goes_on = not final and end == total
                if goes_on and size <= ROW_BYTES:
                    return b"".join(self._lines[self.count :])
                yield self._alone()
                yield from self._one_by_one(end, size, may_fit=goes_on or isinstance(wrong, _TooLarge))
        return b""

    def _one_by_one(self, end: int, size: int, *, may_fit: bool) -> Iterator[Row]:
        """The lines inside a row that failed on its last line: those after its first, up to that one.

        TRICKY: a quote was open at the end of each. So each is whole by itself, or opens a quote, too, and fails where
        the row did: to read on from every one of them would take the square of their number. size: of the whole row.
        may_fit: whether it failed for its size, so that one that begins further down may be small enough.
        """
        size -= len(self._lines[self.count - 1])
        while self.count < end - 1 and not (may_fit and size <= ROW_BYTES):
            at = self.count
            size -= len(self._lines[at])
            try:
                yield from self._sound_rows(self._layout.reader([self._texts[at]]), at)
            except csv.Error:
                yield self._alone()

    def _alone(self) -> Row:
        """The next line as a row that cannot be read."""
        at, self.count = self.count, self.count + 1
        return Row(self._first + at, None, _bare(self._lines[at]), None, self._member)

    def _sound_rows(self, reader: _Reader, start: int) -> Iterator[Row]:
        """Rows up to the first one that cannot be taken apart; `count` is then the line it begins on."""
        lines, sound, member = self._lines, self._sound, self._member
        columns, first = self._layout.columns, self._first
        width, at, strip = len(columns), start, str.strip
        for cells in reader:
            end = start + reader.line_num
            raw = lines[at] if end - at == 1 else b"".join(lines[at:end])
            if len(raw) > ROW_BYTES:
                raise _TooLarge
            if cells:
                readable = len(cells) == width and (sound or (is_utf8(raw) and b"\0" not in raw))
                named = dict(zip(columns, map(strip, cells), strict=True)) if readable else None
                yield Row(first + at, named, _bare(raw), None, member)
            self.count = at = end


class _TooLarge(Exception):
    """A row has grown past what is read at once."""


class _Taken:
    """The first lines of a text, looked at to find its layout; what is not its header is given back."""

    def __init__(self, blocks: Iterator[Block], name: str) -> None:
        self._blocks, self._name = blocks, name
        self._taken, self._after = b"", list[Block]()

    def lines(self) -> Iterator[str]:
        """Lines from the beginning, as many as a header may have. Raises BadFile where the first is too long."""
        for block in self._blocks:
            if isinstance(block, TooLong):
                if not self._taken.strip():
                    raise BadFile(
                        "%(name)s: the first line is longer than a row may be (%(most)s bytes). It must name the "
                        "columns; check that this is a table, and that its lines end.",
                        name=self._name,
                        most=f"{ROW_BYTES:,}",
                    )
                self._after.append(block)
                return
            self._taken += block
            yield from io.StringIO(block.decode("utf-8", "surrogateescape"), newline="")
            if len(self._taken) > ROW_BYTES:
                return

    def rest(self, line: int) -> Iterator[Block]:
        """Everything after a line."""
        taken = b"".join(self._taken.splitlines(keepends=True)[line:])
        return chain([taken] if taken else [], self._after, self._blocks)


def _separator_of(lines: Iterator[str], width: int) -> str:
    """The separator that divides the first row into so many cells; the one with the most cells where none does."""
    row = next((line for line in lines if line.strip()), "")
    found = {mark: len(next(csv.reader([row], delimiter=mark))) for mark in SEPARATORS} if row else {",": 0}
    fitting = next((mark for mark, cells in found.items() if cells == width), None)
    if fitting is None and len(row.split()) == width:
        return SPACES
    return fitting or max(found, key=lambda mark: found[mark])


def _spaced_header(lines: Iterator[str], name: str) -> Header:
    number, line = next(((n, line) for n, line in enumerate(lines, 1) if line.strip()), (0, ""))
    found = Header(tuple(line.split()), SPACES, number)
    refuse_names(found, name)
    return found


def _bare(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")
