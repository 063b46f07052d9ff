"""Figures and errors in words, the same on the command line and on every page.

A number never stands without its period.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext

from tallystick.design import figures
from tallystick.kit.errors import Foreseen
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.comparisons import Because, Comparison, Verdict
from tallystick.measurement.kpis.intervals import Interval
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis, Denominator

_MODELS = {
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


def sentence(error: Exception) -> str:
    """An error's message as a sentence: a capital first, a full stop last.

    Only a word is capitalised: a file or a setting is named as it is. Several lines stand as they were written.
    """
    text = _in_the_language(error).strip()
    if "\n" in text:
        return text
    if text.partition(" ")[0].isalpha():
        text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _in_the_language(error: Exception) -> str:
    """The message in the language of who asks; in English where no language is set, as for a command without Django."""
    if not isinstance(error, Foreseen) or not error.message or not settings.configured:
        return str(error)
    said = gettext(error.message)
    return said % error.values if error.values else said


def model(name: str) -> str:
    """An attribution model in words; one that has none yet is its name with spaces."""
    return _MODELS.get(name, name.replace("_", " "))


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


def converted(cell: Cell) -> str:
    """`72`: how many units converted; on the period basis the sum of the conversions' shares, `12.33`."""
    return figures.whole(cell.share_ppb) if cell.converted is None else figures.count(cell.converted)


def counts(cell: Cell, denominator: Denominator) -> str:
    """`72 of 2,310 sessions`; on the period basis conversions over units."""
    if cell.converted is None:
        return f"{converted(cell)} conversions on {units(cell.units, denominator)}"
    return f"{converted(cell)} of {units(cell.units, denominator)}"


def period(days: Period) -> str:
    """`1–30 Nov 2026`, `from 1 Nov 2026`, `all days`; the last day is named and included."""
    last = days.until_on - timedelta(days=1) if days.until_on else None
    if days.from_on and last:
        return figures.days(days.from_on, last)
    if days.from_on:
        return f"from {figures.day(days.from_on)}"
    return f"until {figures.day(last)}" if last else "all days"


def section_period(answer: Answer, section: Section) -> str:
    """The period of a section: the one asked for, or the days its version was in force where that cuts it.

    Where an end of it is open, the days that there are units of stand beside it: `all days: 1 Feb – 1 Dec 2025`.
    """
    asked = answer.question.period
    alone = len(answer.sections) == 1
    shown = asked if alone and asked.until_on == section.period.until_on else section.period
    is_open = shown.from_on is None or shown.until_on is None
    if is_open and section.first_on and section.last_on:
        return f"{period(shown)}: {figures.days(section.first_on, section.last_on)}"
    return period(shown)


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
        model(version.meaning.model),
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
        case Because.NOTHING_TO_COMPARE:
            return "nothing to compare with"
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
    return f" (from {figures.day(day)} on)" if day else ""
