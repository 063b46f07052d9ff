"""Reading which events of some batches can change a decision. Identifier: ATTR-CONCERN."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from tallystick.kit import kinds
from tallystick.measurement.attribution.rules.concern import Met, Person, concerning
from tallystick.measurement.attribution.rules.subjects import Identities
from tallystick.tracking.events.models import Event, Identity
from tallystick.tracking.events.queries import visitors_of


def events_between(after: int, upto: int) -> list[Met]:
    """The events recorded after one step, up to another, of the brand in scope."""
    rows = Event.objects.filter(batch__gt=after, batch__lte=upto).values_list(*Met._fields)
    return [Met(*row) for row in rows]


def concerned(events: Sequence[Met], *, max_customers: int) -> list[Met]:
    """Those of some recorded events after which a decision may be another one.

    Asks for the identities of everybody they name, and for outcomes of these people that follow a touchpoint: where
    there are none, as for most clicks, that is all.
    """
    shown, customers = _identities({event.visitor for event in events if event.visitor})
    named = {event.customer for event in events if event.customer}
    followed = {
        customer for known in customers.values() if len(known) <= max_customers for customer in known
    }
    visitors = {key: frozenset(found) for key, found in visitors_of(named | followed).items()}
    identities = Identities(customers, visitors, max_customers)
    return concerning(events, shown=shown, identities=identities, latest=_latest(events, identities))


def _identities(visitors: Collection[str]) -> tuple[set[UUID], dict[str, frozenset[str]]]:
    """The events that were the first to show who these visitors are; and visitor → its customers."""
    shown: set[UUID] = set()
    customers: dict[str, set[str]] = {}
    rows = Identity.objects.filter(visitor__among=visitors).values_list("visitor", "customer", "event_id")
    for visitor, customer, event_id in rows:
        shown.add(event_id)
        customers.setdefault(visitor, set()).add(customer)
    return shown, {visitor: frozenset(found) for visitor, found in customers.items()}


def _latest(events: Iterable[Met], identities: Identities) -> dict[Person, datetime]:
    """Person → the newest outcome that names them, of everybody whose outcomes the touchpoints may have helped."""
    touches = [event for event in events if event.kind in kinds.TOUCHPOINTS]
    if not touches:
        return {}
    since = min(event.occurred_at for event in touches)
    asked: dict[str, set[str]] = {
        "visitor": {event.visitor for event in touches if event.visitor}
        | {visitor for found in identities.visitors.values() for visitor in found},
        "customer": {event.customer for event in touches if event.customer} | identities.visitors.keys(),
        "account": {event.account for event in touches if event.account},
    }
    latest: dict[Person, datetime] = {}
    for name, keys in asked.items():
        if keys:
            rows = Event.objects.filter(
                **{f"{name}__among": keys}, kind__in=kinds.OUTCOMES, occurred_at__gte=since
            )
            newest = rows.order_by().values_list(name).annotate(newest=Max("occurred_at"))
            latest |= {(name, key): at for key, at in newest}
    return latest
