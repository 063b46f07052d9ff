"""The tables of a file: one of each file inside it, several where that is in sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Final, Literal

from tallystick.kit.delimited import BadFile
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.imports.reading import signatures
from tallystick.tracking.imports.reading.content import Content
from tallystick.tracking.imports.reading.delimited import (
    TAB,
    Layout,
    delimited_rows,
    read_layout,
    separator_said,
)
from tallystick.tracking.imports.reading.lines import (
    ANY_END,
    NEWLINE,
    Block,
    LineEnds,
    blocks,
    until_broken,
)
from tallystick.tracking.imports.reading.ndjson import cells_of, json_rows
from tallystick.tracking.imports.reading.original import Broken
from tallystick.tracking.imports.reading.parquet import parquet_rows, shape_of
from tallystick.tracking.imports.reading.rows import ROW_BYTES, Row
from tallystick.tracking.imports.reading.sections import (
    MARK,
    Section,
    begins_with_section,
    blocks_of,
    sections,
)
from tallystick.tracking.imports.reading.text import HEAD_BYTES, UTF8, utf8_pieces

Format = Literal["csv", "ndjson", "parquet"]
_MOST_SECTIONS: Final = 100
_MOST_NAMES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the same columns.

    columns: of NDJSON, the names in its first lines; `open_ended` says that later lines may hold others. section: its
    title in a file in sections. separator: as `ReadAs` takes it, "" where there is none. count: of rows, where the file
    says it. rows: reads them from the first. broken: why it cannot be read to its end, where its first lines show that.
    """

    format: Format
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    member: str = ""
    section: str = ""
    encoding: str = UTF8
    separator: str = ""
    open_ended: bool = False
    count: int | None = None
    broken: str = ""

    def lacks(self, needed: frozenset[str]) -> list[str]:
        """Which of the needed columns it does not have. Of NDJSON that goes on, they may come later, but not all."""
        missing = sorted(needed.difference(self.columns))
        return [] if self.open_ended and len(missing) < len(needed) else missing


def tables_of(content: Content, reading: ReadAs, *, total_bytes: int) -> list[Table]:
    """The tables of a content; at least one. Raises BadFile for what is no table, and Broken.

    total_bytes: of the whole file, packed as it is.
    """
    with content.pieces() as pieces:
        head = pieces.head(HEAD_BYTES)
    if what := signatures.NESTED if signatures.is_packed(head) else signatures.refusal(head):
        raise BadFile("%(name)s is %(what)s.", name=content.name, what=what)
    if head.startswith(signatures.PARQUET):
        return [_parquet_table(content, total_bytes)]
    window = _window(content, reading)
    if not window.text.strip():
        raise BadFile("%(name)s is empty. The first line must name the columns.", name=content.name)
    if reading.section or begins_with_section(window.text):
        return [replace(table, broken=window.broken) for table in _section_tables(content, reading)]
    told = reading.separator or reading.header
    table = None if told else _json_table(content, reading, window)
    return [replace(table or _delimited_table(content, reading), broken=window.broken)]


@dataclass(frozen=True, slots=True)
class _Window:
    """The first lines of a text as UTF-8, its encoding, whether that was all, and why not where it breaks off."""

    text: bytes
    encoding: str
    whole: bool
    broken: str


@contextmanager
def _opened(content: Content, reading: ReadAs, ends: LineEnds) -> Iterator[tuple[str, Iterator[Block]]]:
    """The encoding of a text and its lines."""
    with content.pieces() as pieces:
        encoding, more = utf8_pieces(pieces, reading.encoding)
        yield encoding, blocks(more, ends)


def _window(content: Content, reading: ReadAs) -> _Window:
    taken, ended, broken = b"", False, ""
    with content.pieces() as pieces:
        encoding, more = utf8_pieces(pieces, reading.encoding)
        try:
            while len(taken) < ROW_BYTES and not ended:
                piece = more()
                taken, ended = taken + piece, not piece
        except Broken as wrong:
            if not taken:
                raise
            broken = str(wrong)
    if taken[:HEAD_BYTES].count(0) * 10 > len(taken[:HEAD_BYTES]):
        raise BadFile(
            "%(name)s is not UTF-8 text: it is full of NUL characters. Save it as UTF-8 text or CSV, or say which "
            "encoding it has.",
            name=content.name,
        )
    whole_lines = len(taken) if ended else taken.rfind(b"\n") + 1
    return _Window(taken[:whole_lines] or taken, encoding, ended, broken)


