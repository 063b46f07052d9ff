"""From the words people use - keys, dates, names of dimensions - to a question, and back from its keys to words.

The command line and the console ask through here, so that the same words mean the same in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from tallystick.doors.days import read_day
from tallystick.doors.kpis import Scale, find_kpi
from tallystick.doors.terms import Terms
from tallystick.foundation.scoping import current_brand
from tallystick.journey import completeness
from tallystick.kit import clock
from tallystick.measurement.kpis import queries as kpis
from tallystick.measurement.kpis.answers import Answer, CreditPage, Section, UnitPage
from tallystick.measurement.kpis.catalog import Kpi
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.kpis.dimensions import Key
from tallystick.measurement.kpis.questions import BadQuestion, Method, Period, Question, Segment
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.queries import Snapshot, snapshot
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.queries import find_definition, find_program, versions
from tallystick.partners.programs.rules import Basis, Denominator, Version

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A question as it is written. kpi: a key of the catalogue. where: `dimension=value`, values as keys
    (`partner=alice`, `source=channel:search`).

    from_on, until_on: ISO dates, both included, in the program's zone; empty for an open end. Empty texts mean the
    default. top: the most rows, the rest being one more. intervals: whether to judge by them, or only to count.
    """

    kpi: str = ""
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
    top: int | None = None
    intervals: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it is about, ready to be answered from one snapshot of the warehouse."""

    wanted: Wanted
    entry: Kpi
    question: Question
    program: Program
    terms: Terms
    completeness: Completeness
    snapshot: Snapshot

    def answer(self) -> Answer:
        """The answer; what its rows are called is known from then on."""
        found = kpis.ask(
            self.question,
            engine=configured.engine(),
            snapshot=self.snapshot,
            completeness=self.completeness,
        )
        for section in found.sections:
            self.terms.learn(self.question.by, (cell.keys for cell in section.rows))
        return found

    def scale(self, section: Section) -> Scale:
        """How the figures of a section of the answer are read."""
        currency = section.currency or self.program.currency
        return Scale(self.entry, section.denominator, currency, is_cohort=section.basis is Basis.COHORT)

    def receipts(self, *, limit: int, offset: int = 0) -> tuple[UnitPage, ...]:
        """The units behind the question's whole, by the filters it has."""
        return kpis.receipts_of(
            self.question, engine=configured.engine(), snapshot=self.snapshot, limit=limit, offset=offset
        )

    def credit(self, *, limit: int, offset: int = 0) -> tuple[CreditPage, ...]:
        """What each touchpoint earned of the conversions behind the question's whole."""
        return kpis.credits_of(
            self.question, engine=configured.engine(), snapshot=self.snapshot, limit=limit, offset=offset
        )


def ask(wanted: Wanted, *, as_of: datetime | None = None) -> Asked:
    """Understand a question of the brand in scope. Raises BadQuestion, BadDay, NoKpi, NotThere."""
    entry = find_kpi(wanted.kpi)
    program = find_program(wanted.program or None)
    terms, of_program = Terms(), versions(program.id)
    definition_id = _definition(wanted, entry, program, of_program)
    question = Question(
        kpi=entry.key,
        program_id=program.id,
        versions=[v for v in of_program if v.definition_id == definition_id],
        others=[v for v in of_program if v.definition_id != definition_id],
        as_of=as_of or clock.now(),
        period=_period(wanted),
        by=wanted.by,
        where=tuple(_filter(text, terms) for text in wanted.where),
        segment=_choice(Segment, wanted.segment, "segment") or entry.segments[0],
        denominator=_choice(Denominator, wanted.denominator, "denominator"),
        basis=_choice(Basis, wanted.basis, "basis"),
        method=_choice(Method, wanted.method, "method") or Method.WILSON,
        mature_only=wanted.mature_only,
        compare_previous=wanted.compare,
        top=wanted.top,
        intervals=wanted.intervals,
        currency=program.currency,
    )
    # TRICKY: before the files are looked at: what it claims must be in them, whatever is published meanwhile.
    current = completeness(current_brand(), as_of=question.as_of)
    return Asked(wanted, entry, question, program, terms, current, snapshot())


def narrowed(asked: Asked, keys: Mapping[str, Key]) -> tuple[str, ...]:
    """The filters of `asked` with those of one of its cells: what opens the cell's receipts."""
    return (*asked.wanted.where, *(f"{name}={asked.terms.term(name, key).key}" for name, key in keys.items()))


def _definition(wanted: Wanted, entry: Kpi, program: Program, of_program: Sequence[Version]) -> UUID:
    """The definition that is meant; where the KPI is of none, any that there is."""
    if entry.asks_definition or wanted.definition or not of_program:
        found: UUID = find_definition(program, wanted.definition or None).id
        return found
    return of_program[0].definition_id


def _period(wanted: Wanted) -> Period:
    until = read_day(wanted.until_on, "until")
    return Period(read_day(wanted.from_on, "from"), until + timedelta(days=1) if until else None)


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
