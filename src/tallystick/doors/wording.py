"""Figures and errors in words, the same on the command line and on every page.

A number never stands without its period.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.kit.errors import Foreseen
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.comparisons import Because, Comparison, Verdict
from tallystick.measurement.kpis.intervals import Interval
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis, Denominator

_MODELS = {
    "last_touch": gettext_lazy("last touch"),
    "first_touch": gettext_lazy("first touch"),
    "linear": gettext_lazy("linear"),
    "position": gettext_lazy("position 40/20/40"),
    "time_decay": gettext_lazy("time decay"),
    "last_non_coupon": gettext_lazy("last touch that is no coupon"),
    "code_wins": gettext_lazy("a used code wins"),
}

_UNITS = {
    Denominator.CLICKS: ngettext_lazy("%(number)s click", "%(number)s clicks", "count"),
    Denominator.SESSIONS: ngettext_lazy("%(number)s session", "%(number)s sessions", "count"),
    Denominator.LEADS: ngettext_lazy("%(number)s lead", "%(number)s leads", "count"),
    Denominator.EXPOSURES: ngettext_lazy("%(number)s exposure", "%(number)s exposures", "count"),
}

_NO_UNIT = {
    Denominator.CLICKS: gettext_lazy("undefined: no clicks"),
    Denominator.SESSIONS: gettext_lazy("undefined: no sessions"),
    Denominator.LEADS: gettext_lazy("undefined: no leads"),
    Denominator.EXPOSURES: gettext_lazy("undefined: no exposures"),
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
    """The message in the language of who asks; in English where no language is set, as for a command without Django.

    An error that stands in the message of another is translated with it.
    """
    if not isinstance(error, Foreseen) or not error.message or not settings.configured:
        return str(error)
    said = gettext(error.message)
    if not error.values:
        return said
    inside = {
        name: _in_the_language(value) if isinstance(value, Foreseen) else value
        for name, value in error.values.items()
    }
    return said % inside


def model(name: str) -> str:
    """An attribution model in words; one that has none yet is its name with spaces."""
    return str(_MODELS.get(name) or word(name))


def percent(rate: float | None) -> str:
    """`3.1 %`: one decimal, two below one percent; a rate that is not defined says so."""
    return gettext("undefined") if rate is None else figures.percent(_number(rate))


def _number(rate: float) -> str:
    return figures.localized(f"{rate * 100:.{2 if 0 < abs(rate) < 0.00995 else 1}f}")


def interval(low_high: Interval | None) -> str:
    """`2.4–4.0 %`; empty without one."""
    if low_high is None:
        return ""
    return figures.percent(f"{_number(low_high.low)}–{_number(low_high.high)}")


def units(count: int, denominator: Denominator) -> str:
    """`1 session`, `2,310 sessions`."""
    return _UNITS[denominator] % {"count": count, "number": figures.count(count)}


def rate(cell: Cell, denominator: Denominator) -> str:
    """The answer of a cell in words: a rate with its interval, too little evidence, or undefined."""
    match cell.status:
        case Status.UNDEFINED:
            return str(_NO_UNIT[denominator])
        case Status.NOT_ENOUGH_EVIDENCE:
            return gettext("not enough evidence: %(units)s, about %(short)s more needed") % {
                "units": units(cell.units, denominator),
                "short": figures.count(cell.units_short),
            }
        case _:
            return f"{percent(cell.value)} ({interval(cell.interval)})"


def converted(cell: Cell) -> str:
    """`72`: how many units converted; on the period basis the sum of the conversions' shares, `12.33`."""
    return figures.whole(cell.share_ppb) if cell.converted is None else figures.count(cell.converted)


def counts(cell: Cell, denominator: Denominator) -> str:
    """`72 of 2,310 sessions`; on the period basis conversions over units."""
    values = {"converted": converted(cell), "units": units(cell.units, denominator)}
    if cell.converted is None:
        return gettext("%(converted)s conversions on %(units)s") % values
    return gettext("%(converted)s of %(units)s") % values


def period(days: Period) -> str:
    """`1–30 Nov 2026`, `from 1 Nov 2026`, `all days`; the last day is named and included."""
    last = days.until_on - timedelta(days=1) if days.until_on else None
    if days.from_on and last:
        return figures.days(days.from_on, last)
    if days.from_on:
        return gettext("from %(day)s") % {"day": figures.day(days.from_on)}
    return gettext("until %(day)s") % {"day": figures.day(last)} if last else gettext("all days")


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
        figure = gettext("%(rate)s of %(units)s") % {
            "rate": figure,
            "units": units(section.total.units, section.denominator),
        }
    return " · ".join((figure, *context(answer, section)))


def context(answer: Answer, section: Section) -> list[str]:
    """What must stand beside the figure: period and zone, definition and version, model, basis, maturity."""
    version = section.version
    cohort = section.basis is Basis.COHORT
    said = [
        f"{section_period(answer, section)}, {answer.zone}",
        f"{version.definition_name} v{version.version}",
        model(version.meaning.model),
        gettext("by date of touch") if cohort else gettext("by date of conversion"),
    ]
    if section.total.immature_units:
        said.append(_not_mature(section))
    return said


def _not_mature(section: Section) -> str:
    values = {"units": units(section.total.immature_units, section.denominator)}
    if section.immature_from is None:
        return gettext("%(units)s not mature") % values
    values["day"] = figures.day(section.immature_from)
    return gettext("%(units)s not mature (from %(day)s on)") % values


def comparison(found: Comparison) -> str:
    """`larger`, `smaller` or `cannot tell`, with the interval of the difference or what stands in the way."""
    points_apart = {"points": points(found.interval)} if found.interval else None
    if found.verdict is not Verdict.CANNOT_TELL and points_apart:
        larger = found.verdict is Verdict.LARGER
        return (
            gettext("larger by %(points)s") if larger else gettext("smaller by %(points)s")
        ) % points_apart
    match found.because:
        case Because.NOTHING_TO_COMPARE:
            return gettext("nothing to compare with")
        case Because.NOT_ENOUGH_EVIDENCE:
            return gettext("cannot tell: not enough evidence")
        case Because.NOT_MATURE:
            return gettext("cannot tell yet: the smaller one is not mature")
        case _ if points_apart:
            return gettext("cannot tell: the difference is %(points)s") % points_apart
        case _:
            return gettext("cannot tell")


def points(difference: Interval) -> str:
    """A difference of two rates in percentage points: `1.2 to 3.4 points`."""
    low, high = (
        figures.localized(f"{end * 100:+.1f}").replace("-", "−") for end in (difference.low, difference.high)
    )
    return gettext("%(low)s to %(high)s points") % {"low": low, "high": high}