def _json_table(content: Content, reading: ReadAs, window: _Window) -> Table | None:
    """The table of an NDJSON file; None for what is another kind of text. Raises BadFile for other JSON."""
    named = content.name.lower().endswith((".ndjson", ".jsonl"))
    lines = window.text.strip().split(b"\n")
    if not named and lines[0][:1] not in (b"{", b"["):
        return None
    objects = [cells for line in lines if (cells := cells_of(line.strip())) is not None]
    laid_out = lines[0].strip() in (b"{", b"[", b"[{") and len(objects) * 2 < len(lines) > 1
    if laid_out or not (objects or named):
        raise BadFile(
            "%(name)s is JSON, but not one object a line. Write every object of it on a line of its own "
            "(`jq -c '.[]'` does) and import that.",
            name=content.name,
        )
    columns = tuple(islice(dict.fromkeys(chain.from_iterable(objects)), _MOST_NAMES))
    return Table(
        "ndjson",
        columns,
        partial(_json_rows, content, reading),
        content.member,
        encoding=window.encoding,
        open_ended=not window.whole,
    )


def _json_rows(content: Content, reading: ReadAs) -> Iterator[Row]:
    with _opened(content, reading, NEWLINE) as (_, text):
        yield from json_rows(text, member=content.member)


def _delimited_table(content: Content, reading: ReadAs) -> Table:
    with _opened(content, reading, ANY_END) as (encoding, text):
        layout, _ = _layout(text, content, reading)
    return _table(content, reading, layout, encoding)


def _section_tables(content: Content, reading: ReadAs) -> list[Table]:
    """A table for every section that has columns; with `ReadAs.section`, only that."""
    with _opened(content, reading, ANY_END) as (encoding, text):
        found = list(islice(sections(until_broken(text)), _MOST_SECTIONS + 1))
    if len(found) > _MOST_SECTIONS:
        raise BadFile("%(name)s has more than 100 sections. Divide it.", name=content.name)
    chosen = [part for part in found if reading.section in (None, part[0].name)]
    if not chosen:
        raise BadFile(
            "%(name)s has no section %(section)r. Its sections are: %(sections)s.",
            name=content.name,
            section=reading.section,
            sections=", ".join(section.name for section, _ in found) or "none",
        )
    return [
        _table(content, reading, layout, encoding, section)
        for section, begun in chosen
        if begun.strip() or len(chosen) == 1
        for layout in [_layout(iter([begun]), content, reading, section)[0]]
    ]


def _table(
    content: Content, reading: ReadAs, layout: Layout, encoding: str, section: Section | None = None
) -> Table:
    return Table(
        "csv",
        layout.columns,
        partial(_delimited_rows, content, reading, section),
        content.member,
        section=section.name if section else "",
        encoding=encoding,
        separator=TAB if layout.separator == "\t" else layout.separator,
    )


def _delimited_rows(content: Content, reading: ReadAs, section: Section | None) -> Iterator[Row]:
    with _opened(content, reading, ANY_END) as (_, text):
        lines = blocks_of(text, section) if section else text
        layout, rest = _layout(lines, content, reading, section)
        yield from delimited_rows(rest, layout, member=content.member)


def _layout(
    text: Iterator[Block], content: Content, reading: ReadAs, section: Section | None = None
) -> tuple[Layout, Iterator[Block]]:
    separator = separator_said(reading.separator)
    layout, rest = read_layout(text, content.name, header=reading.header, separator=separator)
    if section is None:
        return layout, rest
    columns = tuple(column.removeprefix(MARK) for column in layout.columns)
    return Layout(columns, layout.separator, section.line + layout.line), rest


def _parquet_table(content: Content, total_bytes: int) -> Table:
    shape = shape_of(content)
    return Table(
        "parquet",
        tuple(shape.columns),
        partial(parquet_rows, content, shape, total_bytes=total_bytes),
        content.member,
        count=shape.rows,
    )
