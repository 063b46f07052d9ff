"""What reports publish to the warehouse: of each thing the latest, by its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Exists, OuterRef

from tallystick.foundation.batches import whole_batches
from tallystick.kit.facts import (
    PAST_COMMISSIONS,
    REPORTED_COSTS,
    REPORTED_TOTALS,
    SHOP_ORDERS,
    ChangedDays,
    FactTable,
)
from tallystick.tracking.reported.models import Cost, PastCommission, Reported, ReportedOrder, ReportedTotal
from tallystick.tracking.reported.queries import current

_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "report_id": "id",
        "partner_id": "partnership__partner_id",
        "order_number": "order",
        "reported_on": "on",
        "spent_on": "on",
    }
)
"""Column of a fact table → field of the row, where they are not called the same."""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """One sort of report by UTC day. The cursor is the last batch published.

    A day changes with a report of it, and with a later report of the same thing, which may lie on another day.
    """

    table: FactTable
    model: type[Reported]
    day_field: str
    is_day: bool
    """Whether the field holds a day; otherwise an instant."""

    @property
    def follows(self) -> str:
        """The rows whose steps the cursor counts."""
        return self.table.name

    def changed_days(self, after: int | None, *, limit: int) -> ChangedDays:
        """The days of the next reports, whole batches, and of those for which they stand from now on."""
        rows = self.model._default_manager.all()
        cut, left = whole_batches(rows, after=after or 0, limit=limit)
        new = rows.filter(batch__gt=after or 0, batch__lte=cut)
        same = new.filter(source=OuterRef("source"), reference=OuterRef("reference"))
        found = rows.filter(Exists(same)).values_list(self.day_field, flat=True)
        days = {at if self.is_day else at.astimezone(UTC).date() for at in found.iterator(chunk_size=5000)}
        return ChangedDays(frozenset(days), cut, left)

    def waiting(self, after: int | None) -> int:
        """How many reports lie behind the cursor."""
        return self.model._default_manager.filter(batch__gt=after or 0).count()

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """The reports of one UTC day that count, in the order of the columns."""
        start = datetime.combine(day, time.min, UTC)
        lies = {self.day_field: day} if self.is_day else _within(self.day_field, start)
        names = [_FIELDS.get(column.name, column.name) for column in self.table.columns]
        place = names.index(self.day_field)
        found = current(self.model).filter(**lies).order_by(self.day_field, "id").values_list(*names)
        for row in found.iterator(chunk_size=5000):
            yield (*row[:place], start, *row[place + 1 :]) if self.is_day else row


def _within(field: str, start: datetime) -> dict[str, datetime]:
    return {f"{field}__gte": start, f"{field}__lt": start + timedelta(days=1)}


REPORT_FACTS: Final = (
    ReportFacts(REPORTED_TOTALS, ReportedTotal, "on", is_day=True),
    ReportFacts(REPORTED_COSTS, Cost, "on", is_day=True),
    ReportFacts(PAST_COMMISSIONS, PastCommission, "earned_at", is_day=False),
    ReportFacts(SHOP_ORDERS, ReportedOrder, "ordered_at", is_day=False),
)
