"""Compare what the files of each day hold with what the database says, row by row. Writes nothing.

Identifier: WH-VERIFY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl

from tallystick.foundation.scoping import brand_scope
from tallystick.kit.facts import FactTable
from tallystick.measurement.warehouse import configured, frames, rules
from tallystick.measurement.warehouse.models import FactFile
from tallystick.measurement.warehouse.rollups import ROLLUPS, counted_from
from tallystick.measurement.warehouse.standing import Day, Standing, content, standing


@dataclass(frozen=True, slots=True)
class Difference:
    """One day of one table whose files do not hold what they should. example: one such row, in words."""

    table: str
    day: date
    missing: int
    """Rows that the database says and no file holds."""
    extra: int
    """Rows of files that the database does not say, or says less often."""
    damaged: tuple[str, ...]
    """Files that are gone, cut short or otherwise not the bytes that were written: their rows are missing."""
    example: str


@dataclass
class Pending:
    """Days that the next steps of a source will write anew: what differs there is mended by publishing."""

    source: rules.FactSource
    asked_after: Any = None
    days: frozenset[date] = frozenset()

    def has(self, day: date, *, after: Any) -> bool:
        """Whether a day waits to be written anew behind a cursor; asked only where something differs.

        Asked again before it is denied: names may have changed since, which moves no cursor.
        """
        if self.asked_after != after or day not in self.days:
            self.asked_after, self.days = after, frozenset(self._ask(after))
        return day in self.days

    def _ask(self, after: Any) -> Iterator[date]:
        while True:
            found = self.source.changes(after, limit=rules.ROWS_PER_FILE)
            yield from found.rewritten
            if found.next == after:
                return
            after = found.next


def verify(
    brand_id: UUID, *, days: Sequence[Day], seen: Callable[[Day, int], None] = lambda _day, _rows: None
) -> list[Difference]:
    """The days whose live files are not, row for row and column for column, what the source says as of its cursor.

    Order does not matter; how often a row is there does. Rows are compared by a hash of 64 bits, so that one
    false row goes unnoticed once in 10**19. Memory: one part file, and about 50 bytes a row of one day.
    seen: told of every day and its rows. An empty list is health.
    """
    found: list[Difference] = []
    pending: dict[str, Pending] = {}
    with brand_scope(brand_id):
        for day in days:
            stood = standing(day)
            waits = pending.setdefault(day.source.table.name, Pending(day.source))
            differences = list(_differences(day, stood))
            if differences and not waits.has(day.day, after=stood.cursor):
                found += differences
            seen(day, sum(file.rows for file in stood.files[day.tables[0].name]))
    return found


def _differences(day: Day, stood: Standing) -> Iterator[Difference]:
    said = _hashes_said(day, stood)
    for table in day.tables:
        damaged = [file.path for file in stood.files[table.name] if content(file) is None]
        whole = [file for file in stood.files[table.name] if file.path not in damaged]
        missing, extra = _balance(said[table.name], [frame.hash_rows() for frame in _held(table, whole)])
        if damaged or missing.height or extra.height:
            yield Difference(
                table=table.name,
                day=day.day,
                missing=int(missing["times"].sum()),
                extra=int(extra["times"].sum()),
                damaged=tuple(damaged),
                example=_example(_said(day, stood, table), missing) or _example(_held(table, whole), extra),
            )


def _frames_said(day: Day, stood: Standing) -> Iterator[pl.DataFrame]:
    return frames.frames(day.source.table, day.source.rows(day.day, upto=stood.cursor))


def _hashes_said(day: Day, stood: Standing) -> dict[str, list[pl.Series]]:
    """By table, a hash of every row that the source says or that is counted from those; they are read once."""
    own: list[pl.Series] = []
    counted: dict[str, list[pl.DataFrame]] = {
        rollup.table.name: [] for rollup in counted_from(day.source.table)
    }
    for frame in _frames_said(day, stood):
        own.append(frame.hash_rows())
        for name, counters in counted.items():
            counters.append(ROLLUPS[name].of(frame))
    of_counters = {
        name: [ROLLUPS[name].merged(pl.concat(counters)).hash_rows()] if counters else []
        for name, counters in counted.items()
    }
    return {day.source.table.name: own, **of_counters}


def _said(day: Day, stood: Standing, table: FactTable) -> Iterator[pl.DataFrame]:
    """The rows that should lie in the files of a table."""
    said = _frames_said(day, stood)
    return _added_up(table, said) if table.name in ROLLUPS else said


def _held(table: FactTable, live: Sequence[FactFile]) -> Iterator[pl.DataFrame]:
    """The rows that lie in files."""
    names = [column.name for column in table.columns]
    held = (pl.read_parquet(configured.warehouse_dir() / file.path, columns=names) for file in live)
    return _added_up(table, held) if table.name in ROLLUPS else held


def _added_up(table: FactTable, some: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    rollup = ROLLUPS[table.name]
    counters = [frame if rollup.counter in frame.columns else rollup.of(frame) for frame in some]
    if counters:
        yield rollup.merged(pl.concat(counters))


def _balance(said: Sequence[pl.Series], held: Sequence[pl.Series]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hashes of rows that one side has more often than the other, and how much more often: (missing, extra)."""
    sides = [
        pl.DataFrame({"row": hashes}).with_columns(times=pl.lit(sign, pl.Int64))
        for sign, side in ((1, said), (-1, held))
        for hashes in side
    ]
    empty = pl.DataFrame(schema={"row": pl.UInt64, "times": pl.Int64})
    balance = pl.concat([empty, *sides]).group_by("row").agg(pl.col("times").sum())
    extra = balance.filter(pl.col("times") < 0).with_columns(-pl.col("times"))
    return balance.filter(pl.col("times") > 0), extra


def _example(side: Iterable[pl.DataFrame], wanted: pl.DataFrame) -> str:
    """The first row of one side that is among the hashes, as `column=value, …`."""
    if not wanted.height:
        return ""
    for frame in side:
        found = frame.filter(frame.hash_rows().is_in(wanted["row"].implode()))
        if found.height:
            cells = found.row(0, named=True).items()
            return ", ".join(f"{name}={_shown(value)}" for name, value in cells if value is not None)
    return ""


def _shown(value: Any) -> str:
    return str(UUID(bytes=value)) if isinstance(value, bytes) else str(value)
