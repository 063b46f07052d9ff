"""The reconciliation of a program's orders, from what the shop reported and what was tracked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Min, QuerySet

from tallystick.kit import clock, kinds
from tallystick.kit.batches import slices
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.programs.models import Program
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.reconciling.rules import (
    Held,
    Kind,
    Known,
    ShopOrder,
    Summary,
    TrackedOrder,
    Verdict,
    compare,
    exact,
    spellings,
    summed,
)
from tallystick.tracking.inbox.queries import waiting_about
from tallystick.tracking.reported.models import ReportedOrder
from tallystick.tracking.reported.queries import current

MOST_ORDERS: Final = 250_000
"""What is compared at once, on either side: it is held in memory."""

_REPORTED: Final = (
    "order",
    "ordered_at",
    "received_at",
    "source",
    "receipt_id",
    "status",
    "amount_minor",
    "currency",
    "customer",
)
_TRACKED: Final = (
    "order",
    "occurred_at",
    "source",
    "receipt_id",
    "label",
    "amount_minor",
    "currency",
    "customer",
)


class TooManyOrders(Foreseen, ValueError):
    """A period with more orders than are compared at once."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class OrderReconciliation:
    """The orders of a program that the shop dates in a period, against what was tracked.

    since, until: the period, until excluded. sources: the files of the shop. first_at, last_at: of the orders in them.
    verdicts: a page of those that were asked for; total: how many there are of them. nameless: tracked orders of the
    period without a number, which cannot be compared.
    """

    program: str
    since: datetime
    until: datetime
    sources: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    summary: Summary
    nameless: int
    verdicts: tuple[Verdict, ...]
    total: int


def reconcile(
    program: Program,
    *,
    since: datetime,
    until: datetime,
    only: Collection[Kind] = (),
    limit: int = 50,
    offset: int = 0,
) -> OrderReconciliation:
    """Compare the shop's orders of a period with what was tracked. Identifier: IMPORT-RECONCILE.

    only: kinds of verdict to show; all without any, what needs a look first. limit, offset: of the page of verdicts.
    Asks once for the orders of either side, and about those that did not match in slices. Raises TooManyOrders.
    """
    shop = [ShopOrder(*row) for row in _bounded(_reported(program, since, until).values_list(*_REPORTED))]
    orders = _events(program).filter(kind__in=kinds.ORDERS)
    inside = orders.filter(occurred_at__gte=since, occurred_at__lt=until)
    tracked = [
        TrackedOrder(*row) for row in _bounded(inside.filter(order__isnull=False).values_list(*_TRACKED))
    ]
    own = {one.source for one in shop}
    seen = {exact(one.order) for one in tracked if one.source not in own}
    absent = {exact(one.order) for one in shop} - seen
    tracked += [TrackedOrder(*row) for row in _of_numbers(orders, _spelled(absent), _TRACKED)]
    verdicts = compare(shop, tracked, known=_known(program, shop, absent))
    shown = [one for one in _by_need(verdicts) if not only or one.kind in only]
    days = [one.ordered_at for one in shop]
    return OrderReconciliation(
        program=program.key,
        since=since,
        until=until,
        sources=tuple(sorted({one.source for one in shop})),
        first_at=min(days, default=None),
        last_at=max(days, default=None),
        summary=summed(verdicts),
        nameless=inside.filter(order__isnull=True, label="valid").count(),
        verdicts=tuple(shown[offset : offset + limit]),
        total=len(shown),
    )


def span_of_days(program: Program, first: date | None, last: date | None) -> tuple[datetime, datetime] | None:
    """The instants, the second excluded, of days of the program's zone, both included, for `reconcile`.

    An open end is that of the shop's own list. None where the shop has reported no orders.
    """
    ordered = ReportedOrder.objects.filter(program=program).aggregate(
        first=Min("ordered_at"), last=Max("ordered_at")
    )
    if ordered["first"] is None:
        return None
    zone = program.zone_info
    since = clock.day_start(first, zone) if first else ordered["first"]
    if last:
        return since, clock.day_start(last + timedelta(days=1), zone)
    return since, ordered["last"] + timedelta(microseconds=1)


def _known(program: Program, shop: list[ShopOrder], absent: Collection[str]) -> Known:
    taken = {exact(one.order) for one in shop if one.status in ("cancelled", "refunded")}
    others = _events(program).exclude(kind__in=(*kinds.ORDERS, *kinds.CORRECTIONS))
    other_kinds: dict[str, set[str]] = {}
    for order, kind in _of_numbers(others, absent, ("order", "kind")):
        other_kinds.setdefault(exact(order), set()).add(kind)
    corrections = _events(program).filter(kind__in=kinds.CORRECTIONS)
    own = {one.source for one in shop}
    counted = _events(program).filter(kind__in=kinds.ORDERS, label="valid").exclude(source__in=own)
    return Known(
        held={exact(row.order): Held(row.receipt_id, row.reason) for row in waiting_about(absent)},
        other_kinds={order: sorted(found) for order, found in other_kinds.items()},
        taken_back={exact(order) for (order,) in _of_numbers(corrections, _spelled(taken), ("order",))},
        began_at=counted.aggregate(first=Min("occurred_at"))["first"],
    )


def _reported(program: Program, since: datetime, until: datetime) -> QuerySet[ReportedOrder]:
    return current(ReportedOrder).filter(program=program, ordered_at__gte=since, ordered_at__lt=until)


def _events(program: Program) -> QuerySet[Event]:
    return Event.objects.filter(program=program)


def _spelled(numbers: Collection[str]) -> set[str]:
    return {spelling for number in numbers for spelling in spellings(number)}


def _of_numbers(events: QuerySet[Event], numbers: Collection[str], fields: Collection[str]) -> Iterable[Any]:
    """Events that name one of these orders, at whatever time."""
    for part in slices(numbers):
        yield from events.filter(order__in=part).values_list(*fields)


def _bounded(rows: QuerySet[Any, Any]) -> Iterable[Any]:
    found = list(rows[: MOST_ORDERS + 1])
    if len(found) > MOST_ORDERS:
        raise TooManyOrders(
            "the period has more than %(most)s orders, which are not compared at once: take a shorter one",
            most=f"{MOST_ORDERS:,}",
        )
    return found


def _by_need(verdicts: list[Verdict]) -> list[Verdict]:
    """What needs a look first: missing, differing, unreported; then the rest, by time."""
    place = {kind: number for number, kind in enumerate((Kind.MISSING, Kind.DIFFERING, Kind.UNREPORTED))}
    return sorted(verdicts, key=lambda one: place.get(one.kind, len(place)))
