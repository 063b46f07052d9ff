"""A first look at a file, before anybody says how it is to be read: what it is, its columns, and some of its rows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tallystick.kit.delimited import BadFile
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.imports.reading.content import Content
from tallystick.tracking.imports.reading.delimited import SPACES
from tallystick.tracking.imports.reading.encodings import proposed_encoding
from tallystick.tracking.imports.reading.original import Broken, open_original
from tallystick.tracking.imports.reading.source import found_tables, hold_events
from tallystick.tracking.imports.reading.tables import Format, Table, tables_of
from tallystick.tracking.imports.reading.text import UTF8
from tallystick.tracking.imports.reading.unpacking import unpacked

_SAMPLES: Final = 200
# What is looked at of one table, also where its rows are large, or none can be read.
_LOOKED_AT: Final = 4 << 20
_SPACED_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file: the file in an archive or the section it is ("" for the only one), columns and first rows.

    section: as `ReadAs` takes it. broken: why it cannot be read to its end, where looking at its beginning shows that.
    """

    name: str
    columns: tuple[str, ...]
    samples: tuple[dict[str, str], ...]
    section: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is. encoding, separator: as `ReadAs` takes them; separator is "" where there is none.

    events: whether it holds canonical events, which need no mapping. skipped: as of a Source.
    """

    format: Format
    packed: str
    encoding: str
    separator: str
    sheets: tuple[Sheet, ...]
    total_bytes: int
    events: bool = False
    skipped: tuple[tuple[str, str], ...] = ()


def look_at(path: Path, *, name: str = "", reading: ReadAs | None = None) -> Look:
    """Look at a file. What is not said about it is proposed: the encoding of a text, blanks between columns.

    Raises BadFile where nothing of it can be read.
    """
    name, reading = name or path.name, reading or ReadAs()
    with closing(open_original(path, name)) as original, unpacked(original, name) as packing:
        total = original.total_bytes
        if not reading.encoding and (proposed := _proposed_encoding(packing.contents)):
            reading = msgspec.structs.replace(reading, encoding=proposed)
        tables = found_tables(packing, reading, name, total)
        if len(tables) == 1 and (spaced := _spaced(packing.contents, tables[0], reading, total)):
            tables = [spaced]
        sheets = tuple(map(_sheet, tables))
        first = tables[0]
        return Look(
            format=first.format,
            packed=packing.packed,
            encoding=first.encoding,
            separator=first.separator,
            sheets=sheets,
            total_bytes=total,
            events=first.format == "ndjson" and hold_events(sheets[0].samples),
            skipped=tuple(packing.skipped),
        )


def _proposed_encoding(contents: list[Content]) -> str:
    """The encoding of the first content that is not UTF-8; "" where all are."""
    for content in contents:
        try:
            with content.pieces() as pieces:
                proposed = proposed_encoding(pieces)
        except Broken:
            continue
        if proposed != UTF8:
            return proposed
    return ""


def _spaced(contents: list[Content], table: Table, reading: ReadAs, total_bytes: int) -> Table | None:
    """The same table with blanks between its columns, where that makes columns of one and fits all its first rows."""
    if table.format != "csv" or len(table.columns) > 1 or reading.separator or reading.header:
        return None
    try:
        spaced = tables_of(
            contents[0], msgspec.structs.replace(reading, separator=SPACES), total_bytes=total_bytes
        )
    except BadFile:
        return None
    rows, _ = _first_rows(spaced[0])
    fits = rows and len(spaced[0].columns) >= _SPACED_COLUMNS and all(row is not None for row in rows)
    return spaced[0] if fits else None


def _sheet(table: Table) -> Sheet:
    rows, broken = _first_rows(table)
    samples = tuple(cells for cells in rows if cells is not None)
    called = ": ".join(filter(None, (table.member, table.section)))
    return Sheet(called, table.columns, samples, table.section, table.broken or broken)


def _first_rows(table: Table) -> tuple[list[dict[str, str] | None], str]:
    """Cells of the first rows, None for one that cannot be read; and why there are no more where it breaks off."""
    found: list[dict[str, str] | None] = []
    looked_at = count = 0
    try:
        for row in table.rows():
            found.append(row.cells)
            count += row.cells is not None
            looked_at += len(row.raw)
            if count == _SAMPLES or looked_at > _LOOKED_AT:
                break
    except Broken as wrong:
        return found, str(wrong)
    return found, ""
