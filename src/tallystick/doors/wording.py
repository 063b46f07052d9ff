"""Figures in words, the same on the command line and on every page: a number never stands without its period."""

from __future__ import annotations

from datetime import date, timedelta

from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.comparisons import Because, Comparison, Verdict
from tallystick.measurement.kpis.intervals import Interval
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis, Denominator

MODELS = {
    "last_touch": "last touch",
    "first_touch": "first touch",
    "linear": "linear",
    "position": "position 40/20/40",
    "time_decay": "time decay",
    "last_non_coupon": "last touch that is no coupon",
    "code_wins": "a used code wins",
}

_ONE_UNIT = {
    Denominator.CLICKS: "click",
    Denominator.SESSIONS: "session",
    Denominator.LEADS: "lead",
    Denominator.EXPOSURES: "exposure",
}


def percent(rate: float | None) -> str:
    """`3.1 %`: one decimal, two below one percent; a rate that is not defined says so."""
    if rate is None:
        return "undefined"
    return f"{rate * 100:.{2 if 0 < abs(rate) < 0.00995 else 1}f} %"


def interval(low_high: Interval | None) -> str:
    """`2.4–4.0 %`; empty without one."""
    if low_high is None:
        return ""
    return f"{percent(low_high.low).removesuffix(' %')}–{percent(low_high.high)}"


def units(count: int, denominator: Denominator) -> str:
    """`1 session`, `2,310 sessions`."""
    return f"{count:,} {_ONE_UNIT[denominator]}{'' if count == 1 else 's'}"


def rate(cell: Cell, denominator: Denominator) -> str:
    """The answer of a cell in words: a rate with its interval, too little evidence, or undefined."""
    match cell.status:
        case Status.UNDEFINED:
            return f"undefined: no {denominator}"
        case Status.NOT_ENOUGH_EVIDENCE:
            return f"not enough evidence: {units(cell.units, denominator)}, about {cell.units_short:,} more needed"
        case _:
            return f"{percent(cell.rate)} ({interval(cell.interval)})"


def counts(cell: Cell, denominator: Denominator) -> str:
    """`72 of 2,310 sessions`; on the period basis conversions over units."""
    if cell.converted is None:
        return f"{cell.share_ppb / 10**9:,.4g} conversions on {units(cell.units, denominator)}"
    return f"{cell.converted:,} of {units(cell.units, denominator)}"


def period(days: Period) -> str:
    """`1–30 Nov 2026`, `from 1 Nov 2026`, `all days`; the last day is named and included."""
    last = days.until_on - timedelta(days=1) if days.until_on else None
    if days.from_on and last:
        return _span(days.from_on, last)
    if days.from_on:
        return f"from {_day(days.from_on)}"
    return f"until {_day(last)}" if last else "all days"


def section_period(answer: Answer, section: Section) -> str:
    """The period of a section: the one asked for, or the days its version was in force where that cuts it."""
    asked = answer.question.period
    alone = len(answer.sections) == 1
    return period(asked if alone and asked.until_on == section.period.until_on else section.period)


def headline(answer: Answer, section: Section) -> str:
    """The whole answer in a line: `3.1 % (2.4–4.0 %) of 2,310 sessions · 1–30 Nov 2026, Europe/Berlin · …`."""
    figure = rate(section.total, section.denominator)
    if section.total.status is Status.OK:
        figure = f"{figure} of {units(section.total.units, section.denominator)}"
    return " · ".join((figure, *context(answer, section)))


def context(answer: Answer, section: Section) -> list[str]:
    """What must stand beside the figure: period and zone, definition and version, model, basis, maturity."""
    version = section.version
    said = [
        f"{section_period(answer, section)}, {answer.zone}",
        f"{version.definition_name} v{version.version}",
        MODELS[version.meaning.model],
        "by date of touch" if section.basis is Basis.COHORT else "by date of conversion",
    ]
    if section.total.immature_units:
        said.append(
            f"{units(section.total.immature_units, section.denominator)} not mature{_since(section.immature_from)}"
        )
    return said


def comparison(found: Comparison) -> str:
    """`larger`, `smaller` or `cannot tell`, with the interval of the difference or what stands in the way."""
    if found.verdict is not Verdict.CANNOT_TELL and found.interval:
        return f"{found.verdict} by {points(found.interval)}"
    match found.because:
        case Because.NOT_ENOUGH_EVIDENCE:
            return "cannot tell: not enough evidence"
        case Because.NOT_MATURE:
            return "cannot tell yet: the smaller one is not mature"
        case _:
            return (
                f"cannot tell: the difference is {points(found.interval)}"
                if found.interval
                else "cannot tell"
            )


def points(difference: Interval) -> str:
    """A difference of two rates in percentage points: `1.2 to 3.4 points`."""
    return f"{difference.low * 100:+.1f} to {difference.high * 100:+.1f} points".replace("-", "−")


def _since(day: date | None) -> str:
    return f" (from {_day(day)} on)" if day else ""


def _span(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%b} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
