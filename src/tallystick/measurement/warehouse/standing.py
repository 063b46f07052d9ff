"""What the manifest says of one day at one moment: the files that count, and the cursor that they are as of.

Identifier: WH-STANDING.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from tallystick.foundation.lanes import position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.facts import FactTable
from tallystick.measurement.warehouse import configured, manifest, retention, rollups, rules
from tallystick.measurement.warehouse.models import FactFile

EVERY_STEP: Final = 10**15
"""More changes than any source has: asked from the beginning, it names every day with a fact."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which days are meant: of some tables or all ((), None: not restricted), or of these only those with a file that
    is not what was written.
    """

    tables: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    damaged: bool = False

    def takes(self, tables: Sequence[FactTable], day: date) -> bool:
        """Whether a day of tables that are written together is meant."""
        is_named = not self.tables or any(table.name in self.tables for table in tables)
        return is_named and (self.first or day) <= day <= (self.last or day)


@dataclass(frozen=True, slots=True)
class Day:
    """A UTC day of one source, and its tables whose files are kept: the source's own and what is counted from it."""

    source: rules.FactSource
    day: date
    tables: tuple[FactTable, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The live files of a day by table, and the cursor of its source that their content is as of."""

    files: Mapping[str, tuple[FactFile, ...]]
    cursor: Any

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(file.path for files in self.files.values() for file in files)


def days_of(brand_id: UUID, *, sources: Sequence[rules.FactSource], choice: Choice) -> list[Day]:
    """The days that have facts or files and are kept, in the order of the sources, oldest first."""
    found: list[Day] = []
    with brand_scope(brand_id):
        for source in sources:
            group = tables_of(source)
            for day in sorted(_days_of_group(source, group, choice)):
                kept = tuple(table for table in group if retention.is_kept(table.name, day))
                if kept and choice.takes(kept, day):
                    found.append(Day(source, day, kept))
        return [day for day in found if not choice.damaged or _is_damaged(day)]


def tables_of(source: rules.FactSource) -> tuple[FactTable, ...]:
    """The tables that are written from one source's rows, its own first."""
    return (source.table, *(rollup.table for rollup in rollups.counted_from(source.table)))


def standing(day: Day) -> Standing:
    """The files and the cursor of one moment, in the brand in scope.

    Files and cursor are published in one transaction and a cursor never comes back, so that files read between two
    equal cursors are as of it.
    """
    name = rules.cursor_name(day.source.table)
    while True:
        cursor = position(name)
        files = {table.name: tuple(_live(table, day.day)) for table in day.tables}
        if position(name) == cursor:
            return Standing(files, cursor)


def content(file: FactFile) -> bytes | None:
    """The bytes of a file as they were written; None where it is gone, cut short or changed."""
    try:
        found = (configured.warehouse_dir() / file.path).read_bytes()
    except OSError:
        return None
    return found if hashlib.sha256(found).hexdigest() == file.sha256 else None


def _is_damaged(day: Day) -> bool:
    return any(content(file) is None for table in day.tables for file in _live(table, day.day))


def _live(table: FactTable, day: date) -> list[FactFile]:
    return list(manifest.live().filter(table=table.name, day=day).order_by("path"))


def _days_of_group(source: rules.FactSource, group: Sequence[FactTable], choice: Choice) -> set[date]:
    named = manifest.live().filter(table__in=[table.name for table in group]).values_list("day", flat=True)
    if choice.damaged:
        return set(named.distinct())
    said = source.changes(None, limit=EVERY_STEP)
    return {*named.distinct(), *said.rewritten, *said.added}
