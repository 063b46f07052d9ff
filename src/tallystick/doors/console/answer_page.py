"""The answer as its page shows it: a headline, the baseline beside it, a table with a chart, what it all means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tallystick.design import charts
from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.asking import Asked, narrowed
from tallystick.doors.console.choices import breakdown_name, with_defaults
from tallystick.doors.console.meaning import facts
from tallystick.doors.console.state import State
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.questions import Segment
from tallystick.tracking.events import queries as events

SORTS: Final = ("name", "rate", "converted", "units")


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell in words, with the address of its receipts; without units there is nothing to open."""

    cell: Cell
    rate: str
    interval: str
    words: str
    converted: str
    receipts: str

    @property
    def is_enough(self) -> bool:
        """Whether the rate may be shown as a number."""
        return self.cell.status is Status.OK


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its key in words, the address that narrows the page to it, its figure."""

    name: str
    narrower: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that the table can be sorted by."""

    name: str
    address: str
    sorted: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One section of the page."""

    section: Section
    total: Figure
    baseline: Figure
    context: list[str]
    comparison: str
    before: str
    before_period: str
    since: str
    lines: list[Line]
    headings: list[Heading]
    scale: charts.Axis
    facts: list[tuple[str, str]]

    @property
    def is_drawn(self) -> bool:
        """Whether any row has an interval to draw."""
        return any(line.figure.is_enough for line in self.lines)


def sections(answer: Answer, asked: Asked, state: State) -> list[Shown]:
    """The sections of an answer, the version in force last first."""
    return [_shown(answer, section, asked, state) for section in reversed(answer.sections)]


def event_days(asked: Asked) -> tuple[date, date] | None:
    """The first and the last day with an event, in the program's zone; None before any."""
    found = events.span()
    if found is None:
        return None
    first, last, _count = found
    zone = asked.program.zone_info
    return first.astimezone(zone).date(), last.astimezone(zone).date()


def lines_in_order(section: Section, asked: Asked, sort: str) -> list[tuple[str, Cell]]:
    """The rows with their names. Time runs forward; else the most units come first, unless sorted otherwise."""
    by = asked.question.by
    named = [(_name(asked, cell), cell) for cell in section.rows]
    if not sort:
        sort = "name" if all(DIMENSIONS[name].about is About.TIME for name in by) else "units"
    named.sort(key=lambda pair: pair[0].casefold())
    if sort == "rate":
        named.sort(key=lambda pair: (pair[1].status is not Status.OK, -(pair[1].value or 0.0)))
    elif sort == "converted":
        named.sort(key=lambda pair: -(_successes(pair[1])))
    elif sort == "units":
        named.sort(key=lambda pair: -pair[1].units)
    return named


def _shown(answer: Answer, section: Section, asked: Asked, state: State) -> Shown:
    rows = lines_in_order(section, asked, state.extra["sort"])
    past = section.previous
    # All traffic holds the house channels too: against a part of itself it has no verdict.
    of_partners = asked.question.segment is Segment.PARTNER
    return Shown(
        section=section,
        total=_figure(section.total, section, state, where=state.wanted.where),
        baseline=_figure(
            section.baseline, section, state, where=_without_source(state), segment=Segment.HOUSE
        ),
        context=wording.context(answer, section),
        comparison=wording.comparison(section.against_baseline) if of_partners else "",
        before=wording.rate(past.total, section.denominator) if past else "",
        before_period=wording.period(past.period) if past else "",
        since=wording.comparison(past.of_total) if past else "",
        lines=[_line(name, cell, section, asked, state) for name, cell in rows],
        headings=_headings(state, section, asked),
        scale=_scale(section),
        facts=facts(section.version),
    )


def _line(name: str, cell: Cell, section: Section, asked: Asked, state: State) -> Line:
    where = narrowed(asked, dict(zip(asked.question.by, cell.keys, strict=True)))
    split_by_time = DIMENSIONS[asked.question.by[0]].about is About.TIME
    narrower = with_defaults(state).address(
        extra={"sort": ""}, where=where, by=("partner",) if split_by_time else ("month",)
    )
    return Line(name, narrower, _figure(cell, section, state, where=where))


def _figure(
    cell: Cell, section: Section, state: State, *, where: tuple[str, ...], segment: Segment | None = None
) -> Figure:
    version = {"version": str(section.version.version)}
    asked_of = {"segment": segment.value} if segment else {}
    receipts = with_defaults(state).address(
        page="console:receipts", extra=version, by=(), where=where, **asked_of
    )
    return Figure(
        cell=cell,
        rate=wording.percent(cell.value),
        interval=wording.interval(cell.interval),
        words=wording.rate(cell, section.denominator),
        converted=wording.converted(cell),
        receipts=receipts if cell.units or cell.conversions else "",
    )


def _scale(section: Section) -> charts.Axis:
    drawn = [cell for cell in (section.total, section.baseline, *section.rows) if cell.status is Status.OK]
    return charts.axis([cell.interval.high for cell in drawn if cell.interval])


def _headings(state: State, section: Section, asked: Asked) -> list[Heading]:
    by_time = all(DIMENSIONS[name].about is About.TIME for name in asked.question.by)
    now = state.extra["sort"] or ("name" if by_time else "units")
    names = {
        "name": str(breakdown_name(asked.question.by)),
        "rate": _("Rate, 95 % interval"),
        "converted": _("Converted") if section.total.converted is not None else _("Conversions"),
        "units": capfirst(word(section.denominator)),
    }
    order = {"name": "ascending"}
    return [
        Heading(
            names[key], state.address(extra={"sort": key}), order.get(key, "descending") if key == now else ""
        )
        for key in SORTS
    ]


def _name(asked: Asked, cell: Cell) -> str:
    pairs = zip(asked.question.by, cell.keys, strict=True)
    return " · ".join(asked.terms.term(name, key).name for name, key in pairs)


def _successes(cell: Cell) -> float:
    return cell.share_ppb if cell.converted is None else cell.converted


def _without_source(state: State) -> tuple[str, ...]:
    """The filters that hold for the baseline too, as `kpis` drops them."""
    kept = []
    for text in state.wanted.where:
        name = text.partition("=")[0]
        if DIMENSIONS[name].about is not About.SOURCE:
            kept.append(text)
    return tuple(kept)
