"""The sums of a cell, and what is answered of it. Pure. Identifiers: KPI-CELL-*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from tallystick.kit.shares import PPB
from tallystick.measurement.kpis.catalog import Kpi
from tallystick.measurement.kpis.dimensions import Key
from tallystick.measurement.kpis.intervals import ClusterStats, Interval
from tallystick.measurement.kpis.measures import Aggregate
from tallystick.measurement.kpis.sums import COARSE
from tallystick.partners.programs.rules import Basis

CLUSTERED: Final = "clustered"


class Status(StrEnum):
    """What may be done with a cell: act on it, wait for more, or nothing, because there is nothing to divide by."""

    OK = "ok"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class Scales:
    """What sums are counted in: so many parts make a whole above the line, and below it. KPI-CELL-SQUARES.

    coarse: how many of the parts above the line are one where they are squared.
    """

    above: int = 1
    below: int = 1
    coarse: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """The sufficient statistics of a cell: all that its value and its interval are made of.

    scales: what the sums are counted in. units: what stands below the line. successes: what stands above it: converted
    units (cohort), or on the period basis what the KPI says, such as parts per billion of conversions. clusters:
    persons (KPI-CLUSTER) that have a unit or a success; of a derived KPI, partners. largest: the most units of one.
    conversions: different conversions whose credit is in the cell. crossing: units that converted only under another
    version. top_1, top_5, top_10: what the largest parts of a derived value have of `successes`.
    """

    basis: Basis
    scales: Scales = Scales()
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
    top_1: int = 0
    top_5: int = 0
    top_10: int = 0

    @property
    def numerator(self) -> Fraction:
        """What stands above the line, in whole outcomes or minor units."""
        return Fraction(self.successes, self.scales.above)

    @property
    def denominator(self) -> Fraction:
        """What stands below the line, in whole units."""
        return Fraction(self.units, self.scales.below)

    @property
    def ratio(self) -> Fraction | None:
        """Above over below, exactly; None where nothing is below."""
        return self.numerator / self.denominator if self.units else None

    def cluster_stats(self) -> ClusterStats:
        """The same sums as `intervals` takes them, in whole outcomes."""
        above, below, coarse = self.scales.above, self.scales.below, self.scales.coarse
        return ClusterStats(
            clusters=self.clusters,
            units=self.denominator,
            successes=self.numerator,
            units_sq=Fraction(self.units_sq, below**2),
            successes_sq=Fraction(self.successes_sq * coarse**2, above**2),
            units_successes=Fraction(self.units_successes * coarse, above * below),
        )


_WHOLE: Final = (Aggregate.COUNT, Aggregate.COUNT_DISTINCT, Aggregate.SUM)

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


def scales(kpi: Kpi, basis: Basis) -> Scales:
    """What the sums of a KPI are counted in, on a basis."""
    above, below = kpi.measures.numerator, kpi.measures.denominator
    if basis is Basis.COHORT:
        return Scales()
    return Scales(
        above=1 if above.aggregate in _WHOLE else PPB,
        below=1 if below is None or below.aggregate in _WHOLE else PPB,
        coarse=COARSE if above.aggregate is Aggregate.SHARE_OF else 1,
    )


def read_statistics(row: Mapping[str, Any], kpi: Kpi, basis: Basis) -> Statistics:
    """The statistics of one row of `compile_cells`. What is told apart exactly stands above the line by itself."""
    sums = {name: int(row[name]) for name in (*_ADDED, "largest", "top_1", "top_5", "top_10")}
    if kpi.measures.numerator.aggregate is Aggregate.COUNT_DISTINCT:
        sums["successes"] = sums["conversions"]
    return Statistics(basis=basis, scales=scales(kpi, basis), **sums)


def merge(first: Statistics, second: Statistics) -> Statistics:
    """The statistics of two cells taken together. Identifier: KPI-CELL-MERGE.

    Exact where no person and no conversion is in both (two days of one person are two clusters then); otherwise ask
    for the union instead. Raises ValueError for two bases.
    """
    if (first.basis, first.scales) != (second.basis, second.scales):
        raise ValueError("a cohort rate and a period rate do not merge, nor do two KPIs")
    sums = {name: getattr(first, name) + getattr(second, name) for name in _ADDED}
    largest = max(first.largest, second.largest)
    return Statistics(basis=first.basis, scales=first.scales, largest=largest, **sums)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One answered cell. `value` and `interval` are in the unit of the KPI; a period rate may exceed 1.

    is_other: the one row of all that are beyond the rows asked for; its keys are OTHER. parts: what a derived value is
    beside its figure, such as the share of the largest partner (`top_1`).

    method: how the interval came about; None where there is none. units_short: how many more units
    would probably be enough (0 when the status is ok).
    """

    keys: tuple[Key, ...]
    statistics: Statistics
    value: float | None = None
    interval: Interval | None = None
    method: str | None = None
    status: Status = Status.OK
    units_short: int = 0
    is_other: bool = False
    parts: tuple[tuple[str, float], ...] = ()

    @property
    def numerator(self) -> Fraction:
        """What stands above the line, exactly."""
        return self.statistics.numerator

    @property
    def denominator(self) -> Fraction | None:
        """What the value divides by, exactly; None where nothing was counted below the line."""
        return self.statistics.denominator if self.statistics.units else None

    @property
    def units(self) -> int:
        """What the value divides by, in whole units: parts of conversions are cut off."""
        return self.statistics.units // self.statistics.scales.below

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
