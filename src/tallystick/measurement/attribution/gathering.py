"""Reading everything that is known of the people a batch of events concerns, in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tallystick.kit import kinds
from tallystick.kit.batches import slices
from tallystick.measurement.attribution.models import Conversion
from tallystick.measurement.attribution.rules.concern import DECIDING, Met
from tallystick.measurement.attribution.rules.credit import Touch
from tallystick.measurement.attribution.rules.evidence import Evidence, has_path
from tallystick.measurement.attribution.rules.outcomes import BroughtTie, Known
from tallystick.measurement.attribution.rules.reasons import NoCredit
from tallystick.measurement.attribution.rules.subjects import Identities, Seen, Touchpoints, source_of
from tallystick.partners.partnerships.models import Kind, Partner, Partnership, Placement
from tallystick.partners.partnerships.queries.standings import standings
from tallystick.partners.partnerships.rules import ALWAYS, Standing
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import Version
from tallystick.tracking.events.labels import VALID
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import customers_before, customers_of, visitors_of

COUPON_PLACEMENTS = ("coupon", "voucher")

_KEYS = ("visitor", "customer", "account", "order")


class OutcomeRow(NamedTuple):
    """What is read of an outcome event, or of a customer's history: half of the columns, and no object of the ORM."""

    id: UUID
    program_id: UUID
    kind: str
    source: str
    occurred_at: datetime
    label: str
    visitor: str | None
    customer: str | None
    account: str | None
    order: str | None
    amount_minor: int | None
    currency: str | None
    attributes: dict[str, str]
    partnership_id: UUID | None
    placement_id: UUID | None
    channel_id: UUID | None


class TouchRow(NamedTuple):
    """What is read of a touchpoint event."""

    id: UUID
    program_id: UUID
    kind: str
    occurred_at: datetime
    label: str
    partnership_id: UUID | None
    placement_id: UUID | None
    channel_id: UUID | None
    visitor: str | None
    customer: str | None
    account: str | None


@dataclass(slots=True)
class People:
    """Visitors, customers, accounts and orders whose conversions have to be decided anew."""

    visitor: set[str] = field(default_factory=set)
    customer: set[str] = field(default_factory=set)
    account: set[str] = field(default_factory=set)
    order: set[str] = field(default_factory=set)

    def add(self, events: Iterable[Event | Met | OutcomeRow]) -> None:
        """Add everyone named by some events; orders only where the event is an outcome."""
        for event in events:
            if event.visitor:
                self.visitor.add(event.visitor)
            if event.customer:
                self.customer.add(event.customer)
            if event.account:
                self.account.add(event.account)
            if event.order and event.kind in kinds.OUTCOMES:
                self.order.add(event.order)

    def join(self, others: People) -> None:
        """Add everyone who is among the others."""
        for name in _KEYS:
            getattr(self, name).update(getattr(others, name))

    def besides(self, others: People) -> People:
        """Those who are not among the others."""
        return People(*(getattr(self, name) - getattr(others, name) for name in _KEYS))

    def size(self) -> int:
        """How many keys there are."""
        return len(self.visitor) + len(self.customer) + len(self.account) + len(self.order)


@dataclass(frozen=True, slots=True)
class Origins:
    """What attribution needs of partnerships: whose they are (partnership id → partner id), when each was active, and
    which partners and placements are about coupons.
    """

    partners: dict[UUID, UUID]
    standings: dict[UUID, Standing]
    coupons: frozenset[UUID]


def gather(
    events: Iterable[Event | Met], *, max_customers: int, known_versions: Sequence[Version] | None = None
) -> Known:
    """Everything known of the people that these events concern, of the brand in scope.

    People are followed until no new one is found: visitor → customers → visitors, and order → the events that
    report it. max_customers: a visitor with more is linked to nobody and not followed. known_versions: what the
    definitions mean; None: as they are published.
    """
    events = list(events)
    people = People()
    people.add(events)
    found, identities = _close(people, max_customers, batch=min((event.batch for event in events), default=0))
    known_versions = versions() if known_versions is None else known_versions
    evidence = {event.id: evidence_of(event) for event in found if event.kind != kinds.TIE}
    outcomes = [
        event for event in found if event.id in evidence and has_path(evidence[event.id], known_versions)
    ]
    return Known(
        evidence=list(evidence.values()),
        touchpoints=Touchpoints(_touchpoints(outcomes, identities, known_versions)),
        identities=identities,
        versions=known_versions,
        history=dict(Program.objects.values_list("id", "history_from")),
        brought_ties=_brought_ties([event for event in found if event.kind == kinds.TIE]),
    )


