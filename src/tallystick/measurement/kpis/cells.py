"""From the sums of a cell to a rate, its interval, and whether it says anything. Pure. Identifiers: KPI-CELL-*."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any, Final

from tallystick.kit.shares import PPB
from tallystick.measurement.kpis.catalog import MinEvidence
from tallystick.measurement.kpis.dimensions import Key
from tallystick.measurement.kpis.intervals import (
    METHODS,
    ClusterStats,
    Interval,
    NoEvidence,
    clustered_ratio_interval,
    units_needed,
)
from tallystick.partners.programs.rules import Basis

CLUSTERED: Final = "clustered"


class Status(StrEnum):
    """What may be done with a cell: act on it, wait for more, or nothing, because there is nothing to divide by."""

    OK = "ok"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    UNDEFINED = "undefined"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """The sufficient statistics of a cell: all that its rate and its interval are made of.

    successes: converted units (cohort), or parts per billion of conversions (period); the squares are in the same
    unit. clusters: persons (KPI-CLUSTER) that have a unit or a success. largest: the most units of one of them.
    conversions: different conversions whose credit is in the cell. crossing: units that converted only under another
    version.
    """

    basis: Basis
    units: int = 0
    successes: int = 0
    clusters: int = 0
    units_sq: int = 0
    successes_sq: int = 0
    units_successes: int = 0
    largest: int = 0
    conversions: int = 0
    share_ppb: int = 0
    immature: int = 0
    crossing: int = 0
    excluded: int = 0

    @property
    def scale(self) -> int:
        """How many `successes` make one whole outcome."""
        return 1 if self.basis is Basis.COHORT else PPB

    @property
    def ratio(self) -> Fraction | None:
        """Successes over units, exactly; None where there are no units."""
        return Fraction(self.successes, self.units * self.scale) if self.units else None

    def cluster_stats(self) -> ClusterStats:
        """The same sums as `intervals` takes them, in whole outcomes."""
        return ClusterStats(
            clusters=self.clusters,
            units=self.units,
            successes=Fraction(self.successes, self.scale),
            units_sq=self.units_sq,
            successes_sq=Fraction(self.successes_sq, self.scale**2),
            units_successes=Fraction(self.units_successes, self.scale),
        )


_ADDED: Final = (
    "units",
    "successes",
    "clusters",
    "units_sq",
    "successes_sq",
    "units_successes",
    "conversions",
    "share_ppb",
    "immature",
    "crossing",
    "excluded",
)


def read_statistics(row: Mapping[str, Any], basis: Basis) -> Statistics:
    """The statistics of one row of `compile_cells`."""
    return Statistics(basis=basis, largest=int(row["largest"]), **{name: int(row[name]) for name in _ADDED})


def merge(first: Statistics, second: Statistics) -> Statistics:
    """The statistics of two cells taken together. Identifier: KPI-CELL-MERGE.

    Exact where no person and no conversion is in both (two days of one person are two clusters then); otherwise ask
    for the union instead. Raises ValueError for two bases.
    """
    if first.basis is not second.basis:
        raise ValueError("a cohort rate and a period rate do not merge")
    sums = {name: getattr(first, name) + getattr(second, name) for name in _ADDED}
    return Statistics(basis=first.basis, largest=max(first.largest, second.largest), **sums)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One answered cell. `value` and `interval` are in the unit of the KPI.

    method: how the interval came about; None where there is none. units_short: how many more units
    would probably be enough (0 when the status is ok).
    """

    keys: tuple[Key, ...]
    statistics: Statistics
    value: float | None
    interval: Interval | None
    method: str | None
    status: Status
    units_short: int
    is_other: bool = False

    @property
    def numerator(self) -> Fraction:
        """What was counted above the line, exactly; of a ratio without units as well."""
        return Fraction(self.statistics.successes, self.statistics.scale)

    @property
    def denominator(self) -> int | Fraction:
        """What the value divides by, exactly."""
        return self.statistics.units

    @property
    def units(self) -> int:
        """What the rate divides by."""
        return self.statistics.units

    @property
    def converted(self) -> int | None:
        """Units that converted; None on the period basis, where units are not followed."""
        return self.statistics.successes if self.statistics.basis is Basis.COHORT else None

    @property
    def conversions(self) -> int:
        """Different conversions whose credit is in the cell."""
        return self.statistics.conversions

    @property
    def share_ppb(self) -> int:
        """The credit in the cell, in parts per billion of a conversion."""
        return self.statistics.share_ppb

    @property
    def immature_units(self) -> int:
        """Units whose window is still open: they may yet convert."""
        return self.statistics.immature

    @property
    def excluded(self) -> int:
        """Touchpoints that a label (a known bot) kept from being counted."""
        return self.statistics.excluded


def make_cell(
    keys: tuple[Key, ...],
    statistics: Statistics,
    *,
    method: str,
    evidence: MinEvidence,
    pooled: Callable[[], Fraction | None],
) -> Cell:
    """Judge a cell. `pooled`: gives the rate by which missing units are reckoned, asked for only where some are.

    0 of n is 0 %. No units is undefined. Whole outcomes of persons with one unit each get the method asked
    for; all else the clustered interval. Identifiers: KPI-CELL-METHOD, KPI-CELL-EVIDENCE.
    """
    ratio = statistics.ratio
    if ratio is None:
        return Cell(
            keys=keys,
            statistics=statistics,
            value=None,
            interval=None,
            method=None,
            status=Status.UNDEFINED,
            units_short=evidence.units,
        )
    interval, used = _interval(statistics, method)
    enough = statistics.units >= evidence.units and (
        interval is not None and _half_width(interval) <= evidence.max_half_width
    )
    return Cell(
        keys=keys,
        statistics=statistics,
        value=float(ratio),
        interval=interval,
        method=used,
        status=Status.OK if enough else Status.NOT_ENOUGH_EVIDENCE,
        units_short=0 if enough else _units_short(statistics, interval, evidence, pooled() or Fraction(0)),
    )


def _interval(statistics: Statistics, method: str) -> tuple[Interval | None, str | None]:
    if statistics.basis is Basis.COHORT and statistics.largest <= 1:
        return METHODS[method](statistics.successes, statistics.units), method
    try:
        return clustered_ratio_interval(statistics.cluster_stats()), CLUSTERED
    except NoEvidence:
        return None, None


def _half_width(interval: Interval) -> float:
    return (interval.high - interval.low) / 2


def _units_short(
    statistics: Statistics, interval: Interval | None, evidence: MinEvidence, pooled: Fraction
) -> int:
    rate = float(min(pooled, Fraction(1)))
    short = max(units_needed(rate, evidence.max_half_width), evidence.units) - statistics.units
    if short > 0:
        return short
    # The cell spreads wider than the whole: by its own interval, whose width falls with the root of its units.
    wider = _half_width(interval) / evidence.max_half_width if interval else 2.0
    return max(1, ceil(statistics.units * (wider**2 - 1)))
