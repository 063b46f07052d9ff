"""From the words people use - keys, dates, names of dimensions - to a question, and back from its keys to words.

The command line and the console ask through here, so that the same words mean the same in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext

from tallystick.design.words import word
from tallystick.kit import clock
from tallystick.measurement.kpis import queries as kpis
from tallystick.measurement.kpis.answers import Answer, UnitPage
from tallystick.measurement.kpis.dimensions import DIMENSIONS, NONE, Key
from tallystick.measurement.kpis.questions import BadQuestion, Method, Period, Question, Segment
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.queries import Snapshot, snapshot
from tallystick.partners.partnerships.models import Code, Link, Placement
from tallystick.partners.partnerships.queries.naming import partners_by_partnership
from tallystick.partners.programs.models import Channel, Program
from tallystick.partners.programs.queries import find_definition, find_program, versions
from tallystick.partners.programs.rules import Basis, Denominator

Choice = TypeVar("Choice", bound=StrEnum)

_OWN_WORDS = {"partner_kind", "visitor_type", "customer_type", "device"}
"""Dimensions whose values are words of the house; those of the others are shown as they are."""

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A question as it is written. where: `dimension=value`, values as keys (`partner=alice`, `source=channel:search`).

    from_on, until_on: ISO dates, both included, in the program's zone; empty for an open end. Empty texts mean the
    default.
    """

    program: str = ""
    definition: str = ""
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    segment: str = ""
    denominator: str = ""
    basis: str = ""
    method: str = ""
    from_on: str = ""
    until_on: str = ""
    mature_only: bool = False
    compare: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a dimension in words: `key` as one writes it in a filter, `name` as one reads it."""

    key: str
    name: str


class Terms:
    """The words for the ids of a brand: read once, asked often."""

    def __init__(self, program: Program) -> None:
        partners = partners_by_partnership()
        self._terms: dict[str, dict[Key, Term]] = {
            "program": {program.id: Term(program.key, program.name)},
            "partner": {p.id: Term(p.key, p.name) for p in partners.values()},
            "placement": {
                place.id: Term(
                    f"{partners[place.partnership_id].key}/{place.key}",
                    f"{partners[place.partnership_id].name} · {place.name}",
                )
                for place in Placement.objects.all()
            },
            "link": {link.id: Term(link.key, link.key) for link in Link.objects.all()},
            "code": {code.id: Term(code.key, code.key) for code in Code.objects.all()},
        }
        channels = {
            c.id: Term(f"channel:{c.key}", gettext("%(name)s (house channel)") % {"name": c.name})
            for c in Channel.objects.all()
        }
        named = {key: Term(f"partner:{term.key}", term.name) for key, term in self._terms["partner"].items()}
        self._terms["source"] = {**named, **channels}

    def term(self, dimension: str, key: Key) -> Term:
        """The words for a key that an answer holds."""
        if isinstance(key, UUID):
            return self._terms[dimension].get(key) or Term(key.hex, key.hex)
        if key == NONE:
            return Term(key, gettext("no %(what)s") % {"what": word(DIMENSIONS[dimension].label.lower())})
        return Term(key, word(key) if dimension in _OWN_WORDS else key)

    def key(self, dimension: str, text: str) -> Key:
        """The key that a filter's text names. Raises BadQuestion, which lists what there is."""
        if dimension not in DIMENSIONS:
            raise BadQuestion(
                "%(dimension)r is not a dimension; dimensions: %(dimensions)s",
                dimension=dimension,
                dimensions=", ".join(DIMENSIONS),
            )
        if not DIMENSIONS[dimension].is_id or text == NONE:
            return text
        for key, term in self._terms[dimension].items():
            if term.key == text:
                return key
        there = ", ".join(sorted(term.key for term in self._terms[dimension].values())) or "none yet"
        raise BadQuestion(
            "there is no %(dimension)s %(text)r; there is %(there)s",
            dimension=dimension,
            text=text,
            there=there,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it is about, ready to be answered from one snapshot of the warehouse."""

    wanted: Wanted
    question: Question
    program: Program
    terms: Terms
    snapshot: Snapshot

    def answer(self) -> Answer:
        """The answer."""
        return kpis.ask(self.question, engine=configured.engine(), snapshot=self.snapshot)

    def receipts(self, *, limit: int, offset: int = 0) -> tuple[UnitPage, ...]:
        """The units behind the question's whole, by the filters it has."""
        return kpis.receipts_of(
            self.question, engine=configured.engine(), snapshot=self.snapshot, limit=limit, offset=offset
        )


def ask(wanted: Wanted, *, as_of: datetime | None = None) -> Asked:
    """Understand a question of the brand in scope. Raises BadQuestion, NotThere (a program or definition)."""
    program = find_program(wanted.program or None)
    definition = find_definition(program, wanted.definition or None)
    terms = Terms(program)
    of_program = versions(program.id)
    question = Question(
        program_id=program.id,
        versions=[v for v in of_program if v.definition_id == definition.id],
        others=[v for v in of_program if v.definition_id != definition.id],
        as_of=as_of or clock.now(),
        period=_period(wanted),
        by=wanted.by,
        where=tuple(_filter(text, terms) for text in wanted.where),
        segment=_choice(Segment, wanted.segment, "segment") or Segment.PARTNER,
        denominator=_choice(Denominator, wanted.denominator, "denominator"),
        basis=_choice(Basis, wanted.basis, "basis"),
        method=_choice(Method, wanted.method, "method") or Method.WILSON,
        mature_only=wanted.mature_only,
        compare_previous=wanted.compare,
    )
    return Asked(wanted, question, program, terms, snapshot())


def narrowed(asked: Asked, keys: Mapping[str, Key]) -> tuple[str, ...]:
    """The filters of `asked` with those of one of its cells: what opens the cell's receipts."""
    return (*asked.wanted.where, *(f"{name}={asked.terms.term(name, key).key}" for name, key in keys.items()))


def _period(wanted: Wanted) -> Period:
    until = _date(wanted.until_on, "until")
    return Period(_date(wanted.from_on, "from"), until + timedelta(days=1) if until else None)


def _date(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadQuestion(
            "`%(name)s` is %(text)r, which is not a date; write it like 2026-11-20", name=name, text=text
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadQuestion(
            "`%(name)s` is %(text)s; days from %(first_day)s to %(last_day)s can be asked for",
            name=name,
            text=text,
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
        )
    return day


def _filter(text: str, terms: Terms) -> tuple[str, Key]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadQuestion("%(text)r is not a filter; write dimension=value, such as partner=alice", text=text)
    return name, terms.key(name, value)


def _choice(kind: type[Choice], text: str, name: str) -> Choice | None:
    try:
        return kind(text) if text else None
    except ValueError:
        raise BadQuestion(
            "`%(name)s` is %(text)r; it is one of %(known)s", name=name, text=text, known=", ".join(kind)
        ) from None