def conversions_of(known: Known) -> list[Conversion]:
    """The conversions written for whom this evidence was ever about: what may have to be withdrawn."""
    subjects = {f"c:{customer}" for customer in known.customers}
    subjects |= {f"v:{event.visitor}" for event in known.evidence if event.visitor}
    subjects |= {f"a:{event.account}" for event in known.evidence if event.account}
    return list(Conversion.objects.filter(subject__among=subjects))


def evidence_of(event: OutcomeRow) -> Evidence:
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


def origins(partnerships: Collection[UUID]) -> Origins:
    """What touchpoints of these partnerships of the brand in scope come from, read at one time."""
    owners = {
        owner: partner
        for part in slices(partnerships)
        for owner, partner in Partnership.objects.filter(id__in=part).values_list("id", "partner_id")
    }
    return Origins(owners, standings(partnerships), frozenset(coupon_ids()))


def coupon_ids() -> list[UUID]:
    """The partners and placements that are about coupons, for `last_non_coupon`: voucher sites and coupon pages."""
    partners = Partner.objects.filter(kind=Kind.VOUCHER).values_list("id", flat=True)
    placements = Placement.objects.filter(type__in=COUPON_PLACEMENTS).values_list("id", flat=True)
    return [*partners, *placements]


def touch_of(event: Event | OutcomeRow | TouchRow, known: Origins) -> Touch:
    """A touchpoint event as the rules of credit take it."""
    partner_id = known.partners[event.partnership_id] if event.partnership_id else None
    return Touch(
        event_id=event.id,
        at=event.occurred_at,
        kind=event.kind,
        source=source_of(partner_id, event.channel_id),
        is_coupon=bool(known.coupons & {partner_id, event.placement_id}),
        # A label is a reason of the same name; one that is not yet a reason stops here instead of earning credit.
        barred=None if event.label == VALID else NoCredit(event.label),
        standing=known.standings.get(event.partnership_id, ALWAYS) if event.partnership_id else ALWAYS,
    )


def _close(people: People, max_customers: int, *, batch: int) -> tuple[list[OutcomeRow], Identities]:
    """Follow identities and orders until nobody new is found, asking about each of the people once.

    Adds everybody found to `people`; returns all outcomes of the people, and their history, by time; and who is who.
    A shared visitor is followed only up to the step in which it became one: its customers lose its touchpoints
    then. Later it says nothing about any of them, and following it would decide thousands of conversions again
    for every click. batch: the step of the events; later ones may be recorded by now, and are not counted.
    """
    asked, found = People(), dict[UUID, OutcomeRow]()
    customers, visitors = dict[str, set[str]](), dict[str, set[str]]()
    while (fresh := people.besides(asked)).size():
        asked.join(fresh)
        seen = customers_of(fresh.visitor)
        shared = {visitor for visitor, known in seen.items() if len(known) > max_customers}
        earlier = customers_before(shared, batch=batch) if shared else {}
        for visitor, known in seen.items():
            if visitor not in shared or earlier.get(visitor, 0) <= max_customers:
                people.customer |= known
        behind = visitors_of(fresh.customer)
        for known in behind.values():
            people.visitor |= known
        outcomes = _outcomes(fresh)
        people.add(outcomes.values())
        customers |= seen
        visitors |= behind
        found |= outcomes
    identities = Identities(_frozen(customers), _frozen(visitors), max_customers)
    return sorted(found.values(), key=lambda row: (row.occurred_at, row.id)), identities


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in found.items()}


def _outcomes(people: People) -> dict[UUID, OutcomeRow]:
    found: dict[UUID, OutcomeRow] = {}
    for name in _KEYS:
        if keys := getattr(people, name):
            rows = Event.objects.filter(**{f"{name}__among": keys}, kind__in=DECIDING)
            found |= {row[0]: OutcomeRow(*row) for row in rows.values_list(*OutcomeRow._fields)}
    return found


def _brought_ties(events: Sequence[OutcomeRow]) -> list[BroughtTie]:
    if not events:
        return []
    known = origins({event.partnership_id for event in events if event.partnership_id})
    return [BroughtTie(evidence_of(event), touch_of(event, known)) for event in events]


def _touchpoints(
    outcomes: Sequence[OutcomeRow], identities: Identities, known_versions: Sequence[Version]
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
    found: dict[UUID, TouchRow] = {}
    for name in ("visitor", "customer", "account"):
        if keys := getattr(people, name):
            rows = Event.objects.filter(
                **{f"{name}__among": keys},
                kind__in=kinds.TOUCHPOINTS,
                occurred_at__gte=first,
                occurred_at__lte=last,
            )
            found |= {row[0]: TouchRow(*row) for row in rows.values_list(*TouchRow._fields)}
    known = origins({row.partnership_id for row in found.values() if row.partnership_id})
    return [
        Seen(touch_of(row, known), row.program_id, row.visitor, row.customer, row.account)
        for row in found.values()
    ]
