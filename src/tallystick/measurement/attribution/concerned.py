"""Reading which events of some steps can change a decision. Identifier: ATTR-CONCERN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from tallystick.kit import kinds
from tallystick.measurement.attribution.rules.concern import DECIDING, Met, Person, followed
from tallystick.measurement.attribution.rules.subjects import Identities
from tallystick.tracking.events.models import Event, Identity
from tallystick.tracking.events.queries import customers_of, visitors_of

_WHO = ("visitor", "customer", "account")


@dataclass(frozen=True, slots=True)
class Concerned:
    """What some steps of events are about. events: how many there are. received_from: when the oldest was received.

    met: those after which a decision may be another one.
    """

    events: int
    received_from: datetime
    met: Sequence[Met]


def concerned(after: int, upto: int, *, max_customers: int) -> Concerned:
    """What the events recorded after one step, up to another, may change. There are some.

    Outcomes and the history of customers; what was the first to show who a visitor is; and touchpoints that an outcome
    follows. Of other touchpoints no more is read than whom they name, and of other events nothing: they are on no path.
    """
    events = Event.objects.filter(batch__gt=after, batch__lte=upto)
    shows = Identity.objects.filter(
        visitor=OuterRef("visitor"), customer=OuterRef("customer"), event_id=OuterRef("id")
    )
    deciding = events.filter(Q(kind__in=DECIDING) | Q(Exists(shows), customer__isnull=False))
    named = deciding.values_list("kind", "batch", *_WHO, "order", "occurred_at")
    found = events.aggregate(count=Count("id"), received_from=Min("received_at"))
    return Concerned(
        events=found["count"],
        received_from=found["received_from"],
        met=[Met(*row) for row in named] + _followed(events, after + 1, max_customers),
    )


def _followed(events: QuerySet[Event], batch: int, max_customers: int) -> list[Met]:
    grouped = events.filter(kind__in=kinds.TOUCHPOINTS).order_by().values_list("kind", *_WHO)
    touches = [
        Met(kind, batch, visitor, customer, account, None, earliest)
        for kind, visitor, customer, account, earliest in grouped.annotate(earliest=Min("occurred_at"))
    ]
    identities = _identities(touches, max_customers)
    return followed(touches, identities=identities, latest=_latest(touches, identities))


def _identities(touches: Sequence[Met], max_customers: int) -> Identities:
    customers = customers_of({touch.visitor for touch in touches if touch.visitor})
    named = {touch.customer for touch in touches if touch.customer}
    named |= {each for known in customers.values() if len(known) <= max_customers for each in known}
    visitors = visitors_of(named) if named else {}
    return Identities(
        {visitor: frozenset(known) for visitor, known in customers.items()},
        {customer: frozenset(known) for customer, known in visitors.items()},
        max_customers,
    )


def _latest(touches: Sequence[Met], identities: Identities) -> dict[Person, datetime]:
    """Person → the newest outcome that names them, of everybody whose outcomes the touchpoints may have helped."""
    asked: dict[str, set[str]] = {
        "visitor": {touch.visitor for touch in touches if touch.visitor}.union(*identities.visitors.values()),
        "customer": {touch.customer for touch in touches if touch.customer} | identities.visitors.keys(),
        "account": {touch.account for touch in touches if touch.account},
    }
    latest: dict[Person, datetime] = {}
    for name, keys in asked.items():
        if keys:
            since = min(touch.earliest for touch in touches)
            outcomes = Event.objects.filter(kind__in=kinds.OUTCOMES, occurred_at__gte=since)
            named = outcomes.filter(**{f"{name}__among": keys}).order_by().values_list(name)
            latest |= {(name, key): at for key, at in named.annotate(newest=Max("occurred_at"))}
    return latest
