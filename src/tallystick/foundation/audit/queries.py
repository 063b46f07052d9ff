"""Reads of the audit trail: its lines, and whether they are still what was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final

from django.db import models

from tallystick.foundation.audit import heads
from tallystick.foundation.audit.models import AuditLine, AuditSeal, Unsealed
from tallystick.foundation.audit.rules import START, Broken, Fault, Head, Link, follow
from tallystick.foundation.listing import Listing, equals
from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock, ids
from tallystick.kit.ids import BadId
from tallystick.kit.listing import BadWish

SEALED_WITHIN: Final = timedelta(minutes=10)
"""A line that waits longer than this for its seal is a fault: nobody seals."""

_PAGE: Final = 1000


def _of_actor(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
    try:
        _, actor_id = ids.read(value)
    except BadId:
        return rows.filter(actor_name__icontains=value)
    return rows.filter(actor_id=actor_id)


def _of_act(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
    return rows.filter(act__startswith=value) if value.endswith(".") else rows.filter(act=value)


def _since(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
    try:
        said = datetime.fromisoformat(value)
        at = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadWish("“%(value)s” is not a day: write it as 2026-11-20.", value=value[:40]) from None
    return rows.filter(at__gte=at)


LINES: Final = Listing(
    rows=lambda: AuditLine.objects.filter(brand_id=current_brand()),
    search=("act", "label", "actor_name", "reason"),
    sorts={"at": "id"},
    sort="-at",
    filters={"act": _of_act, "actor": _of_actor, "subject": equals("subject"), "since": _since},
)
"""The lines of the brand in scope, newest first. act: a whole name, or its beginning up to a point (`partner.`).
actor: an id, or part of a name. subject: an id. since: a day or an instant, in UTC.
"""

EVERY_LINE: Final = replace(LINES, rows=AuditLine.objects.all)
"""The lines of every brand and of the installation, for whoever looks after the machine."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. sealed: how many lines the chain has. waiting: lines not sealed yet. head: where the chain
    ends; where it is broken, the last seal there is. broken: the first place that is not as it was written.
    """

    sealed: int
    waiting: int
    head: Head
    broken: Broken | None


def head() -> Head:
    """Where the chain stands."""
    last = AuditSeal.objects.order_by("-sequence").first()
    return START if last is None else Head(last.sequence, last.hash)


@dataclass(frozen=True, slots=True)
class Sealing:
    """How far the lines of a brand are sealed. until: the newest sealed line's instant, None where none is. waiting:
    lines that wait for their seal.
    """

    until: datetime | None
    waiting: int


def sealed_until() -> Sealing:
    """How far the lines of the brand in scope are sealed; whether the chain holds is for `verify` to say."""
    of_brand = AuditLine.objects.filter(brand_id=current_brand())
    newest = of_brand.filter(seal__isnull=False).order_by("-id").first()
    return Sealing(newest.at if newest else None, of_brand.filter(unsealed__isnull=False).count())


def acts_of_brand() -> list[str]:
    """The names of all acts that stand in the trail of the brand in scope, in order."""
    names = AuditLine.objects.filter(brand_id=current_brand()).order_by("act").values_list("act", flat=True)
    return list(names.distinct())


def verify(kept: Iterable[Head] = (), *, newest: int | None = None) -> Verdict:
    """Compute the chain anew and hold it against every head that was kept, here and in the file of heads.

    newest: only so many of the last seals, taking the one before them as it is: a quick look. Identifier: AUDIT-VERIFY.
    """
    known = [*chain(kept, heads.known())]
    broken = None
    stands = head()
    try:
        start = _before_the_last(newest, stands)
        follow(_links(start), kept=(each for each in known if each.sequence > start.sequence), start=start)
        _refuse_strays()
    except Broken as found:
        broken = found
    return Verdict(AuditSeal.objects.count(), Unsealed.objects.count(), stands, broken)


def _before_the_last(newest: int | None, stands: Head) -> Head:
    if newest is None or stands.sequence <= newest:
        return START
    if AuditSeal.objects.filter(sequence__lte=stands.sequence).count() != stands.sequence:
        raise Broken(Fault.SEAL_REMOVED, "Seals are missing somewhere up to %(last)d.", last=stands.sequence)
    before = AuditSeal.objects.get(sequence=stands.sequence - newest)
    return Head(before.sequence, before.hash)


def _links(start: Head) -> Iterator[Link]:
    """The chain behind a seal, page by page: what is sealed meanwhile only comes after it."""
    after = start.sequence
    while seals := list(AuditSeal.objects.filter(sequence__gt=after).order_by("sequence")[:_PAGE]):
        lines = AuditLine.objects.in_bulk([seal.line_id for seal in seals])
        for seal in seals:
            line = lines.get(seal.line_id)
            name = ids.show("aud", seal.line_id)
            yield Link(seal.sequence, seal.previous, seal.hash, name, line.content if line else None)
        after = seals[-1].sequence


def _refuse_strays() -> None:
    """Raise Broken for a line that nothing seals and that does not wait for it, or waits too long, or is gone."""
    added = AuditLine.objects.filter(seal__isnull=True, unsealed__isnull=True).order_by("id").first()
    if added is not None:
        raise Broken(
            Fault.LINE_ADDED,
            "The line %(line)s was never written by Tallystick, or its seal was removed.",
            line=ids.show("aud", added.id),
        )
    there = AuditLine.objects.filter(id=models.OuterRef("line_id"))
    gone = Unsealed.objects.filter(~models.Exists(there)).order_by("line_id").first()
    if gone is not None:
        raise Broken(
            Fault.LINE_REMOVED,
            "The line %(line)s was removed before it was sealed.",
            line=ids.show("aud", gone.line_id),
        )
    late = Unsealed.objects.filter(line__at__lt=clock.now() - SEALED_WITHIN).order_by("line_id").first()
    if late is not None:
        raise Broken(
            Fault.LINE_UNSEALED,
            "The line %(line)s waits for its seal since %(at)s: the worker does not run. Start `tallystick serve` or "
            "`tallystick work`.",
            line=ids.show("aud", late.line_id),
            at=f"{late.line.at:%Y-%m-%d %H:%M} UTC",
        )
