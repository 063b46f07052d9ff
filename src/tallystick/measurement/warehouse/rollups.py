"""Counters that are kept beside the facts they count: which table is counted from which, and how. Pure.

Identifier: WH-ROLLUP. A row of a rollup says how many rows of its source are alike in a bucket of time, in all that the
rollup's columns name. So the counters of any rows of the source add up to the number of those rows, and counters of the
same rows can be added in any order and as often as one likes. Another rollup is another entry of ROLLUPS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import polars as pl

from tallystick.kit.facts import TOUCH_COUNTS, TOUCHPOINTS, FactTable


@dataclass(frozen=True, slots=True)
class Rollup:
    """A table of counters: `counter` is how many rows of `source` lie within `every` from the day column on."""

    table: FactTable
    source: FactTable
    counter: str
    every: str
    """In the words of polars; it divides a UTC day, so that a bucket never lies in two files' days."""

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The counters of some rows of the source, of any days."""
        at = pl.col(self.source.day_column).dt.truncate(self.every).alias(self.table.day_column)
        counted = (
            frame.with_columns(at).group_by(self._alike).agg(pl.len().cast(pl.Int64).alias(self.counter))
        )
        return counted.select(self._columns)

    def merged(self, counters: pl.DataFrame) -> pl.DataFrame:
        """Counters of several sets of rows as those of all together, in the order of time: what is alike is added."""
        added = counters.group_by(self._alike).agg(pl.col(self.counter).sum())
        return added.select(self._columns).sort(self.table.day_column)

    @property
    def _columns(self) -> list[str]:
        return [column.name for column in self.table.columns]

    @property
    def _alike(self) -> list[str]:
        return [name for name in self._columns if name != self.counter]


ROLLUPS: Final[Mapping[str, Rollup]] = MappingProxyType(
    {
        rollup.table.name: rollup
        for rollup in (Rollup(table=TOUCH_COUNTS, source=TOUCHPOINTS, counter="touches", every="15m"),)
    }
)
"""By the name of the rollup's own table."""


def counted_from(source: FactTable) -> list[Rollup]:
    """The rollups that are counted from a table's rows, and written with them."""
    return [rollup for rollup in ROLLUPS.values() if rollup.source.name == source.name]
