"""Cutting work into pieces: lists for databases that bound them, and recorded steps for stages that read on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from django.db.models import Count, QuerySet

SLICE = 500
"""How many values go into one `IN (…)`: far below every database's limit, and measured no slower."""

Value = TypeVar("Value")


def slices(values: Collection[Value]) -> Iterator[list[Value]]:
    """The values in lists of at most SLICE, in the order given (sets are sorted, so that locks are taken in order)."""
    ordered = sorted(values) if isinstance(values, (set, frozenset)) else list(values)
    for start in range(0, len(ordered), SLICE):
        yield ordered[start : start + SLICE]


def whole_batches(rows: QuerySet[Any], *, after: int, limit: int) -> tuple[int, int]:
    """How far to read rows that carry the number of their step in `batch`: whole steps, until `limit` rows or all.

    Returns (the last step to take, the rows that are left behind it). `after` when there is nothing to take.
    """
    cut, taken = after, 0
    for step in rows.filter(batch__gt=after).values("batch").annotate(size=Count("id")).order_by("batch"):
        cut, taken = step["batch"], taken + step["size"]
        if taken >= limit:
            break
    return cut, rows.filter(batch__gt=cut).count()
