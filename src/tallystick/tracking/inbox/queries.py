"""Reads of the quarantine of the brand in scope."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, QuerySet

from tallystick.kit.batches import slices
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Reason

PAGE_LIMIT = 1000


def counts_by_reason() -> dict[Reason, int]:
    """How many receipts wait for each reason; reasons for which none waits are left out."""
    counted = _waiting().order_by().values_list("reason").annotate(Count("id"))
    return {Reason(reason): count for reason, count in sorted(counted)}


def waiting(
    *,
    reasons: Collection[Reason] | None = None,
    after: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Quarantined]:
    """Receipts that wait, oldest first; of all reasons unless some are given.

    after: only later ones than this receipt, for paging while some are being released. limit: 1 to 1,000, else
    ValueError.
    """
    if not 1 <= limit <= PAGE_LIMIT:
        raise ValueError(f"A page holds 1 to {PAGE_LIMIT:,} receipts, not {limit:,}.")
    found = _waiting().order_by("receipt_id")
    if reasons is not None:
        found = found.filter(reason__in=[reason.value for reason in reasons])
    if after is not None:
        found = found.filter(receipt_id__gt=after)
    return list(found[offset : offset + limit])


def waiting_for(*, column: str, value: str, limit: int) -> tuple[list[UUID], int]:
    """Receipts that wait because of a value in a column, oldest first, at most `limit`; and how many there are."""
    found = _waiting().filter(column=column, value=value).order_by("receipt_id")
    return list(found.values_list("receipt_id", flat=True)[:limit]), found.count()


def waiting_about(orders: Collection[str]) -> list[Quarantined]:
    """What waits about some orders, by their number."""
    return [row for part in slices(orders) for row in _waiting().filter(order__in=part)]


def still_waiting(receipt_ids: Collection[UUID]) -> set[UUID]:
    """Those of these receipts that wait in quarantine now."""
    return {
        receipt_id
        for part in slices(receipt_ids)
        for receipt_id in _waiting().filter(receipt_id__in=part).values_list("receipt_id", flat=True)
    }


def uncounted(receipt_ids: Collection[UUID]) -> set[UUID]:
    """Those of these receipts that never became an event: they wait, or were dismissed."""
    held = Quarantined.objects.exclude(state=Quarantined.State.RELEASED)
    return {
        receipt_id
        for part in slices(receipt_ids)
        for receipt_id in held.filter(receipt_id__in=part).values_list("receipt_id", flat=True)
    }


def one(receipt_id: UUID) -> Quarantined | None:
    """What is known of a receipt that waits or waited; None when it never did."""
    return Quarantined.objects.filter(receipt_id=receipt_id).first()


def tries(receipt_ids: Collection[UUID]) -> dict[UUID, int]:
    """How often each of these receipts went into quarantine; those that never did are left out."""
    found = Quarantined.objects.filter(receipt_id__in=list(receipt_ids))
    return dict(found.values_list("receipt_id", "tries"))


def _waiting() -> QuerySet[Quarantined]:
    return Quarantined.objects.filter(state=Quarantined.State.WAITING)
