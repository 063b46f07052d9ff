"""Opening a file to read it: whatever it is packed in and however it is written, its rows one after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from tallystick.kit.delimited import BadFile
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.imports.reading.original import Broken, BrokenOff, Original, open_original
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.tables import Format, Table, tables_of
from tallystick.tracking.imports.reading.unpacking import Packing, unpacked

_SHOWN: Final = 40
_SAMPLE: Final = 200


@dataclass(frozen=True, slots=True)
class Source:
    """An open file: its columns, those of its first table, and all rows of all tables that fit, each once.

    is_sparse: whether rows may leave out cells that are empty, as objects do. total_bytes: of the file as it lies.
    read_bytes: how many of them have been read. skipped: the files in an archive, or sections, that do not fit, each
    with why.
    """

    format: Format
    packed: str
    columns: tuple[str, ...]
    rows: Iterator[Row]
    is_sparse: bool
    total_bytes: int
    read_bytes: Callable[[], int]
    skipped: list[tuple[str, str]]


@contextmanager
def open_source(
    path: Path, *, name: str = "", reading: ReadAs | None = None, needed: Collection[str] = ()
) -> Iterator[Source]:
    """Open a file of any kind that is read. Identifier: IMPORT-SOURCE.

    name: what people call it, where the path does not say it. needed: columns without which no row means anything.
    Raises BadFile where nothing of it can be read, or where no table has the columns; and BrokenOff, while rows are
    read, when it cannot be read on.
    """
    name = name or path.name
    with closing(open_original(path, name)) as original, unpacked(original, name) as packing:
        found = found_tables(packing, reading or ReadAs(), name, original.total_bytes)
        tables = _fitting(found, frozenset(needed), name, packing)
        progress = _Progress(original, tables)
        with closing(_rows(tables, name, progress)) as rows:
            first = tables[0]
            yield Source(
                first.format,
                packing.packed,
                first.columns,
                rows,
                any(table.format == "ndjson" for table in tables),
                original.total_bytes,
                progress.read_bytes,
                packing.skipped,
            )


def found_tables(packing: Packing, reading: ReadAs, name: str, total_bytes: int) -> list[Table]:
    """All tables of a file; what is none in an archive is skipped. Raises BadFile where there is none at all."""
    tables: list[Table] = []
    for content in packing.contents:
        try:
            tables += tables_of(content, reading, total_bytes=total_bytes)
        except (BadFile, Broken) as wrong:
            if packing.packed == "zip":
                packing.skipped.append((content.member, str(wrong)))
            elif isinstance(wrong, BadFile):
                raise
            else:
                raise BadFile("%(name)s cannot be read: %(reason)s.", name=name, reason=wrong) from wrong
    if not tables:
        raise BadFile(
            "%(name)s holds no file that can be read. %(why)s",
            name=name,
            why=_listed(packing.skipped) or "It is empty.",
        )
    return tables


def is_events(path: Path, *, name: str = "") -> bool:
    """Whether an NDJSON file holds canonical events: most of its first objects have `kind` and `occurred_at`."""
    found: list[dict[str, str]] = []
    with open_source(path, name=name) as source:
        if source.format != "ndjson":
            return False
        try:
            found.extend(row.cells for row in islice(source.rows, _SAMPLE) if row.cells is not None)
        except BrokenOff:
            if not found:
                raise
    return hold_events(found)


def hold_events(objects: Sequence[dict[str, str]]) -> bool:
    """Whether most of these objects look like canonical events."""
    return sum("kind" in cells and "occurred_at" in cells for cells in objects) * 2 > len(objects)


def _fitting(tables: list[Table], needed: frozenset[str], name: str, packing: Packing) -> list[Table]:
    lacking = [(table, table.lacks(needed)) for table in tables]
    fitting = [table for table, missing in lacking if not missing]
    if not fitting and len(tables) == 1:
        raise BadFile(
            "%(name)s has no column %(missing)s. Its columns are: %(columns)s. Correct the names in "
            "the mapping, or check that this is the right file.",
            name=name,
            missing=_several(map(repr, lacking[0][1])),
            columns=_several(tables[0].columns),
        )
    packing.skipped += [
        (_called(table), f"has no column {_several(map(repr, missing))}")
        for table, missing in lacking
        if missing
    ]
    if not fitting:
        raise BadFile(
            "Nothing in %(name)s fits. %(why)s Correct the names in the mapping, or check that this is the right file.",
            name=name,
            why=_listed(packing.skipped),
        )
    return fitting


class _Progress:
    """How far the reading of a file has come."""

    def __init__(self, original: Original, tables: Sequence[Table]) -> None:
        self._original = original
        counts = [table.count for table in tables if table.count]
        self._count = counts[0] if len(tables) == 1 and counts else 0
        self.line = 0

    def read_bytes(self) -> int:
        """Of the file as it lies; Parquet is read back and forth, so its rows are counted instead."""
        if self._count:
            return self._original.total_bytes * self.line // self._count
        return min(self._original.tell(), self._original.total_bytes)


def _rows(tables: Sequence[Table], name: str, progress: _Progress) -> Generator[Row, None, None]:
    """The rows of all tables. One that breaks off does not keep the others from being read."""
    broken_off: list[BrokenOff] = []
    for table in tables:
        progress.line = 0
        try:
            for row in table.rows():
                progress.line = row.line
                yield row
        except Broken as wrong:
            broken_off.append(
                BrokenOff(
                    "%(name)s, after line %(line)s: cannot be read on: %(reason)s. The rows before are "
                    "kept; import the file again once it can be read."
                    if progress.line
                    else "%(name)s: no row of it can be read: %(reason)s. Import the file again once it can be.",
                    name=f"{name}/{table.member}" if table.member else name,
                    line=progress.line,
                    reason=wrong,
                )
            )
    if broken_off:
        raise broken_off[0]


def _called(table: Table) -> str:
    return ": ".join(filter(None, (table.member, table.section)))


def _several(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _listed(skipped: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{name}: {why.rstrip('.')}." for name, why in skipped[:_SHOWN])
