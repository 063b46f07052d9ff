"""What reports publish to the warehouse: of each thing the latest, by its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from tallystick.foundation.batches import waiting, whole_batches
from tallystick.kit import clock
from tallystick.kit.facts import (
    PAST_COMMISSIONS,
    REPORTED_COSTS,
    REPORTED_TOTALS,
    SHOP_ORDERS,
    Changes,
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

    def changes(self, after: int | None, *, limit: int) -> Changes:
        """The days of the next reports, whole batches, and of those that stood for the same things until then."""
        reports = self.model._default_manager.all()
        cut, left = whole_batches(reports, after=after or 0, limit=limit)
        if cut == (after or 0):
            return Changes(frozenset(), frozenset(), after, left)
        new = reports.filter(batch__gt=after or 0, batch__lte=cut)
        of_same = {"source": OuterRef("source"), "reference": OuterRef("reference")}
        earlier = reports.filter(**of_same, batch__lte=after or 0)
        added = self._days(new.filter(~Exists(earlier)))
        rewritten = self._days(new.filter(Exists(earlier))) | self._days(
            reports.filter(Exists(new.filter(**of_same)), batch__lte=after or 0)
        )
        return Changes(rewritten, added - rewritten, cut, left)

    def waiting(self, after: int | None) -> int:
        """How many reports lie behind the cursor."""
        return waiting(self.follows, after or 0).rows

    def rows(self, day: date, *, upto: int | None) -> Iterator[tuple[Any, ...]]:
        """The reports of one UTC day that count, in the order of the columns."""
        lies = {self.day_field: day} if self.is_day else _within(self.day_field, day)
        return self._rows(current(self.model, upto=upto or 0).filter(**lies))

    def new_rows(self, after: int | None, *, upto: int | None) -> Iterator[tuple[Any, ...]]:
        """The reports that count, of things first reported after one step up to another, of any day."""
        return self._rows(current(self.model, upto=upto or 0).filter(batch__gt=after or 0))

    def _days(self, reports: QuerySet[Any]) -> frozenset[date]:
        found = reports.values_list(self.day_field, flat=True).distinct()
        return frozenset(
            at if self.is_day else at.astimezone(UTC).date() for at in found.iterator(chunk_size=5000)
        )

    def _rows(self, reports: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
        names = [_FIELDS.get(column.name, column.name) for column in self.table.columns]
        place = names.index(self.day_field)
        for row in reports.order_by(self.day_field, "id").values_list(*names).iterator(chunk_size=5000):
            yield (*row[:place], clock.midnight(row[place]), *row[place + 1 :]) if self.is_day else row


def _within(field: str, day: date) -> dict[str, datetime]:
    start = clock.midnight(day)
    return {f"{field}__gte": start, f"{field}__lt": start + timedelta(days=1)}


REPORT_FACTS: Final = (
    ReportFacts(REPORTED_TOTALS, ReportedTotal, "on", is_day=True),
    ReportFacts(REPORTED_COSTS, Cost, "on", is_day=True),
    ReportFacts(PAST_COMMISSIONS, PastCommission, "earned_at", is_day=False),
    ReportFacts(SHOP_ORDERS, ReportedOrder, "ordered_at", is_day=False),
)
