"""What attribution publishes to the warehouse: current conversions and current credits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tallystick.foundation.batches import whole_batches
from tallystick.kit.batches import SLICE, chunks
from tallystick.kit.facts import CONVERSIONS, CREDITS, ChangedDays, FactTable
from tallystick.measurement.attribution.models import Attribution, Conversion, Credit, Revision
from tallystick.tracking.events.queries import find_events


class _RevisionFacts:
    """What conversions and credits share: both change with the revisions of decisions."""

    follows = "revisions"

    def changed_days(self, after: int | None, *, limit: int) -> ChangedDays:
        """The days on which conversions lie, or lay before, whose decision changed after a step of the stage."""
        cut, left = whole_batches(Revision.objects.all(), after=after or 0, limit=limit)
        moved = Revision.objects.filter(batch__gt=after or 0, batch__lte=cut).values("conversion_id")
        days = Attribution.objects.filter(conversion_id__in=moved).values_list("occurred_at", flat=True)
        return ChangedDays(frozenset(at.astimezone(UTC).date() for at in days), cut, left)

    def waiting(self, after: int | None) -> int:
        """How many decisions were written after a step of the stage."""
        return Revision.objects.filter(batch__gt=after or 0).count()


class ConversionFacts(_RevisionFacts):
    """Current conversions by the UTC day on which they occurred."""

    table: FactTable = CONVERSIONS

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """The conversions of one UTC day that stand, in the order of the columns."""
        for current in _slices_of(day):
            events = find_events([attribution.evidence_id for attribution in current])
            for attribution in current:
                yield (
                    attribution.conversion_id,
                    attribution.evidence_id,
                    events[attribution.evidence_id].receipt_id,
                    attribution.program_id,
                    attribution.definition_id,
                    attribution.version,
                    attribution.occurred_at,
                    attribution.subject,
                    attribution.customer_type,
                    attribution.value_minor,
                    attribution.currency,
                    attribution.credited,
                )


class CreditFacts(_RevisionFacts):
    """Current credits by the UTC day on which their conversion occurred."""

    table: FactTable = CREDITS

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """The credits of the conversions of one UTC day, contenders included, in the order of the columns."""
        for standing in _slices_of(day):
            current = {attribution.id: attribution for attribution in standing}
            credits = list(
                Credit.objects.filter(attribution_id__in=list(current)).order_by("attribution_id", "place")
            )
            events = find_events({credit.event_id for credit in credits})
            for credit in credits:
                attribution = current[credit.attribution_id]
                yield (
                    attribution.conversion_id,
                    credit.event_id,
                    attribution.program_id,
                    attribution.definition_id,
                    attribution.version,
                    attribution.occurred_at,
                    events[credit.event_id].occurred_at,
                    attribution.subject,
                    attribution.customer_type,
                    credit.share_ppb,
                    attribution.via,
                )


def _slices_of(day: date) -> Iterator[list[Attribution]]:
    """The current decisions on the conversions of one UTC day, SLICE at a time, oldest first."""
    start = datetime.combine(day, time.min, UTC)
    standing = Conversion.objects.filter(
        occurred_at__gte=start, occurred_at__lt=start + timedelta(days=1), withdrawn=False
    )
    named = standing.select_related("attribution").order_by("occurred_at", "id")
    found = named.iterator(chunk_size=SLICE)
    for part in chunks(found, SLICE):
        yield [row.attribution for row in part]
