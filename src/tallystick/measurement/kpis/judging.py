"""From the sums of a cell to a value, its interval, and whether it says anything. Pure. Identifiers: KPI-CELL-*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Final

from tallystick.measurement.kpis.catalog import Kpi, MinEvidence
from tallystick.measurement.kpis.cells import CLUSTERED, Cell, Statistics, Status
from tallystick.measurement.kpis.dimensions import OTHER, Key
from tallystick.measurement.kpis.intervals import (
    METHODS,
    Interval,
    NoEvidence,
    clustered_ratio_interval,
    units_needed,
)
from tallystick.measurement.kpis.kinds import Kind, Unit
from tallystick.partners.programs.rules import Basis

_TOPS: Final = ("top_1", "top_5", "top_10")


@dataclass(frozen=True, slots=True)
class Judge:
    """What cells of one question are judged by.

    pooled: gives the ratio by which missing units are reckoned, asked for only where some are. intervals: whether there
    are sums over people, which an interval takes.
    """

    kpi: Kpi
    method: str
    intervals: bool
    pooled: Callable[[], Fraction | None]

    def cell(self, keys: tuple[Key, ...], statistics: Statistics, *, is_other: bool = False) -> Cell:
        """One cell with its value. 0 of n is 0; nothing below the line is undefined; a count is what it is."""
        cell = Cell(keys=(OTHER,) * len(keys) if is_other else keys, statistics=statistics, is_other=is_other)
        match self.kpi.kind:
            case Kind.RATIO:
                return self._ratio(cell)
            case Kind.DERIVED:
                return _concentration(cell, self.kpi.min_evidence)
            case _:
                return replace(cell, value=float(statistics.numerator))

    def _ratio(self, cell: Cell) -> Cell:
        """Identifiers: KPI-CELL-METHOD, KPI-CELL-EVIDENCE."""
        evidence, statistics, ratio = self.kpi.min_evidence, cell.statistics, cell.statistics.ratio
        if ratio is None:
            return replace(cell, status=Status.UNDEFINED, units_short=evidence.units)
        interval, used = self._interval(statistics) if self.intervals else (None, None)
        wide = self.intervals and (interval is None or _excess(interval, ratio, evidence) > 1)
        enough = statistics.denominator >= evidence.units and not wide
        return replace(
            cell,
            value=float(ratio),
            interval=interval,
            method=used,
            status=Status.OK if enough else Status.NOT_ENOUGH_EVIDENCE,
            units_short=0 if enough else self._short(statistics, interval, ratio),
        )

    def _interval(self, statistics: Statistics) -> tuple[Interval | None, str | None]:
        whole = statistics.basis is Basis.COHORT or self.kpi.whole_outcomes
        if whole and statistics.largest <= 1:
            return METHODS[self.method](statistics.successes, statistics.units), self.method
        try:
            proportion = self.kpi.unit is Unit.PROPORTION
            return clustered_ratio_interval(statistics.cluster_stats(), proportion=proportion), CLUSTERED
        except NoEvidence:
            return None, None

    def _short(self, statistics: Statistics, interval: Interval | None, ratio: Fraction) -> int:
        evidence = self.kpi.min_evidence
        if self.kpi.unit is Unit.PROPORTION and evidence.max_half_width is not None and self.intervals:
            pooled = float(min(self.pooled() or Fraction(0), Fraction(1)))
            short = (
                max(units_needed(pooled, evidence.max_half_width), evidence.units) - statistics.denominator
            )
        else:
            short = evidence.units - statistics.denominator
        if short > 0:
            return ceil(short)
        # The cell spreads wider than the whole: by its own interval, whose width falls with the root of its units.
        wider = _excess(interval, ratio, evidence) if interval else 2.0
        return max(1, ceil(statistics.denominator * Fraction(wider**2 - 1)))


def _concentration(cell: Cell, evidence: MinEvidence) -> Cell:
    """Herfindahl's index, the sum of the squared parts of all. Identifier: KPI-CONCENTRATION."""
    sums = cell.statistics
    if not sums.successes:
        return replace(cell, status=Status.UNDEFINED, units_short=evidence.units)
    index = Fraction(sums.successes_sq * sums.scales.coarse**2, sums.successes**2)
    short = max(0, evidence.units - sums.clusters)
    return replace(
        cell,
        value=float(index),
        parts=tuple((name, float(Fraction(getattr(sums, name), sums.successes))) for name in _TOPS),
        status=Status.NOT_ENOUGH_EVIDENCE if short else Status.OK,
        units_short=short,
    )


def _excess(interval: Interval, ratio: Fraction, evidence: MinEvidence) -> float:
    """By how much an interval is wider than it may be, at least on one measure; 1 is as wide as it may be."""
    half = (interval.high - interval.low) / 2
    found = [half / evidence.max_half_width] if evidence.max_half_width else []
    if evidence.max_relative_half_width:
        found.append(half / (evidence.max_relative_half_width * float(ratio)) if ratio else float("inf"))
    return max(found, default=0.0)
