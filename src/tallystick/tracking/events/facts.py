"""What events publish to the warehouse: every touchpoint, counted or not, with the partner it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import msgspec
from django.db.models.functions import TruncDate

from tallystick.foundation.batches import whole_batches
from tallystick.kit import ids, kinds
from tallystick.kit.facts import TOUCHPOINTS, ChangedDays, FactTable
from tallystick.partners.partnerships.models import Partner, Placement
from tallystick.tracking.events.labels import VALID
from tallystick.tracking.events.models import Event

TIE: Final = "customer_binding"
CREDITED: Final = (*kinds.TOUCHPOINTS, TIE)
"""Kinds of event that credit can go to."""


class TouchpointFacts:
    """Touchpoints, and the ties that were brought along, by the UTC day on which they occurred.

    The cursor is the last batch published, and under what terms: a partner's kind and a placement's type stand in every
    row and may be changed by a set-up file. Then all days are written anew, from the first batch.
    """

    table: FactTable = TOUCHPOINTS
    follows = "events"

    def changed_days(self, after: dict[str, Any] | None, *, limit: int) -> ChangedDays:
        """The days of the next batches of events, whole batches, until at least `limit` events or all."""
        now = terms()
        batch = _batch(after, now)
        cut, left = whole_batches(Event.objects.all(), after=batch, limit=limit)
        touched = Event.objects.filter(batch__gt=batch, batch__lte=cut, kind__in=CREDITED)
        days = (
            touched.annotate(day=TruncDate("occurred_at", tzinfo=UTC))
            .values_list("day", flat=True)
            .distinct()
        )
        # The terms are remembered where there is something published under them, not before.
        reached = {"batch": cut, "terms": now} if cut else after
        return ChangedDays(frozenset(days), reached, left)

    def waiting(self, after: dict[str, Any] | None) -> int:
        """How many events lie behind the cursor; all of them where the terms have changed."""
        return Event.objects.filter(batch__gt=_batch(after, terms())).count()

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """The touchpoints of one UTC day, in the order of the columns."""
        start = datetime.combine(day, time.min, UTC)
        found = Event.objects.filter(
            occurred_at__gte=start, occurred_at__lt=start + timedelta(days=1), kind__in=CREDITED
        ).order_by("occurred_at", "id")
        named = found.values_list(
            "id",
            "receipt_id",
            "program_id",
            "occurred_at",
            "kind",
            "visitor",
            "customer",
            "account",
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
            seen = _unvisited(row) if row[_KIND] == TIE else row
            yield (*seen[:-1], seen[-1] == VALID, seen[-1])


_KIND, _VISITOR, _SESSION = 4, 5, 8


def _unvisited(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A tie without visitor and session: nobody came by it, so that it is no unit of a rate."""
    return tuple(None if place in (_VISITOR, _SESSION) else value for place, value in enumerate(row))


def terms() -> str:
    """What the rows of all days rest on besides their events, as one short text: another text, write them again."""
    columns = [column.name for column in TOUCHPOINTS.columns]
    partners = sorted((str(key), kind) for key, kind in Partner.objects.values_list("id", "kind"))
    placements = sorted((str(key), type_) for key, type_ in Placement.objects.values_list("id", "type"))
    return ids.derive(msgspec.json.encode([columns, partners, placements])).hex


def _batch(after: dict[str, Any] | None, now: str) -> int:
    """The batch after which to read on: none, where the rows published so far were made under other terms."""
    return int(after["batch"]) if after and after["terms"] == now else 0
