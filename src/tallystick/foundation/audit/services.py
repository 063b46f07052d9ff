"""Verbs of the audit trail."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from tallystick.foundation.audit import heads, queries
from tallystick.foundation.audit.acts import Act
from tallystick.foundation.audit.models import AuditLine, AuditSeal, Unsealed
from tallystick.foundation.audit.rules import seal_after
from tallystick.foundation.lanes import Progress
from tallystick.foundation.scoping import brand_or_none
from tallystick.kit import clock


@transaction.atomic
def record(act: Act) -> None:
    """Write an act down, in the transaction that does it: of the brand in scope, else of the installation."""
    line = AuditLine(
        brand_id=brand_or_none(),
        at=clock.now(),
        actor_kind=act.by.kind,
        actor_id=act.by.id,
        actor_name=act.by.name[:254],
        address=act.by.address,
        act=act.name,
        subject=act.subject.text,
        label=act.subject.label[:300],
        changes={name: list(change) for name, change in act.changes.items()},
        reason=act.reason[:500],
    )
    line.save(force_insert=True)
    Unsealed(line=line).save(force_insert=True)


def seal(*, limit: int) -> Progress:
    """Chain the lines that are committed and wait for their seal, oldest first, and keep the new head outside.

    Two at once do not disturb each other: the second waits for the first, and where both would give the same number
    the database refuses one of them, whose lines then wait for the next turn. Identifier: AUDIT-SEAL.
    """
    if not Unsealed.objects.exists():
        return Progress(0, 0)
    try:
        done = _seal_waiting(limit)
    except IntegrityError:
        return Progress(0, 1)
    keep_head()
    return Progress(done, int(done == limit))


def keep_head() -> None:
    """Write where the chain stands into the file outside the database, unless it stands there already."""
    head = queries.head()
    if head.sequence:
        heads.keep(head)


@transaction.atomic
def _seal_waiting(limit: int) -> int:
    waiting = Unsealed.objects.select_for_update(of=("self",)).select_related("line").order_by("line_id")
    lines = [each.line for each in waiting[:limit]]
    head = queries.head()
    seals = []
    for line in lines:
        sealed = seal_after(head, line.content)
        seals.append(AuditSeal(sequence=sealed.sequence, line=line, previous=head.hash, hash=sealed.hash))
        head = sealed
    AuditSeal.objects.bulk_create(seals)
    Unsealed.objects.filter(line__in=lines).delete()
    return len(seals)
