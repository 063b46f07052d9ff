"""Which events can change a decision at all. Pure. Identifier: ATTR-CONCERN.

Most events are clicks of people who have converted nothing since: they become somebody's path later, with the outcome,
and until then nothing has to be decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tallystick.kit import kinds
from tallystick.measurement.attribution.rules.subjects import Identities

DECIDING = (*kinds.OUTCOMES, *kinds.HISTORY)
"""Kinds of event that are conversions, or decide about those of their customer."""

Person = tuple[str, str]
"""(`visitor`, `customer` or `account`, its name)."""


class Met(NamedTuple):
    """Whom an event names, and when it was: all that is asked before anything is decided."""

    id: UUID
    kind: str
    occurred_at: datetime
    received_at: datetime
    batch: int
    visitor: str | None
    customer: str | None
    account: str | None
    order: str | None


def concerning(
    events: Iterable[Met],
    *,
    shown: Collection[UUID],
    identities: Identities,
    latest: Mapping[Person, datetime],
) -> list[Met]:
    """Those of some events after which a decision may be another one.

    Outcomes, and the history of customers; what was the first to show who a visitor is; and touchpoints that an outcome
    follows, of somebody they may belong to. A touchpoint after the last outcome of all these people is on no path yet,
    and other events are on none ever.
    shown: events that were the first to show an identity. latest: person → the newest outcome known that names them.
    """
    return [
        event
        for event in events
        if event.kind in _DECIDING
        or event.id in shown
        or (event.kind in _TOUCHPOINTS and _is_followed(event, identities, latest))
    ]


def _is_followed(event: Met, identities: Identities, latest: Mapping[Person, datetime]) -> bool:
    return any(
        person in latest and latest[person] >= event.occurred_at for person in people_of(event, identities)
    )


def people_of(event: Met, identities: Identities) -> set[Person]:
    """Everybody whose outcomes a touchpoint may have helped: its own, and those that its visitor was identified as.

    Of a visitor that too many share only its own.
    """
    found = {
        (name, key)
        for name in ("visitor", "customer", "account")
        if (key := getattr(event, name)) is not None and key
    }
    if event.visitor and not identities.is_shared(event.visitor):
        found |= {("customer", customer) for customer in identities.customers.get(event.visitor, ())}
    for name, key in list(found):
        if name == "customer":
            found |= {("visitor", visitor) for visitor in identities.visitors.get(key, ())}
    return found


_DECIDING = frozenset(DECIDING)
_TOUCHPOINTS = frozenset(kinds.TOUCHPOINTS)
