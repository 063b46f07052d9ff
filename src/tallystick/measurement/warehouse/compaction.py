"""Merge the small files of a day into larger ones, so that a question opens few. Identifier: WH-COMPACT.

Nothing that a reader is told changes by it: the same rows, or counters of the same rows added up, in other files.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import polars as pl
from django.db.models import Count, Max, Q

from tallystick.foundation.lanes import Progress, lane
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.facts import TABLES, FactTable
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import configured, files, manifest, rules
from tallystick.measurement.warehouse.models import FactFile
from tallystick.measurement.warehouse.rollups import ROLLUPS
from tallystick.measurement.warehouse.standing import content

QUIET: Final = timedelta(minutes=10)
"""A day that gained nothing for so long is merged further: little is to be expected."""

_TABLES: Final = {table.name: table for table in TABLES}


@dataclass(frozen=True, slots=True)
class Crowd:
    """A fact table's day with so many small files, of which the newest facts were published at an instant."""

    table: str
    day: date
    files: int
    changed_at: datetime


def compact(brand_id: UUID, *, limit: int, at_least: int = 2) -> Progress:
    """Merge small live files, days with the most of them first, until about `limit` rows were written again.

    1. Choose files of one table and day (`rules.worth_merging`). 2. Write what they hold as one new file, outside any
    transaction. 3. In one short transaction under the brand's lane: if all of them are still live, retire them and name
    the new file; otherwise somebody replaced one, and the new file is discarded.
    at_least: leave days with fewer small files alone. Returns (files merged, 1 if there is more to merge).
    """
    merged = written = 0
    root = configured.warehouse_dir()
    with brand_scope(brand_id):
        for chosen in _choices(at_least):
            if written >= limit:
                return Progress(merged, 1)
            merged += len(chosen) if _merge(root, brand_id, chosen) else 0
            written += sum(file.rows for file in chosen)
    # What was merged may now be worth merging with others.
    return Progress(merged, int(merged > 0))


def _choices(at_least: int) -> Iterator[list[FactFile]]:
    quiet_since = clock.now() - QUIET
    for crowd in _crowds(at_least):
        small = manifest.live().filter(table=crowd.table, day=crowd.day, rows__lte=rules.SMALL)
        ordered = list(small.order_by("rows", "path"))
        is_pressing = crowd.changed_at <= quiet_since or crowd.files >= rules.CROWDED
        growth = rules.GROWTH_AT_REST if is_pressing else rules.GROWTH
        chosen = rules.worth_merging([file.rows for file in ordered], growth=growth)
        if chosen:
            yield ordered[:chosen]


def _crowds(at_least: int) -> list[Crowd]:
    found = (
        manifest.live()
        .values("table", "day")
        .annotate(small=Count("id", filter=Q(rows__lte=rules.SMALL)), changed_at=Max("published_at"))
        .filter(small__gte=at_least)
        .order_by("-small", "table", "day")
    )
    return [Crowd(row["table"], row["day"], row["small"], row["changed_at"]) for row in found]


def _merge(root: Path, brand_id: UUID, chosen: Sequence[FactFile]) -> bool:
    """Whether the files were replaced by one; if not, nothing has changed."""
    table, day = _TABLES[chosen[0].table], chosen[0].day
    contents = [content(file) for file in chosen]
    if (
        None in contents
    ):  # swept since it was chosen, or damaged: damage that is copied would not be found any more
        return False
    frame = _together(table, [pl.read_parquet(io.BytesIO(held)) for held in contents if held])
    part = files.write_part(root, frame, brand_id=brand_id, table=table, day=day)
    with lane(brand_id):
        is_swapped = files.are_whole(root, [part]) and manifest.replace(
            [file.path for file in chosen], at=clock.now()
        )
        if is_swapped:
            # The facts are as old as they were.
            manifest.name([part], at=max(file.published_at for file in chosen))
            reach("warehouse.compacting")
    if not is_swapped:
        files.discard(root, [part])
        return False
    reach("warehouse.compacted")
    return True


def _together(table: FactTable, rows: Sequence[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat(rows)
    rollup = ROLLUPS.get(table.name)
    return rollup.merged(whole) if rollup else whole.sort(table.day_column, maintain_order=True)
