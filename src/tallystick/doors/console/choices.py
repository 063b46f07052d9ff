"""What one can switch on the answer: breakdowns as links, the rest as a small form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors.asking import Asked
from tallystick.doors.console.state import State
from tallystick.doors.kpis import FAMILIES, TITLES, find_kpi
from tallystick.measurement.kpis.catalog import Converts, catalog
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.questions import Segment
from tallystick.partners.programs.models import Definition, Program
from tallystick.partners.programs.queries import find_program, versions
from tallystick.partners.programs.rules import Basis, Denominator

Words = str | Promise

BREAKDOWNS: Final[tuple[tuple[Words, tuple[tuple[str, Words], ...]], ...]] = (
    (
        gettext_lazy("Who"),
        (
            ("partner", gettext_lazy("Partner")),
            ("placement", gettext_lazy("Placement")),
            ("partner_kind", gettext_lazy("Partner kind")),
            ("source", gettext_lazy("Source")),
            ("campaign", gettext_lazy("Campaign")),
            ("link", gettext_lazy("Link")),
            ("code", gettext_lazy("Code")),
        ),
    ),
    (
        gettext_lazy("Whom"),
        (
            ("visitor_type", gettext_lazy("Visitor")),
            ("customer_type", gettext_lazy("Customer")),
            ("device", gettext_lazy("Device")),
            ("browser", gettext_lazy("Browser")),
            ("country", gettext_lazy("Country")),
        ),
    ),
    (
        gettext_lazy("Where to"),
        (
            ("placement_type", gettext_lazy("Placement type")),
            ("landing_page", gettext_lazy("Landing page")),
            ("sub_id", gettext_lazy("Sub-id")),
        ),
    ),
    (
        gettext_lazy("When"),
        (
            ("quarter", gettext_lazy("Quarter")),
            ("month", gettext_lazy("Month")),
            ("week", gettext_lazy("Week")),
            ("day", gettext_lazy("Day")),
            ("time_since_touch", gettext_lazy("Time since the touch")),
        ),
    ),
)

SEGMENTS: Final = {
    Segment.PARTNER: gettext_lazy("partners"),
    Segment.HOUSE: gettext_lazy("house channels"),
    Segment.ALL: gettext_lazy("all traffic"),
}
BASES: Final = {
    Basis.COHORT: gettext_lazy("cohort"),
    Basis.PERIOD: gettext_lazy("period"),
}


TOPS: Final = (20, 50, 100, 500)
TOP: Final = 50
"""How many rows a table shows where the address does not say."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One link or option: what it is called, the value it stands for, and whether it is the present one."""

    name: Words
    value: str
    chosen: bool
    address: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A select of the form."""

    name: str
    label: Words
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class KpiGroup:
    """The KPIs of one family, to choose from."""

    name: Words
    choices: tuple[Choice, ...]


def with_defaults(state: State) -> State:
    """The state with what a page asks when nothing is said: by partner, where the KPI knows whose its rows are and
    is not about all of them; by source, all traffic.
    """
    wanted, entry = state.wanted, find_kpi(state.wanted.kpi)
    by_partner = "partner" in entry.dimensions and entry.spread is None
    by = wanted.by or (("partner",) if by_partner else ("month",))
    of_all = by == ("source",) or Segment.PARTNER not in entry.segments
    segment = wanted.segment or (Segment.ALL.value if of_all else Segment.PARTNER.value)
    return replace(state, wanted=replace(wanted, by=by, segment=segment))


def fitted(state: State) -> tuple[State, list[str]]:
    """The state without what its KPI does not have, and the filters that were therefore left out: another KPI may have
    been chosen over the same question.
    """
    wanted, entry = state.wanted, find_kpi(state.wanted.kpi)
    lacks = set(DIMENSIONS) - set(entry.dimensions)
    kept = tuple(text for text in wanted.where if text.partition("=")[0] not in lacks)
    fits = replace(
        wanted,
        by=() if lacks.intersection(wanted.by) else wanted.by,
        where=kept,
        segment="" if wanted.segment in set(Segment) - set(entry.segments) else wanted.segment,
        basis="" if wanted.basis in set(Basis) - set(entry.bases) else wanted.basis,
        denominator="" if wanted.denominator in set(Denominator) - set(entry.units) else wanted.denominator,
    )
    return replace(state, wanted=fits), [text for text in wanted.where if text not in kept]


def kpi_groups(state: State) -> list[KpiGroup]:
    """Every KPI there is, by family."""
    here = find_kpi(state.wanted.kpi)
    return [
        KpiGroup(
            name,
            tuple(
                Choice(TITLES.get(entry.key, entry.key), entry.key, entry is here)
                for entry in catalog().values()
                if entry.family is family
            ),
        )
        for family, name in FAMILIES.items()
        if any(entry.family is family for entry in catalog().values())
    ]


def top_of(state: State) -> int | None:
    """How many rows the table shows. Time is never cut: a day is not among others because little happened."""
    times = {name for name, dimension in DIMENSIONS.items() if dimension.about is About.TIME}
    return None if times.issuperset(with_defaults(state).wanted.by) else int(state.extra["top"] or TOP)


def tops(state: State) -> Field:
    """The choice of how many rows the table shows."""
    shown = state.extra["top"] or str(TOP)
    return _field("top", _("Rows"), [(str(each), figures.count(each)) for each in TOPS], shown)


def with_names(state: State) -> State:
    """The state with its program and definition named where nothing but a name says which of several is meant.

    The first program by key that has a definition, else the first; its primary definition, else the first by key.
    """
    wanted = state.wanted
    programs = list(Program.objects.order_by("key").values_list("key", flat=True))
    if not programs:
        return state
    if not wanted.program and len(programs) > 1:
        first = Definition.objects.order_by("program__key").values_list("program__key", flat=True).first()
        wanted = replace(wanted, program=first or programs[0])
    if not wanted.definition:
        program = find_program(wanted.program or None)
        own = Definition.objects.filter(program=program).order_by("key").values_list("key", flat=True)
        if len(own) > 1 and not any(version.primary for version in versions(program.id)):
            wanted = replace(wanted, definition=own[0])
    return replace(state, wanted=wanted)


def what_is_missing(state: State) -> str:
    """What the brand must open before anything is counted: a `program`, then a `definition`; else nothing."""
    if not state.wanted.program and not Program.objects.exists():
        return "program"
    program = find_program(state.wanted.program or None)
    return "" if Definition.objects.filter(program=program).exists() else "definition"


def lacks_leads(asked: Asked) -> bool:
    """Whether the KPI follows leads, and the definition does not say which those are."""
    named = [bool(version.meaning.leads_from) for version in asked.question.versions]
    if asked.entry.converts is Converts.LEADS:
        return not any(named)
    return asked.entry.units == (Denominator.LEADS,) and not all(named)


def breakdowns(state: State) -> list[tuple[Words, list[Choice]]]:
    """The groups of breakdowns, each a link that keeps the rest of the question."""
    here, has = with_defaults(state).wanted.by, find_kpi(state.wanted.kpi).dimensions
    found = [
        (
            group,
            [
                Choice(name, key, here == (key,), state.address(by=(key,)))
                for key, name in dimensions
                if key in has
            ],
        )
        for group, dimensions in BREAKDOWNS
    ]
    return [(group, choices) for group, choices in found if choices]


def breakdown_name(by: tuple[str, ...]) -> Words:
    """What the first column of the table holds."""
    names = {key: name for _group, dimensions in BREAKDOWNS for key, name in dimensions}
    return names.get(by[0], by[0].replace("_", " ").capitalize())


def filters(state: State, asked: Asked) -> list[Choice]:
    """The filters in force, in words, each with the address that is without it."""
    found = []
    for text, (name, key) in zip(state.wanted.where, asked.question.where, strict=True):
        rest = tuple(other for other in state.wanted.where if other != text)
        words = f"{breakdown_name((name,))}: {asked.terms.term(name, key).name}"
        found.append(Choice(words, text, True, state.address(where=rest)))
    return found


def fields(state: State, asked: Asked) -> list[Field]:
    """The selects of the form; one that offers no choice is left out."""
    chosen, entry = asked.question, asked.entry
    newest = max(chosen.versions, key=lambda version: version.effective_on)
    meaning = newest.meaning
    every = [
        _field(
            "program",
            _("Program"),
            [(p.key, p.name) for p in Program.objects.order_by("name")],
            asked.program.key,
        ),
        _field(
            "definition",
            _("Conversion"),
            [(d.key, d.name) for d in Definition.objects.filter(program=asked.program).order_by("name")],
            newest.definition_key,
        ),
        _field(
            "segment",
            _("Traffic"),
            [(segment, words) for segment, words in SEGMENTS.items() if segment in entry.segments],
            str(chosen.segment),
        ),
        _field(
            "denominator",
            _("Divided by"),
            [
                (unit.value, word(unit))
                for unit in dict.fromkeys((meaning.denominator, *meaning.alternates))
                if unit in entry.units
            ],
            str(chosen.denominator or meaning.denominator),
        ),
        _field(
            "basis",
            _("Basis"),
            [(basis, words) for basis, words in BASES.items() if basis in entry.bases],
            str(chosen.basis or meaning.basis),
        ),
    ]
    return [field for field in every if len(field.choices) > 1]


def _field(name: str, label: str, options: Iterable[tuple[str, Words]], chosen: str) -> Field:
    return Field(name, label, tuple(Choice(words, str(key), str(key) == chosen) for key, words in options))
