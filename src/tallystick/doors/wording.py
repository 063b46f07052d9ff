"""Figures and errors in words, the same on the command line and on every page.

A number never stands without its period.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors.kpis import Scale, hundredths
from tallystick.kit.errors import Foreseen
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.catalog import Unit
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.comparisons import Because, Comparison, Verdict
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.kpis.intervals import Interval
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis

_MODELS = {
    "last_touch": gettext_lazy("last touch"),
    "first_touch": gettext_lazy("first touch"),
    "linear": gettext_lazy("linear"),
    "position": gettext_lazy("position 40/20/40"),
    "time_decay": gettext_lazy("time decay"),
    "last_non_coupon": gettext_lazy("last touch that is no coupon"),
    "code_wins": gettext_lazy("a used code wins"),
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
    """A proportion that is no KPI: `3.1 %`; one that is not defined says so."""
    return gettext("undefined") if rate is None else figures.percent(hundredths(rate))


def percents(low_high: Interval | None) -> str:
    """The interval of such a proportion: `2.4–4.0 %`; empty without one."""
    return (
        "" if low_high is None else figures.percent(f"{hundredths(low_high.low)}–{hundredths(low_high.high)}")
    )


def interval(low_high: Interval | None, scale: Scale) -> str:
    """`2.4–4.0 %`; empty without one."""
    return "" if low_high is None else scale.span(low_high.low, low_high.high)


def figure(cell: Cell, scale: Scale) -> str:
    """The answer of a cell in words: a value with its interval, too little evidence, or undefined."""
    match cell.status:
        case Status.UNDEFINED:
            return scale.nothing
        case Status.NOT_ENOUGH_EVIDENCE:
            return gettext("not enough evidence: %(units)s, about %(short)s more needed") % {
                "units": scale.evidence(cell),
                "short": figures.count(cell.units_short),
            }
        case _ if cell.interval is None:
            return scale.value(cell.value)
        case _:
            return f"{scale.value(cell.value)} ({interval(cell.interval, scale)})"


def counts(cell: Cell, scale: Scale) -> str:
    """`72 of 2,310 sessions`; on the period basis conversions over units, of money `812.00 EUR from 2,310 clicks`.

    Of counts and sums only what they come of stands there: `from 61 conversions`.
    """
    if not scale.is_ratio:
        return gettext("from %(units)s") % {"units": scale.units(cell.conversions)}
    values = {"above": scale.counted(cell.numerator), "units": scale.units(cell.denominator or 0)}
    if scale.kpi.unit is not Unit.PROPORTION:
        return gettext("%(above)s from %(units)s") % values
    if cell.converted is None and scale.denominator:
        return gettext("%(above)s conversions on %(units)s") % values
    return gettext("%(above)s of %(units)s") % values


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


def headline(answer: Answer, section: Section, scale: Scale) -> str:
    """The whole answer in a line: `3.1 % (2.4–4.0 %) of 2,310 sessions · 1–30 Nov 2026, Europe/Berlin · …`."""
    said = figure(section.total, scale)
    if section.total.status is Status.OK and scale.is_ratio:
        said = gettext("%(rate)s of %(units)s") % {
            "rate": said,
            "units": scale.units(section.total.denominator or 0),
        }
    return " · ".join((said, *context(answer, section, scale)))


def context(answer: Answer, section: Section, scale: Scale) -> list[str]:
    """What must stand beside the figure: period and zone, definition and version, model, basis, maturity."""
    said = [f"{section_period(answer, section)}, {answer.zone}"]
    if scale.kpi.asks_definition:
        said += [
            f"{section.version.definition_name} v{section.version.version}",
            model(section.version.meaning.model),
        ]
    if len(scale.kpi.bases) > 1:
        cohort = section.basis is Basis.COHORT
        said.append(gettext("by date of touch") if cohort else gettext("by date of conversion"))
    if section.total.immature_units:
        said.append(_not_mature(section, scale))
    return said


def _not_mature(section: Section, scale: Scale) -> str:
    values = {"units": scale.units(section.total.immature_units)}
    if section.immature_from is None:
        return gettext("%(units)s not mature") % values
    values["day"] = figures.day(section.immature_from)
    return gettext("%(units)s not mature (from %(day)s on)") % values


def completeness(found: Completeness, zone: ZoneInfo) -> str:
    """How much stands behind an answer, in a line: `complete through 1 Nov 2026, 12:00:05 · 3 in quarantine`."""
    said = [complete_through(found, zone)]
    said += [
        gettext("%(rows)s wait for %(stage)s") % {"rows": figures.count(rows), "stage": word(stage)}
        for stage, rows in found.behind.items()
        if rows
    ]
    if found.quarantined:
        said.append(gettext("%(count)s in quarantine") % {"count": figures.count(found.quarantined)})
    return " · ".join(said)


def complete_through(found: Completeness, zone: ZoneInfo) -> str:
    """Until when all that was received is in an answer, and nothing of what waits or whose it is."""
    return gettext("complete through %(moment)s") % {"moment": figures.moment(found.complete_through, zone)}


def comparison(found: Comparison, scale: Scale) -> str:
    """`larger`, `smaller` or `cannot tell`, with the interval of the difference or what stands in the way."""
    apart = {"points": points(found.interval, scale)} if found.interval else None
    if found.verdict is not Verdict.CANNOT_TELL and apart:
        larger = found.verdict is Verdict.LARGER
        return (gettext("larger by %(points)s") if larger else gettext("smaller by %(points)s")) % apart
    match found.because:
        case Because.NOTHING_TO_COMPARE:
            return gettext("nothing to compare with")
        case Because.NOT_ENOUGH_EVIDENCE:
            return gettext("cannot tell: not enough evidence")
        case Because.NOT_MATURE:
            return gettext("cannot tell yet: the smaller one is not mature")
        case Because.NO_INTERVAL if found.difference is not None:
            return apart_by(found.difference, scale)
        case _ if apart:
            return gettext("cannot tell: the difference is %(points)s") % apart
        case _:
            return gettext("cannot tell")


def apart_by(difference: float, scale: Scale) -> str:
    """A difference that is what it is, as of counts and sums: `748.94 EUR more`, `12 less`, `the same`."""
    if not difference:
        return gettext("the same")
    size = scale.value(abs(difference))
    if scale.kpi.unit is Unit.PROPORTION:
        size = gettext("%(size)s points") % {"size": hundredths(abs(difference))}
    return (gettext("%(size)s more") if difference > 0 else gettext("%(size)s less")) % {"size": size}


def points(difference: Interval, scale: Scale) -> str:
    """A difference of two values: of rates in percentage points, `1.2 to 3.4 points`, else in the unit."""
    if scale.kpi.unit is not Unit.PROPORTION:
        return gettext("%(low)s to %(high)s") % {
            "low": scale.value(difference.low),
            "high": scale.value(difference.high),
        }
    low, high = (
        figures.localized(f"{end * 100:+.1f}").replace("-", "−") for end in (difference.low, difference.high)
    )
    return gettext("%(low)s to %(high)s points") % {"low": low, "high": high}
