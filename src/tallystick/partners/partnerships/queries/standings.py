"""When the partnerships of a brand were active, and since when: what attribution asks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max, Min

from tallystick.partners.partnerships.models import PartnershipChange
from tallystick.partners.partnerships.rules import Standing, State, standing_of


def standings() -> dict[UUID, Standing]:
    """Partnership id → when it was active, of the brand in scope, read at one time. Identifier: ATTR-STANDING."""
    found: dict[UUID, list[tuple[datetime, State]]] = {}
    rows = PartnershipChange.objects.order_by("number").values_list("partnership_id", "at", "state")
    for partnership_id, at, state in rows:
        found.setdefault(partnership_id, []).append((at, State(state)))
    return {partnership_id: standing_of(changes) for partnership_id, changes in found.items()}


def newest_change() -> int:
    """The number of the brand's newest change; 0 before the first."""
    return PartnershipChange.objects.aggregate(newest=Max("number"))["newest"] or 0


def changed_since(number: int) -> datetime | None:
    """The earliest instant at which one of the changes after a number took effect; None where there are none.

    Openings take no effect: nothing of a partnership can be known before it.
    """
    later = PartnershipChange.objects.filter(number__gt=number).exclude(was="")
    earliest: datetime | None = later.aggregate(earliest=Min("at"))["earliest"]
    return earliest
