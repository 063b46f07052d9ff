"""Is one rate larger than another? Larger, smaller, or cannot tell. Pure. Identifier: KPI-COMPARE."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from tallystick.measurement.kpis.cells import CLUSTERED, Cell, Status
from tallystick.measurement.kpis.intervals import Interval, Outcomes, newcombe_interval


class Verdict(StrEnum):
    """What the interval of the difference allows to say of the first against the second."""

    LARGER = "larger"
    SMALLER = "smaller"
    CANNOT_TELL = "cannot_tell"


class Because(StrEnum):
    """What the verdict rests on, or what stands in its way."""

    INTERVAL = "interval"
    NOTHING_TO_COMPARE = "nothing_to_compare"
    """One side has no units: its rate is undefined."""
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    NOT_MATURE = "not_mature"
    NO_INTERVAL = "no_interval"
    """A count, a sum or a quick answer: the difference is what it is, and nothing says how sure it is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One rate minus another, with its interval; both None where a side has no rate or no interval."""

    verdict: Verdict
    because: Because
    difference: float | None
    interval: Interval | None


def compare(ours: Cell, theirs: Cell) -> Comparison:
    """Compare two cells, as if nobody were in both.

    The verdict follows the 95 % interval of the difference: Newcombe where both are whole outcomes of independent
    units, else the square root of the summed squares of both half widths. A cell that is not enough evidence gives no
    verdict. An open window can only raise a rate: where the smaller side has one, the verdict waits.
    """
    if ours.value is None or theirs.value is None:
        return Comparison(Verdict.CANNOT_TELL, Because.NOTHING_TO_COMPARE, None, None)
    difference = ours.value - theirs.value
    if ours.interval is None or theirs.interval is None:
        if Status.NOT_ENOUGH_EVIDENCE in (ours.status, theirs.status):
            return Comparison(Verdict.CANNOT_TELL, Because.NOT_ENOUGH_EVIDENCE, None, None)
        return Comparison(Verdict.CANNOT_TELL, Because.NO_INTERVAL, difference, None)
    interval = _difference(ours, theirs)
    if Status.NOT_ENOUGH_EVIDENCE in (ours.status, theirs.status):
        return Comparison(Verdict.CANNOT_TELL, Because.NOT_ENOUGH_EVIDENCE, difference, interval)
    if interval.low <= 0 <= interval.high:
        return Comparison(Verdict.CANNOT_TELL, Because.INTERVAL, difference, interval)
    smaller, verdict = (theirs, Verdict.LARGER) if interval.low > 0 else (ours, Verdict.SMALLER)
    if smaller.immature_units:
        return Comparison(Verdict.CANNOT_TELL, Because.NOT_MATURE, difference, interval)
    return Comparison(verdict, Because.INTERVAL, difference, interval)


def _difference(ours: Cell, theirs: Cell) -> Interval:
    if CLUSTERED not in (ours.method, theirs.method):
        return newcombe_interval(_outcomes(ours), _outcomes(theirs))
    half = sqrt(_reach(ours) ** 2 + _reach(theirs) ** 2)
    difference = (ours.value or 0.0) - (theirs.value or 0.0)
    return Interval(difference - half, difference + half)


def _outcomes(cell: Cell) -> Outcomes:
    return Outcomes(cell.statistics.successes, cell.statistics.units)


def _reach(cell: Cell) -> float:
    # The longer side: an interval cut off at 0 or 1 is short on the other without being sure.
    if cell.interval is None or cell.value is None:
        return float("inf")
    return max(cell.value - cell.interval.low, cell.interval.high - cell.value)
