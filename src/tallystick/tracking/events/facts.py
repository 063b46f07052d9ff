"""What events publish to the warehouse: every touchpoint with the partner it belongs to, and every outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from types import MappingProxyType
from typing import Any, Final

import msgspec
from django.db.models import QuerySet

from tallystick.foundation.batches import waiting, whole_batches
from tallystick.foundation.bulk import days_of, stored_rows
from tallystick.kit import clock, ids, kinds
from tallystick.kit.batches import slices
from tallystick.kit.facts import OUTCOMES, TOUCHPOINTS, Changes, FactTable
from tallystick.partners.partnerships.models import Partner, Placement
from tallystick.tracking.events.labels import VALID
from tallystick.tracking.events.models import Event

CREDITED: Final = (*kinds.TOUCHPOINTS, kinds.TIE)
"""Kinds of event that credit can go to."""

OUTCOME_KINDS: Final = (*kinds.OUTCOMES, *kinds.CORRECTIONS)

REDONE_AT_ONCE: Final = 7
"""Days of one step that are written anew because names changed, beside those with new events."""

_COLUMNS: Final = tuple(column.name for column in TOUCHPOINTS.columns)
_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "event_id": "id",
        "order_number": "order",
        "partner_id": "partnership__partner_id",
        "partner_kind": "partnership__partner__kind",
        "placement_type": "placement__type",
        "counts": "label",
    }
)
"""Column → field of the event, where they are not called the same."""

_TOUCH_FIELDS: Final = tuple(_FIELDS.get(name, name) for name in _COLUMNS)
_OUTCOME_FIELDS: Final = tuple(_FIELDS.get(column.name, column.name) for column in OUTCOMES.columns)
_KIND, _COUNTS = _COLUMNS.index("kind"), _COLUMNS.index("counts")
_NOT_OF_A_TIE: Final = frozenset({_COLUMNS.index("visitor"), _COLUMNS.index("session")})


@dataclass(frozen=True, slots=True)
class Reached:
    """A cursor of facts that name partners and placements: the last step published, and under what terms.

    redone: while all days are being written anew because the terms changed, the last such day; "" before the first;
    None where that is not going on.
    """

    batch: int
    terms: str
    redone: str | None

    @classmethod
    def read(cls, after: dict[str, Any] | None, now: str) -> Reached:
        """Where a cursor stands under the terms of now."""
        if after is None:
            return cls(0, now, None)
        return cls(int(after["batch"]), now, after["redone"] if after["terms"] == now else "")

    def cursor(self) -> dict[str, Any]:
        """As JSON."""
        return {"batch": self.batch, "terms": self.terms, "redone": self.redone}


class TouchpointFacts:
    """Touchpoints, and the ties that were brought along, by the UTC day on which they occurred.

    A touchpoint never changes, so that days only gain rows. But a partner's kind and a placement's type stand in every
    row and may be changed by a set-up file: then all days are written anew, a few in each step.
    """

    table: FactTable = TOUCHPOINTS
    follows = "events"

    def changes(self, after: dict[str, Any] | None, *, limit: int) -> Changes:
        """The days of the next steps of events, whole steps, until at least `limit` events or all."""
        stood = Reached.read(after, terms())
        cut, left = whole_batches(Event.objects.all(), after=stood.batch, limit=limit)
        added = _days_of(_between(stood.batch, cut, CREDITED))
        redone, days = days_to_redo(stood.redone, _day_after)
        # The terms are remembered where there is something published under them, not before.
        reached = Reached(cut, stood.terms, redone).cursor() if cut else after
        return Changes(
            rewritten=frozenset(days),
            added=added - frozenset(days),
            next=reached,
            left=max(left, int(redone is not None)),
        )

    def waiting(self, after: dict[str, Any] | None) -> int:
        """How many events lie behind the cursor; all of them where the terms have changed."""
        stood = Reached.read(after, terms())
        batch = stood.batch if stood.redone is None else 0
        return waiting(self.follows, batch).rows

    def rows(self, day: date, *, upto: dict[str, Any] | None) -> Iterator[tuple[Any, ...]]:
        """The touchpoints of one UTC day, in the order of the columns, oldest first."""
        found = _on(day, upto["batch"] if upto else 0, CREDITED)
        return _touches(found.order_by("occurred_at", "id"))

    def new_rows(
        self, after: dict[str, Any] | None, *, upto: dict[str, Any] | None
    ) -> Iterator[tuple[Any, ...]]:
        """The touchpoints of the steps after one cursor up to another, of any day."""
        batch, cut = after["batch"] if after else 0, upto["batch"] if upto else 0
        return _touches(_between(batch, cut, CREDITED))


class OutcomeFacts:
    """Events that can be conversions, and their corrections, by UTC day. They never change: days only gain rows."""

    table: FactTable = OUTCOMES
    follows = "events"

    def changes(self, after: int | None, *, limit: int) -> Changes:
        """The days of the next steps of events, whole steps, until at least `limit` events or all."""
        cut, left = whole_batches(Event.objects.all(), after=after or 0, limit=limit)
        return Changes(frozenset(), _days_of(_between(after or 0, cut, OUTCOME_KINDS)), cut, left)

    def waiting(self, after: int | None) -> int:
        """How many events lie behind the cursor."""
        return waiting(self.follows, after or 0).rows

    def rows(self, day: date, *, upto: int | None) -> Iterator[tuple[Any, ...]]:
        """The outcomes of one UTC day, in the order of the columns, oldest first."""
        found = _on(day, upto or 0, OUTCOME_KINDS).order_by("occurred_at", "id")
        return stored_rows(found, *_OUTCOME_FIELDS)

    def new_rows(self, after: int | None, *, upto: int | None) -> Iterator[tuple[Any, ...]]:
        """The outcomes of the steps after one cursor up to another, of any day."""
        found = _between(after or 0, upto or 0, OUTCOME_KINDS)
        return stored_rows(found, *_OUTCOME_FIELDS)


def touches_of(event_ids: Collection[Any]) -> dict[Any, dict[str, Any]]:
    """event id → what the facts say of that touchpoint, by column; ids as the database gives them."""
    found = (Event.objects.filter(id__in=part) for part in slices(event_ids))
    return {row[0]: dict(zip(_COLUMNS, row, strict=True)) for rows in found for row in _touches(rows)}


def receipts_of_events(event_ids: Collection[Any]) -> dict[Any, Any]:
    """event id → the receipt that it was made of; ids as the database gives them."""
    found = (Event.objects.filter(id__in=part) for part in slices(event_ids))
    return {
        event_id: receipt for rows in found for event_id, receipt in stored_rows(rows, "id", "receipt_id")
    }


def terms() -> str:
    """What the rows of all days rest on besides their events, as one short text: another text, write them again."""
    partners = sorted(stored_rows(Partner.objects.all(), "id", "kind"))
    placements = sorted(stored_rows(Placement.objects.all(), "id", "type"))
    return ids.derive(msgspec.json.encode([_COLUMNS, partners, placements])).hex


def days_to_redo(
    redone: str | None, day_after: Callable[[date | None], date | None]
) -> tuple[str | None, list[date]]:
    """The next days to write anew. day_after: gives the first day with rows after a day (None: of all), or None.

    Returns (what `redone` is afterwards, the days): None when there are none left.
    """
    if redone is None:
        return None, []
    days: list[date] = []
    last = date.fromisoformat(redone) if redone else None
    while len(days) < REDONE_AT_ONCE:
        last = day_after(last)
        if last is None:
            return None, days
        days.append(last)
    return days[-1].isoformat(), days


def _day_after(day: date | None) -> date | None:
    found = Event.objects.filter(kind__in=CREDITED)
    if day is not None:
        found = found.filter(occurred_at__gte=clock.midnight(day + timedelta(days=1)))
    at = found.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    return at.astimezone(UTC).date() if at else None


def _between(after: int, cut: int, of_kinds: Sequence[str]) -> QuerySet[Event]:
    return Event.objects.filter(batch__gt=after, batch__lte=cut, kind__in=of_kinds)


def _on(day: date, cut: int, of_kinds: Sequence[str]) -> QuerySet[Event]:
    start = clock.midnight(day)
    of_day = Event.objects.filter(occurred_at__gte=start, occurred_at__lt=start + timedelta(days=1))
    return of_day.filter(batch__lte=cut, kind__in=of_kinds)


def _days_of(events: QuerySet[Event]) -> frozenset[date]:
    return frozenset(days_of(at for (at,) in stored_rows(events, "occurred_at")))


def _touches(events: QuerySet[Event]) -> Iterator[tuple[Any, ...]]:
    for row in stored_rows(events, *_TOUCH_FIELDS):
        values = list(row)
        values[_COUNTS] = values[_COUNTS] == VALID
        if values[_KIND] == kinds.TIE:  # nobody came by it, so that it is no unit of a rate
            for place in _NOT_OF_A_TIE:
                values[place] = None
        yield tuple(values)
