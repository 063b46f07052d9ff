"""Which touchpoints can change a decision at all. Pure. Identifier: ATTR-CONCERN.

Most events are clicks of people who have converted nothing since: they become somebody's path later, with the outcome,
and until then nothing has to be decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from tallystick.kit import kinds
from tallystick.measurement.attribution.rules.subjects import Identities

DECIDING = (*kinds.OUTCOMES, *kinds.HISTORY)
"""Kinds of event that are conversions, or decide about those of their customer."""

Person = tuple[str, str]
"""(`visitor`, `customer` or `account`, its name)."""


class Met(NamedTuple):
    """Whom an event names, or several of a kind that name the same; and the instant of the earliest of them."""

    kind: str
    batch: int
    visitor: str | None
    customer: str | None
    account: str | None
    order: str | None
    earliest: datetime


def followed(
    touches: Iterable[Met], *, identities: Identities, latest: Mapping[Person, datetime]
) -> list[Met]:
    """Those touchpoints that an outcome follows, of somebody they may belong to.

    One after the last outcome of all these people is on no path yet.
    latest: person → the newest outcome known that names them; whoever has none is left out.
    """
    if not latest:
        return []
    return [
        touch
        for touch in touches
        if any(
            person in latest and latest[person] >= touch.earliest for person in people_of(touch, identities)
        )
    ]


def people_of(touch: Met, identities: Identities) -> Iterator[Person]:
    """Everybody whose outcomes a touchpoint may have helped: its own, and those that its visitor was identified as.

    Of a visitor that too many share only its own.
    """
    customers = {touch.customer} if touch.customer else set()
    if touch.visitor:
        yield "visitor", touch.visitor
        if not identities.is_shared(touch.visitor):
            customers |= identities.customers.get(touch.visitor, frozenset())
    if touch.account:
        yield "account", touch.account
    for customer in customers:
        yield "customer", customer
        for visitor in identities.visitors.get(customer, ()):
            yield "visitor", visitor
