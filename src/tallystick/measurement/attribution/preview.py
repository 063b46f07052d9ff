"""What a new version of a definition would change: the same events credited twice, in memory, nothing written.

The rules that decide conversions decide them here as well, once by the version in force and once by the candidate, each
as if it had been in force all the time. Identifier: ATTR-PREVIEW.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from tallystick.kit import ids, kinds
from tallystick.measurement.attribution.gathering import gather
from tallystick.measurement.attribution.rules.credit import Source
from tallystick.measurement.attribution.rules.outcomes import (
    Known,
    Outcome,
    evidence_by_conversion,
    outcomes,
)
from tallystick.measurement.attribution.services import conversion_id
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.programs.models import Channel, Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import (
    CreditBy,
    Difference,
    Meaning,
    Version,
    differences,
    version_at,
)
from tallystick.tracking.events.models import Event

MOST_OUTCOMES: Final = 2_000
"""Purchases, renewals and the like that are looked at, newest first: about as many as a page can wait for."""

_ALWAYS: Final = date.min
"""A version from this day on is in force on every other one."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one partner or house channel would have: its shares of all conversions, in parts per billion, added up."""

    key: str
    name: str
    is_house: bool
    before_ppb: int
    after_ppb: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change, over the conversions from `since` to `until`.

    before: the version in force, None where there is none. outcomes: how many events of outcomes were looked at.
    is_cut: there were more in the days asked for, and `since` is the time of the oldest of the newest `outcomes`.
    conversions, credited: how many, by the version in force and by the candidate. effects: of everybody who has a
    share under either, the largest change first.
    """

    since: datetime
    until: datetime
    outcomes: int
    is_cut: bool
    before: Version | None
    differences: tuple[Difference, ...]
    conversions: tuple[int, int]
    credited: tuple[int, int]
    effects: tuple[Effect, ...]


def preview(
    program: Program,
    definition_key: str,
    meaning: Meaning,
    *,
    max_customers: int,
    now: datetime,
    days: int = 90,
) -> Preview:
    """What a meaning would change for one definition of a program of the brand in scope. Identifier: ATTR-PREVIEW.

    Looks at the outcomes of the last `days` before `now`, at most the newest MOST_OUTCOMES. Conversions of other
    definitions are not shown, also where they follow a binding that this one makes. Reads only.
    """
    known_versions = versions()
    own = [v for v in known_versions if (v.program_id, v.definition_key) == (program.id, definition_key)]
    before = version_at(own, now)
    candidate = _candidate(program, definition_key, meaning, own)
    events, is_cut = _outcomes(program, since=now - timedelta(days=days), until=now)
    since = events[-1].occurred_at if is_cut else now - timedelta(days=days)
    others = [version for version in known_versions if version.definition_id != candidate.definition_id]
    always = replace(before, effective_on=_ALWAYS) if before else None
    both = [version for version in (always, candidate) if version]
    # Windows of both versions reach as far back as the longer one: paths are gathered once.
    known = gather(events, max_customers=max_customers, known_versions=[*others, *both])
    decided = [
        _decided(known, version, others, since=since, until=now) if version else []
        for version in (always, candidate)
    ]
    return Preview(
        since=since,
        until=now,
        outcomes=len(events),
        is_cut=is_cut,
        before=before,
        differences=tuple(differences(before.meaning if before else None, meaning)),
        conversions=(len(decided[0]), len(decided[1])),
        credited=(_credited(decided[0]), _credited(decided[1])),
        effects=_effects(_shares(decided[0]), _shares(decided[1])),
    )


def _candidate(program: Program, key: str, meaning: Meaning, own: Sequence[Version]) -> Version:
    return Version(
        definition_id=own[0].definition_id if own else ids.new(),
        definition_key=key,
        definition_name=own[0].definition_name if own else key,
        program_id=program.id,
        zone=program.zone_info,
        version=len(own) + 1,
        effective_on=_ALWAYS,
        primary=False,
        meaning=meaning,
    )


def _outcomes(program: Program, *, since: datetime, until: datetime) -> tuple[list[Event], bool]:
    """The newest outcomes of a program in a time, newest first, and whether there are more."""
    rows = Event.objects.filter(
        program=program, kind__in=kinds.OUTCOMES, occurred_at__gte=since, occurred_at__lte=until
    )
    found = list(rows.order_by("-occurred_at", "-id")[: MOST_OUTCOMES + 1])
    return found[:MOST_OUTCOMES], len(found) > MOST_OUTCOMES


def _decided(
    known: Known, version: Version, others: Sequence[Version], *, since: datetime, until: datetime
) -> list[Outcome]:
    """The conversions of one version in a time. Only renewals that follow a binding need the other definitions."""
    follows = version.meaning.credit_by is CreditBy.BINDING
    asked = replace(known, versions=[version, *others] if follows else [version])
    keys = evidence_by_conversion(asked)
    found, _ = outcomes(asked, ids={key: conversion_id(key) for key in keys})
    return [
        outcome
        for outcome in found.values()
        if outcome.key[0] == version.definition_id and since <= outcome.evidence.occurred_at <= until
    ]


def _credited(decided: Sequence[Outcome]) -> int:
    return sum(outcome.credited for outcome in decided)


def _shares(decided: Sequence[Outcome]) -> Counter[Source]:
    totals: Counter[Source] = Counter()
    for outcome in decided:
        for share in outcome.shares:
            totals[share.source] += share.share_ppb
    return totals


def _effects(before: Counter[Source], after: Counter[Source]) -> tuple[Effect, ...]:
    partners = {row.id: row for row in Partner.objects.all()}
    channels = {row.id: row for row in Channel.objects.all()}
    found = []
    for source in before.keys() | after.keys():
        if not before[source] and not after[source]:
            continue
        row = partners[source.partner_id] if source.partner_id else channels[UUID(source.house_channel)]
        found.append(Effect(row.key, row.name, source.is_house, before[source], after[source]))
    return tuple(sorted(found, key=lambda each: (-abs(each.after_ppb - each.before_ppb), each.key)))
