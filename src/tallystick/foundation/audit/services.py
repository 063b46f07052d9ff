"""Verbs of the audit trail."""

from __future__ import annotations

from tallystick.foundation.audit.acts import Act
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_or_none
from tallystick.kit import clock


def record(act: Act) -> None:
    """Write an act down, in the transaction that does it: of the brand in scope, else of the installation."""
    AuditLine(
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
    ).save(force_insert=True)
