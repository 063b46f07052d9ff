"""The answer as its page shows it: a headline, the baseline beside it, a table with a chart, what it all means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tallystick.design import charts
from tallystick.doors import wording
from tallystick.doors.asking import Asked, narrowed
from tallystick.doors.console.choices import breakdown_name, with_defaults
from tallystick.doors.console.meaning import facts
from tallystick.doors.console.state import State
from tallystick.doors.exported import rows_in_order, sort_of
from tallystick.doors.kpis import Scale
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.catalog import Unit
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.questions import Segment
from tallystick.tracking.events import queries as events


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell in words, with the address of its receipts; without units there is nothing to open."""

    cell: Cell
    value: str
    interval: str
    words: str
    above: str
    below: str
    of: str
    receipts: str

    @property
    def is_enough(self) -> bool:
        """Whether the value may be shown as a number."""
        return self.cell.status is Status.OK


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its key in words, the address that narrows the page to it, its figure.

    Nothing narrows to the row of all others.
    """

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
    scale: Scale
    total: Figure
    baseline: Figure
    context: list[str]
    comparison: str
    before: str
    before_period: str
    since: str
    lines: list[Line]
    headings: list[Heading]
    axis: charts.Axis
    facts: list[tuple[str, str]]

    @property
    def has_baseline(self) -> bool:
        """Whether the KPI tells partners and house channels apart."""
        return len(self.scale.kpi.segments) > 1

    @property
    def is_drawn(self) -> bool:
        """Whether any row has an interval to draw."""
        return any(line.figure.is_enough and line.figure.interval for line in self.lines)


def sections(answer: Answer, asked: Asked, state: State) -> list[Shown]:
    """The sections of an answer, the version in force last first."""
    return [_shown(answer, section, asked, state) for section in reversed(answer.sections)]


def event_days(asked: Asked) -> tuple[date, date] | None:
    """The first and the last day with an event, in the program's zone; None before any."""
    found = events.span()
    if found is None:
        return None
    first, last = found
    zone = asked.program.zone_info
    return first.astimezone(zone).date(), last.astimezone(zone).date()


def _shown(answer: Answer, section: Section, asked: Asked, state: State) -> Shown:
    rows = rows_in_order(section, asked, state.extra["sort"])
    past, scale = section.previous, asked.scale(section)
    # All traffic holds the house channels too: against a part of itself it has no verdict.
    of_partners = asked.question.segment is Segment.PARTNER and len(asked.entry.segments) > 1
    return Shown(
        section=section,
        scale=scale,
        total=_figure(section.total, section, asked, state, where=state.wanted.where),
        baseline=_figure(
            section.baseline, section, asked, state, where=_without_source(state), segment=Segment.HOUSE
        ),
        context=wording.context(answer, section, scale),
        comparison=wording.comparison(section.against_baseline, scale) if of_partners else "",
        before=wording.figure(past.total, scale) if past else "",
        before_period=wording.period(past.period) if past else "",
        since=wording.comparison(past.of_total, scale) if past else "",
        lines=[_line(name, cell, section, asked, state) for name, cell in rows],
        headings=_headings(state, scale, asked),
        axis=_axis(section),
        facts=facts(section.version) if asked.entry.asks_definition else [],
    )


def _line(name: str, cell: Cell, section: Section, asked: Asked, state: State) -> Line:
    if cell.is_other:
        return Line(name, "", _figure(cell, section, asked, state, where=None))
    where = narrowed(asked, dict(zip(asked.question.by, cell.keys, strict=True)))
    split_by_time = DIMENSIONS[asked.question.by[0]].about is About.TIME
    next_by = "partner" if split_by_time and "partner" in asked.entry.dimensions else "month"
    narrower = with_defaults(state).address(extra={"sort": ""}, where=where, by=(next_by,))
    return Line(name, narrower, _figure(cell, section, asked, state, where=where))


def _figure(
    cell: Cell,
    section: Section,
    asked: Asked,
    state: State,
    *,
    where: tuple[str, ...] | None,
    segment: Segment | None = None,
) -> Figure:
    """where: the filters that open the cell; None where there are none that do."""
    scale = asked.scale(section)
    receipts = _receipts(section, state, where, segment) if where is not None else ""
    return Figure(
        cell=cell,
        value=scale.value(cell.value),
        interval=wording.interval(cell.interval, scale),
        words=wording.figure(cell, scale),
        above=scale.beside(cell),
        below=scale.number(cell.denominator) if scale.is_ratio else "",
        of=wording.counts(cell, scale),
        receipts=receipts if cell.units or cell.conversions or cell.numerator else "",
    )


def _receipts(section: Section, state: State, where: tuple[str, ...], segment: Segment | None) -> str:
    version = {"version": str(section.version.version)}
    asked_of = {"segment": segment.value} if segment else {}
    return with_defaults(state).address(
        page="console:receipts", extra=version, by=(), where=where, **asked_of
    )


def _axis(section: Section) -> charts.Axis:
    drawn = [cell for cell in (section.total, section.baseline, *section.rows) if cell.status is Status.OK]
    return charts.axis([cell.interval.high for cell in drawn if cell.interval])


def _headings(state: State, scale: Scale, asked: Asked) -> list[Heading]:
    now = sort_of(asked, state.extra["sort"])
    value = _("Rate, 95 % interval") if scale.kpi.unit is Unit.PROPORTION else _("Value, 95 % interval")
    names = {"name": str(breakdown_name(asked.question.by)), "rate": value if scale.is_ratio else scale.title}
    names |= {"converted": scale.above, "units": scale.below} if scale.is_ratio else {"units": scale.above}
    order = {"name": "ascending"}
    return [
        Heading(name, state.address(extra={"sort": key}), order.get(key, "descending") if key == now else "")
        for key, name in names.items()
    ]


def _without_source(state: State) -> tuple[str, ...]:
    """The filters that hold for the baseline too, as `kpis` drops them."""
    kept = []
    for text in state.wanted.where:
        name = text.partition("=")[0]
        if DIMENSIONS[name].about is not About.SOURCE:
            kept.append(text)
    return tuple(kept)
