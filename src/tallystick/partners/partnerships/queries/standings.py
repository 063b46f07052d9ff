"""When the partnerships of a brand were active, and since when: what attribution asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Min

from tallystick.kit.batches import slices
from tallystick.partners.partnerships.models import PartnershipChange
from tallystick.partners.partnerships.rules import Standing, State, standing_of


def standings(partnerships: Collection[UUID]) -> dict[UUID, Standing]:
    """Partnership id → when it was active, for these of the brand in scope. Identifier: ATTR-STANDING."""
    found: dict[UUID, list[tuple[datetime, State]]] = {}
    for part in slices(partnerships):
        rows = PartnershipChange.objects.filter(partnership_id__in=part).order_by("number")
        for partnership_id, at, state in rows.values_list("partnership_id", "at", "state"):
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
