"""Reading everything that is known of the people a batch of events concerns, in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from tallystick.kit import kinds
from tallystick.kit.batches import slices
from tallystick.measurement.attribution.models import Conversion
from tallystick.measurement.attribution.rules.credit import Touch
from tallystick.measurement.attribution.rules.evidence import Evidence
from tallystick.measurement.attribution.rules.outcomes import BroughtTie, Known
from tallystick.measurement.attribution.rules.reasons import NoCredit
from tallystick.measurement.attribution.rules.subjects import Identities, Seen, Touchpoints, source_of
from tallystick.partners.partnerships.models import Kind, Partner, Placement
from tallystick.partners.partnerships.queries.naming import partners_by_partnership
from tallystick.partners.partnerships.queries.standings import standings
from tallystick.partners.partnerships.rules import ALWAYS, Standing
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import Version
from tallystick.tracking.events.labels import VALID
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import customers_before, customers_of, visitors_of

COUPON_PLACEMENTS = ("coupon", "voucher")
TIE = "customer_binding"
DECIDING = (*kinds.OUTCOMES, *kinds.HISTORY)
"""Kinds of event that are conversions, or decide about those of their customer."""


@dataclass(slots=True)
class People:
    """Visitors, customers, accounts and orders whose conversions have to be decided anew."""

    visitor: set[str] = field(default_factory=set)
    customer: set[str] = field(default_factory=set)
    account: set[str] = field(default_factory=set)
    order: set[str] = field(default_factory=set)

    def add(self, events: Iterable[Event]) -> None:
        """Add everyone named by some events; orders only where the event is an outcome."""
        for event in events:
            for name in ("visitor", "customer", "account"):
                if value := getattr(event, name):
                    getattr(self, name).add(value)
            if event.order and event.kind in kinds.OUTCOMES:
                self.order.add(event.order)

    def size(self) -> int:
        """How many keys there are; it stops rising when all the people concerned are found."""
        return len(self.visitor) + len(self.customer) + len(self.account) + len(self.order)


@dataclass(frozen=True, slots=True)
class Origins:
    """What attribution needs of partnerships: whose they are, when each was active, and which partners and placements
    are about coupons.
    """

    partners: dict[UUID, Partner]
    standings: dict[UUID, Standing]
    coupons: frozenset[UUID]


def gather(
    events: Iterable[Event], *, max_customers: int, known_versions: Sequence[Version] | None = None
) -> Known:
    """Everything known of the people that these events concern, of the brand in scope.

    People are followed until no new one is found: visitor → customers → visitors, and order → the events that
    report it. max_customers: a visitor with more is linked to nobody and not followed. known_versions: what the
    definitions mean; None: as they are published.
    """
    events = list(events)
    people = People()
    people.add(events)
    found = _close(people, max_customers, batch=min((event.batch for event in events), default=0))
    identities = _identities(people, max_customers)
    known_versions = versions() if known_versions is None else known_versions
    outcomes = [event for event in found if event.kind in kinds.OUTCOMES]
    return Known(
        evidence=[evidence_of(event) for event in found if event.kind != TIE],
        touchpoints=Touchpoints(_touchpoints(outcomes, identities, known_versions)),
        identities=identities,
        versions=known_versions,
        history=dict(Program.objects.values_list("id", "history_from")),
        brought_ties=_brought_ties([event for event in found if event.kind == TIE]),
    )


def conversions_of(known: Known) -> list[Conversion]:
    """The conversions written for whom this evidence was ever about: what may have to be withdrawn."""
    subjects = {f"c:{customer}" for customer in known.customers}
    subjects |= {f"v:{event.visitor}" for event in known.evidence if event.visitor}
    subjects |= {f"a:{event.account}" for event in known.evidence if event.account}
    return [row for part in slices(subjects) for row in Conversion.objects.filter(subject__in=part)]


def evidence_of(event: Event) -> Evidence:
    """An event as the rules of evidence take it."""
    return Evidence(
        event_id=event.id,
        program_id=event.program_id,
        kind=event.kind,
        source=event.source,
        occurred_at=event.occurred_at,
        counts=event.label == VALID,
        visitor=event.visitor,
        customer=event.customer,
        account=event.account,
        order=event.order,
        amount_minor=event.amount_minor,
        currency=event.currency,
        attributes=event.attributes,
    )


def origins() -> Origins:
    """What touchpoints of the brand in scope come from, read at one time."""
    return Origins(partners_by_partnership(), standings(), frozenset(coupon_ids()))


def coupon_ids() -> list[UUID]:
    """The partners and placements that are about coupons, for `last_non_coupon`: voucher sites and coupon pages."""
    partners = Partner.objects.filter(kind=Kind.VOUCHER).values_list("id", flat=True)
    placements = Placement.objects.filter(type__in=COUPON_PLACEMENTS).values_list("id", flat=True)
    return [*partners, *placements]


def touch_of(event: Event, known: Origins) -> Touch:
    """A touchpoint event as the rules of credit take it."""
    partner = known.partners[event.partnership_id] if event.partnership_id else None
    return Touch(
        event_id=event.id,
        at=event.occurred_at,
        kind=event.kind,
        source=source_of(partner.id if partner else None, event.channel_id),
        is_coupon=bool(known.coupons & {partner.id if partner else None, event.placement_id}),
        # A label is a reason of the same name; one that is not yet a reason stops here instead of earning credit.
        barred=None if event.label == VALID else NoCredit(event.label),
        standing=known.standings.get(event.partnership_id, ALWAYS) if event.partnership_id else ALWAYS,
    )


def _close(people: People, max_customers: int, *, batch: int) -> list[Event]:
    """Follow identities and orders until nobody new is found; return all outcomes of the people, and their history.

    A shared visitor is followed only up to the step in which it became one: its customers lose its touchpoints
    then. Later it says nothing about any of them, and following it would decide thousands of conversions again
    for every click. batch: the step of the events; later ones may be recorded by now, and are not counted.
    """
    while True:
        before = people.size()
        found = customers_of(people.visitor)
        shared = {visitor for visitor, customers in found.items() if len(customers) > max_customers}
        earlier = customers_before(shared, batch=batch)
        for visitor, customers in found.items():
            if visitor not in shared or earlier.get(visitor, 0) <= max_customers:
                people.customer |= customers
        for visitors in visitors_of(people.customer).values():
            people.visitor |= visitors
        outcomes = _outcomes(people)
        people.add(outcomes)
        if people.size() == before:
            return outcomes


def _identities(people: People, max_customers: int) -> Identities:
    customers = {visitor: frozenset(found) for visitor, found in customers_of(people.visitor).items()}
    visitors = {customer: frozenset(found) for customer, found in visitors_of(people.customer).items()}
    return Identities(customers, visitors, max_customers)


def _outcomes(people: People) -> list[Event]:
    found: dict[UUID, Event] = {}
    for name in ("visitor", "customer", "account", "order"):
        for part in slices(getattr(people, name)):
            rows = Event.objects.filter(**{f"{name}__in": part}, kind__in=DECIDING)
            found |= {row.id: row for row in rows}
    return sorted(found.values(), key=lambda row: (row.occurred_at, row.id))


def _brought_ties(events: Sequence[Event]) -> list[BroughtTie]:
    if not events:
        return []
    known = origins()
    return [BroughtTie(evidence_of(event), touch_of(event, known)) for event in events]


def _touchpoints(
    outcomes: Sequence[Event], identities: Identities, known_versions: Sequence[Version]
) -> list[Seen]:
    """Touchpoints of the people behind the outcomes, in the longest window before any of these."""
    if not outcomes:
        return []
    window = timedelta(days=max((v.meaning.longest_window_days for v in known_versions), default=0))
    first, last = outcomes[0].occurred_at - window, outcomes[-1].occurred_at
    people = People()
    people.add(outcomes)
    for visitor in list(people.visitor):
        people.customer |= identities.customers.get(visitor, frozenset())
    for customer in people.customer:
        people.visitor |= identities.visitors.get(customer, frozenset())
    known_origins, found = origins(), {}
    for name in ("visitor", "customer", "account"):
        for part in slices(getattr(people, name)):
            rows = Event.objects.filter(
                **{f"{name}__in": part},
                kind__in=kinds.TOUCHPOINTS,
                occurred_at__gte=first,
                occurred_at__lte=last,
            )
            for row in rows:
                found[row.id] = Seen(
                    touch_of(row, known_origins), row.program_id, row.visitor, row.customer, row.account
                )
    return list(found.values())
