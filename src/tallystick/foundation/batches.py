"""Recorded steps, for stages that read on: how far one turn goes through rows that carry their step's number."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet


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
