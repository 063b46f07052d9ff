"""Recorded steps, for stages that read on: how far one turn goes through rows that carry their step's number, and what
lies behind a step.

Whoever records rows in numbered steps notes each of them (`note`), in the same transaction. What waits behind a cursor
is then known without counting the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum

from tallystick.foundation.models import Batch


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows wait, and when the oldest receipt was received that they rest on; None where none waits."""

    rows: int = 0
    oldest: datetime | None = None


def oldest(found: Iterable[Waiting]) -> datetime | None:
    """The oldest receipt that any of these rests on."""
    return min((each.oldest for each in found if each.oldest is not None), default=None)


def note(series: str, number: int, *, received: Collection[datetime], rows: int | None = None) -> None:
    """Note a step that is being recorded, in the caller's transaction.

    series: the sort of rows, a word. received: when the receipts were received that the rows rest on; without any there
    is nothing to note. rows: how many rows it has, where that is not one for each receipt.
    """
    if received:
        counted = len(received) if rows is None else rows
        Batch.objects.create(series=series, number=number, rows=counted, received_from=min(received))


def waiting(series: str, after: int) -> Waiting:
    """What lies behind step `after` of a series. Costs what the steps cost, not their rows."""
    found = Batch.objects.filter(series=series, number__gt=after).aggregate(
        rows=Sum("rows"), oldest=Min("received_from")
    )
    return Waiting(found["rows"] or 0, found["oldest"])


def whole_batches(rows: QuerySet[Any], *, after: int, limit: int) -> tuple[int, int]:
    """How far to read rows that carry the number of their step in `batch`: whole steps, until `limit` rows or all.

    Returns (the last step to take, 1 where rows are left behind it, else 0). `after` when there is nothing to take.
    Costs what `limit` rows cost, however long the backlog.
    """
    waiting = rows.filter(batch__gt=after).order_by("batch").values_list("batch", flat=True)
    fills = waiting[limit - 1 : limit].first()
    if fills is None:
        return waiting.aggregate(newest=Max("batch"))["newest"] or after, 0
    return fills, int(rows.filter(batch__gt=fills).exists())
