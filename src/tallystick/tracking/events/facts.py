"""What events publish to the warehouse: every touchpoint, counted or not, with the partner it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models.functions import TruncDate

from tallystick.foundation.batches import whole_batches
from tallystick.kit import kinds
from tallystick.kit.facts import TOUCHPOINTS, ChangedDays, FactTable
from tallystick.tracking.events.labels import VALID
from tallystick.tracking.events.models import Event


class TouchpointPublisher:
    """Touchpoints by the UTC day on which they occurred; the cursor is the last batch published."""

    table: FactTable = TOUCHPOINTS

    def changed_days(self, after: int | None, *, limit: int) -> ChangedDays:
        """The days of the next batches of events, whole batches, until at least `limit` events or all."""
        cut, left = whole_batches(Event.objects.all(), after=after or 0, limit=limit)
        touched = Event.objects.filter(batch__gt=after or 0, batch__lte=cut, kind__in=kinds.TOUCHPOINTS)
        days = (
            touched.annotate(day=TruncDate("occurred_at", tzinfo=UTC))
            .values_list("day", flat=True)
            .distinct()
        )
        return ChangedDays(frozenset(days), cut, left)

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """The touchpoints of one UTC day, in the order of the columns."""
        start = datetime.combine(day, time.min, UTC)
        found = Event.objects.filter(
            occurred_at__gte=start, occurred_at__lt=start + timedelta(days=1), kind__in=kinds.TOUCHPOINTS
        ).order_by("occurred_at", "id")
        named = found.values_list(
            "id",
            "receipt_id",
            "program_id",
            "occurred_at",
            "kind",
            "visitor",
            "customer",
            "session",
            "partnership__partner_id",
            "partnership__partner__kind",
            "partnership_id",
            "placement_id",
            "placement__type",
            "link_id",
            "code_id",
            "channel_id",
            "device",
            "country",
            "visitor_type",
            "label",
        )
        for row in named.iterator(chunk_size=5000):
            yield (*row[:-1], row[-1] == VALID, row[-1])
