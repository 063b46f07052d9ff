"""A question about a rate, and how it splits where the definition changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen
from tallystick.measurement.kpis.catalog import Converts, Kpi, catalog
from tallystick.measurement.kpis.cuts import Cut, Segment
from tallystick.measurement.kpis.dimensions import Key
from tallystick.partners.programs.rules import Basis, CreditBy, Denominator, Meaning, Version

MOST_DIMENSIONS = 2
MOST_TOP = 1000
CONVERSION_RATE: Final = "partnership_conversion_rate"


class Method(StrEnum):
    """The interval of whole outcomes of independent units. Repeating units are clustered, whatever is asked."""

    WILSON = "wilson"
    JEFFREYS = "jeffreys"
    CLOPPER_PEARSON = "clopper_pearson"


class BadQuestion(Foreseen, ValueError):
    """A question that has no answer; the message says what to ask instead."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the program's zone, from `from_on` up to but not including `until_on`; None is open."""

    from_on: date | None = None
    until_on: date | None = None

    @property
    def before(self) -> Period | None:
        """The period of the same length that ends where this one begins; None for an open one."""
        if self.from_on is None or self.until_on is None:
            return None
        return Period(self.from_on - (self.until_on - self.from_on), self.from_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked of a KPI.

    versions: every version of the one definition that is asked about. others: versions of the program's other
    definitions, among which `leads_from` is looked up. by: names of at most two dimensions. where: (dimension, value)
    that must hold. denominator, basis: None for the version's own. as_of: nothing later is looked at, and maturity is
    judged by it. mature_only: leave out units whose window is still open (cohort only). kpi: a key of the catalogue.
    top: the rows with the most units, and one for all others (KPI-TOP). intervals: False for figures alone, quickly,
    up to the last whole quarter of an hour (KPI-QUICK). currency: of amounts; None for the one that most conversions
    have (KPI-MONEY).
    """

    program_id: UUID
    versions: Sequence[Version]
    as_of: datetime
    others: Sequence[Version] = ()
    period: Period = Period()
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, Key], ...] = ()
    segment: Segment = Segment.PARTNER
    denominator: Denominator | None = None
    basis: Basis | None = None
    method: Method = Method.WILSON
    mature_only: bool = False
    compare_previous: bool = False
    kpi: str = CONVERSION_RATE
    top: int | None = None
    intervals: bool = True
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a question that one version answers: its own period and what to compute."""

    version: Version
    period: Period
    cut: Cut


def entry_of(question: Question) -> Kpi:
    """The catalogue's entry of the KPI that is asked for. Raises BadQuestion."""
    found = catalog().get(question.kpi)
    if found is None:
        raise BadQuestion(
            "there is no KPI %(key)r; there are: %(keys)s", key=question.kpi, keys=", ".join(catalog())
        )
    return found


def check(question: Question, kpi: Kpi) -> None:
    """Refuse what cannot be answered. Raises BadQuestion."""
    _check_breakdown(question, kpi)
    if not question.versions:
        raise BadQuestion("the definition has no version: nothing says what a conversion is")
    if len({version.definition_id for version in question.versions}) > 1:
        raise BadQuestion("one question is about one definition; ask once for each")
    if any(version.program_id != question.program_id for version in question.versions):
        raise BadQuestion("the definition belongs to another program")
    if question.as_of.tzinfo is None:
        raise BadQuestion("`as_of` needs a time zone")
    period = question.period
    if period.from_on and period.until_on and period.from_on >= period.until_on:
        last = period.until_on - timedelta(days=1)
        raise BadQuestion(
            "`until` %(last)s lies before `from` %(from_on)s", last=last, from_on=period.from_on
        )


def segment_of(question: Question, kpi: Kpi) -> Segment:
    """Whose rows: those asked for, where the KPI knows them."""
    return question.segment if question.segment in kpi.segments else kpi.segments[-1]


def _check_breakdown(question: Question, kpi: Kpi) -> None:
    for name in (*question.by, *(name for name, _ in question.where)):
        if name not in kpi.dimensions:
            raise BadQuestion(
                "%(name)r is not a dimension of %(key)s; dimensions: %(dimensions)s",
                name=name,
                key=kpi.key,
                dimensions=", ".join(kpi.dimensions),
            )
    if len(question.by) > MOST_DIMENSIONS or len(set(question.by)) < len(question.by):
        raise BadQuestion(
            "break down by at most %(most)s different dimensions, not by %(by)s",
            most=MOST_DIMENSIONS,
            by=", ".join(question.by),
        )
    if question.top is not None and not 1 <= question.top <= MOST_TOP:
        raise BadQuestion("`top` is %(top)s; ask for 1 to %(most)s rows", top=question.top, most=MOST_TOP)


def parts(question: Question) -> tuple[Part, ...]:
    """One part for each version that was in force in the period, oldest first. Identifier: KPI-VERSIONS.

    Cut at the first moment of the day on which a version takes effect, in the program's zone. Days
    before the first version belong to no part. A version that is published but not in force as of the
    question has nothing to answer yet, unless there is no other. A KPI of no definition has one part, with the latest
    version in force. Raises BadQuestion.
    """
    kpi = entry_of(question)
    ordered = sorted(_versions(question, kpi), key=lambda version: version.effective_on)
    ordered = [each for each in ordered if _has_begun(each, question.as_of)] or ordered
    if not kpi.asks_definition:
        return (Part(ordered[-1], question.period, _cut(question, kpi, ordered[-1], question.period)),)
    ends: list[date | None] = [version.effective_on for version in ordered[1:]]
    found = []
    for version, end in zip(ordered, [*ends, None], strict=True):
        start = max(filter(None, (question.period.from_on, version.effective_on)))
        stop = min(filter(None, (question.period.until_on, end)), default=None)
        if stop is None or start < stop:
            period = Period(start, stop)
            found.append(Part(version, period, _cut(question, kpi, version, period)))
    return tuple(found)


def _versions(question: Question, kpi: Kpi) -> Sequence[Version]:
    """The versions of the definition whose conversions count: that of the leads, where these are asked for."""
    if kpi.converts is Converts.ASKED:
        return question.versions
    every = (*question.others, *question.versions)
    keys = {version.meaning.leads_from for version in question.versions}
    found = [version for version in every if version.definition_key in keys]
    if not found:
        raise BadQuestion(
            "%(key)s is about the leads that the definition comes from, and its `leads_from` names none",
            key=kpi.key,
        )
    return found


def _has_begun(version: Version, as_of: datetime) -> bool:
    return version.effective_on <= clock.day_of(as_of, version.zone)


def previous(question: Question, part: Part) -> Part | None:
    """The period before, where the whole of both lies under the same version; else None: they would not compare."""
    before = question.period.before
    if before is None or part.period != question.period:
        return None
    earlier = parts(replace(question, period=before))
    if len(earlier) != 1 or earlier[0].version != part.version or earlier[0].period != before:
        return None
    return earlier[0]


def immature_from(part: Part) -> date | None:
    """The first day of the part on which a unit may still convert; None where every window has closed.

    Cohort only: on the period basis nothing waits. Identifier: KPI-MATURITY.
    """
    cut, zone = part.cut, part.version.zone
    if cut.basis is Basis.PERIOD:
        return None
    longest = _longest_window_days(cut)
    first = part.period.from_on
    if longest is not None:
        opened = clock.day_of(cut.as_of - timedelta(days=longest), zone)
        first = max(opened, part.period.from_on or opened)
    if first is not None and part.period.until_on is not None and first >= part.period.until_on:
        return None
    return first


def _longest_window_days(cut: Cut) -> int | None:
    if cut.never_matures:
        return None
    windows = dict(cut.windows)
    match cut.unit:
        case Denominator.CLICKS:
            return windows.get("click", 0)
        case Denominator.EXPOSURES:
            return windows.get("impression", 0)
        case _:
            return cut.longest_window_days


def _cut(question: Question, kpi: Kpi, version: Version, period: Period) -> Cut:
    meaning, zone = version.meaning, version.zone
    unit, basis = _denominator(question, kpi, meaning), _basis(question, kpi, meaning)
    if basis is Basis.PERIOD and question.mature_only:
        raise BadQuestion("`mature_only` asks for closed windows; the period basis has none")
    if basis is Basis.PERIOD and question.method is not Method.WILSON and not kpi.whole_outcomes:
        raise BadQuestion(
            "%(method)s is for whole outcomes; the period basis sums shares", method=question.method
        )
    bound = meaning.credit_by is CreditBy.BINDING
    extra = (meaning.binding_days or 0) if bound else 0
    return Cut(
        kpi=kpi,
        program_id=question.program_id,
        definition_id=version.definition_id if kpi.asks_definition else None,
        version=version.version,
        unit=unit,
        basis=basis,
        zone=zone.key,
        start=clock.day_start(period.from_on, zone) if period.from_on else None,
        end=clock.day_start(period.until_on, zone) if period.until_on else None,
        as_of=question.as_of,
        by=question.by,
        where=question.where,
        segment=segment_of(question, kpi),
        windows=tuple(sorted((kind, days + extra) for kind, days in meaning.windows.items())),
        never_matures=bound and meaning.binding_days is None,
        lead_definition_id=_lead_definition(question, meaning) if unit is Denominator.LEADS else None,
        mature_only=question.mature_only,
        currency=question.currency if kpi.is_money else None,
        top=question.top if question.by and kpi.spread is None else None,
        clustered=question.intervals or kpi.spread is not None,
    )


def _basis(question: Question, kpi: Kpi, meaning: Meaning) -> Basis:
    wanted = question.basis or (meaning.basis if meaning.basis in kpi.bases else kpi.bases[0])
    if wanted not in kpi.bases:
        raise BadQuestion(
            "%(key)s is not counted on the basis %(wanted)s, but on: %(allowed)s",
            key=kpi.key,
            wanted=wanted,
            allowed=", ".join(kpi.bases),
        )
    return wanted


def _denominator(question: Question, kpi: Kpi, meaning: Meaning) -> Denominator | None:
    if len(kpi.units) <= 1:
        fixed = next(iter(kpi.units), None)
        if question.denominator not in (None, fixed):
            raise BadQuestion(
                "%(key)s does not divide by %(wanted)s", key=kpi.key, wanted=question.denominator
            )
        return fixed
    wanted = question.denominator or meaning.denominator
    allowed = (meaning.denominator, *meaning.alternates)
    if wanted not in allowed:
        raise BadQuestion(
            "the definition does not divide by %(wanted)s; it divides by %(allowed)s",
            wanted=wanted,
            allowed=", ".join(allowed),
        )
    return wanted


def _lead_definition(question: Question, meaning: Meaning) -> UUID:
    for version in (*question.others, *question.versions):
        if version.definition_key == meaning.leads_from and version.program_id == question.program_id:
            return version.definition_id
    raise BadQuestion(
        "the definition does not say which other definition its leads come from; publish a version with `leads_from`"
        if not meaning.leads_from
        else "`leads_from` is %(leads_from)r, and the program has no such definition",
        leads_from=meaning.leads_from,
    )


__all__ = [
    "CONVERSION_RATE",
    "BadQuestion",
    "Method",
    "Part",
    "Period",
    "Question",
    "Segment",
    "check",
    "entry_of",
    "immature_from",
    "parts",
    "previous",
]
