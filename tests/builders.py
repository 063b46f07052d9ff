"""The cast, and the words in which stories are told.

Acme is a brand; Alice a steady content partner, Bob a voucher site, Mallory a fraud; Zoë is another brand. Things are
made by whoever does them (`alice.click("v1", at=3)`, `purchase("1001", customer="carol", at=4)`) and happen when Acme
`receives` them: receipts in the real inbox, carried on by the real stages. `at` counts days from a Monday morning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import time_machine
from django.db.models import Model

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.shares import PPB
from tallystick.measurement.attribution.models import Binding, Conversion, Credit, Revision
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.measurement.attribution.trace import ConversionTrace, Trace, trace
from tallystick.partners.partnerships.models import (
    Code,
    Link,
    Partner,
    Partnership,
    PartnershipChange,
    Placement,
)
from tallystick.partners.partnerships.queries.naming import naming
from tallystick.partners.partnerships.services import partnerships
from tallystick.partners.partnerships.setup import Setup, apply_setup
from tallystick.partners.programs import models as programs
from tallystick.partners.programs.models import Channel, Definition, DefinitionVersion, Program
from tallystick.tracking.events import services as events
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import find_events
from tallystick.tracking.events.wire import EventBody
from tallystick.tracking.inbox.queries import counts_by_reason
from tallystick.tracking.inbox.stores.port import Outcome
from tallystick.tracking.inbox.wire import Receipt
from tests.houses import MAX_CUSTOMERS
from tests.people import TESTER

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
LIMIT = 500
ALL = PPB


def day(at: float) -> datetime:
    """The instant so many days after the Monday on which the stories begin."""
    return START + timedelta(days=at)


@dataclass(frozen=True)
class Happening:
    """Something that happens, ready to be received. `key` None: every arrival counts, under the receipt's own `id`."""

    body: EventBody
    source: str = "events"
    key: str | None = ""
    id: UUID = field(default_factory=ids.new)

    def but(self, **changes: Any) -> "Happening":
        """The same under the same key, with other content: what a careless sender does."""
        return replace(self, body=msgspec.structs.replace(self.body, **changes), key=self.dedupe_key)

    @property
    def dedupe_key(self) -> str | None:
        """The key it is received under: its content, unless it was given one or none."""
        return msgspec.json.encode(self.body).hex()[-400:] if self.key == "" else self.key


@dataclass(frozen=True)
class Promoter:
    """Whoever brings visitors: a partner or a house channel, by its key."""

    key: str
    name: str
    is_house: bool = False

    def click(self, visitor: str | None, *, at: float, **fields: Any) -> Happening:
        """A visitor follows a link of this promoter."""
        return happens("click", at=at, visitor=visitor, **{self._column: self.key}, **fields)

    def touch(self, kind: str, *, at: float, **fields: Any) -> Happening:
        """Any other kind of touchpoint of this promoter."""
        return happens(kind, at=at, **{self._column: self.key}, **fields)

    @property
    def _column(self) -> str:
        return "channel" if self.is_house else "partner"


alice = Promoter("alice", "Alice")
bob = Promoter("bob", "Bob")
mallory = Promoter("mallory", "Mallory")
newsletter = Promoter("newsletter", "Newsletter", is_house=True)
search = Promoter("search", "Search", is_house=True)


def happens(
    kind: str, *, at: float, source: str = "events", key: str | None = "", **fields: Any
) -> Happening:
    """Anything, by its kind and the fields of the event format."""
    given = {name: value for name, value in fields.items() if value is not None}
    return Happening(EventBody(kind=kind, occurred_at=day(at).isoformat(), **given), source, key)


def identify(visitor: str, customer: str, *, at: float) -> Happening:
    """A visitor signs in, and so is known as a customer."""
    return happens("identify", at=at, visitor=visitor, customer=customer)


def purchase(order: str | None, *, at: float, amount: str | None = "80.00", **fields: Any) -> Happening:
    """Somebody buys."""
    return happens("purchase", at=at, order=order, amount=amount, **fields)


def renewal(order: str, *, at: float, **fields: Any) -> Happening:
    """A customer pays again."""
    return happens("renewal", at=at, order=order, amount="80.00", **fields)


def code(used: str, *, at: float, **fields: Any) -> Happening:
    """A code is entered in the basket; whose it is, the directory knows."""
    return happens("code_use", at=at, code=used, **fields)


PARTNERS: Sequence[Mapping[str, Any]] = (
    {
        "key": "alice",
        "name": "Alice",
        "kind": "content",
        "placements": [{"key": "blog", "name": "Blog", "type": "blog"}],
        "links": [{"key": "alice-1", "destination": "https://acme.example/", "placement": "blog"}],
        "codes": [{"key": "ALICE10"}],
    },
    {"key": "bob", "name": "Bob", "kind": "voucher", "codes": [{"key": "BOB5"}]},
    {"key": "mallory", "name": "Mallory", "kind": "affiliate"},
)
CHANNELS = ({"key": "newsletter", "name": "Newsletter"}, {"key": "search", "name": "Search"})


SET_UP = (
    Program,
    Channel,
    Definition,
    DefinitionVersion,
    Partner,
    Partnership,
    PartnershipChange,
    Placement,
    Link,
    Code,
)


class Brand:
    """A brand with one program, as the people of a story meet it."""

    def __init__(
        self,
        name: str = "Acme",
        *,
        history_from: date | None = None,
        partners: Sequence[Mapping[str, Any]] = PARTNERS,
        channels: Sequence[Mapping[str, Any]] = CHANNELS,
    ) -> None:
        self.key = f"{name.lower()}-{ids.new().hex}"
        self.name = name
        self._document: dict[str, Any] = {
            "program": {"key": "shop", "name": "Shop", "currency": "EUR", "zone": "Europe/Berlin"},
            "partners": list(partners),
            "channels": list(channels),
            "definitions": [],
        }
        self.sets_up(history_from=history_from)

    def sets_up(self, *, history_from: date | None = None, **parts: Sequence[Mapping[str, Any]]) -> None:
        """Add to the set-up file (partners, channels, definitions), and apply the whole of it again."""
        for name, added in parts.items():
            self._document[name] = [*self._document[name], *added]
        self._document["program"]["history_from"] = history_from or self._document["program"].get(
            "history_from"
        )
        document = {"brand": {"key": self.key, "name": self.name}, **self._document}
        applied = apply_setup(msgspec.convert(document, Setup), models=tuple(MODELS), by=TESTER)
        self.id = applied.brand.id
        self.program_id = applied.program.id

    def defines(
        self, key: str, *, effective_on: date = date(2026, 1, 1), primary: bool = False, **meaning: Any
    ) -> None:
        """Publish a version of a conversion definition."""
        version = {"key": key, "name": key.title(), "effective_on": effective_on, "primary": primary}
        self.sets_up(definitions=[{**version, "meaning": meaning}])

    def takes(self, verb: str, promoter: Promoter, *, at: float) -> None:
        """Lead a partnership on, at an instant: pause, resume, end, accept, activate."""
        with time_machine.travel(day(at), tick=False), brand_scope(self.id):
            row = Partnership.objects.get(program_id=self.program_id, partner__key=promoter.key)
            getattr(partnerships, verb)(row, by=TESTER, reason="as the story goes")

    def gets(self, *happenings: Happening) -> list[Outcome]:
        """Keep what arrives, in one batch; nothing is made of it yet."""
        receipts = [self.receipt(happening) for happening in happenings]
        return journey.inbox().append(receipts)

    def receipt(self, happening: Happening) -> Receipt:
        """The receipt of one more arrival of something."""
        key = happening.dedupe_key
        return Receipt(
            id=happening.id if key is None else ids.new(),
            brand_id=self.id,
            source=happening.source,
            kind="event",
            key=key,
            body=msgspec.json.encode(happening.body),
            content_type="application/json",
            received_at=clock.now(),
        )

    def works(self, *, limit: int = LIMIT) -> None:
        """Run every stage of the journey until nothing waits."""
        journey.run_until_done(self.id, limit=limit)

    def records(self, *, limit: int = LIMIT) -> None:
        """Make events of what arrived, and decide nothing yet."""
        self._runs("events", limit)

    def credits(self, *, limit: int = LIMIT) -> None:
        """Make events of what arrived, and decide conversions; publish nothing."""
        self._runs("events", limit)
        self._runs("attribution", limit)

    def _runs(self, name: str, limit: int) -> None:
        stage = next(stage for stage in journey.STAGES if stage.name == name)
        while stage.run(self.id, limit=limit).left:
            pass

    def receives(self, *happenings: Happening) -> None:
        """Get what arrives and carry it through the whole journey."""
        self.gets(*happenings)
        self.works()

    def replays(self) -> events.Replayed:
        """Verify again what waits in quarantine, and carry on what was released."""
        replayed = events.replay(self.id, store=journey.inbox(), by=TESTER)
        self.works()
        return replayed

    def order(self, order: str) -> ConversionTrace:
        """The conversion of an order, as its trace shows it: the first definition that has one."""
        return self.conversion(f"order:{order}")

    def conversion(self, dedupe_key: str) -> ConversionTrace:
        """A conversion by its dedupe key."""
        with brand_scope(self.id):
            row = Conversion.objects.get(dedupe_key=dedupe_key)
        return self.opens(ids.show("cnv", row.id)).conversions[0]

    def conversions(self, definition: str) -> list[ConversionTrace]:
        """The conversions of one definition that stand."""
        with brand_scope(self.id):
            rows = Conversion.objects.filter(definition__key=definition, withdrawn=False)
            found = [ids.show("cnv", row_id) for row_id in rows.values_list("id", flat=True)]
        return [self.opens(text).conversions[0] for text in found]

    def orders(self) -> set[str]:
        """The dedupe keys of all conversions that stand."""
        with brand_scope(self.id):
            return set(Conversion.objects.filter(withdrawn=False).values_list("dedupe_key", flat=True))

    def shares(self, order: str) -> dict[str, int]:
        """Who has which share of an order's conversion, in parts per billion, by name."""
        found: dict[str, int] = {}
        for step in self.order(order).path:
            if step.share_ppb:
                name = step.origin.split(" · ")[0].removesuffix(" (house channel)")
                found[name] = found.get(name, 0) + step.share_ppb
        return found

    def reasons(self, order: str) -> dict[str, str]:
        """Why the other touchpoints of an order's path have no share: origin → reason."""
        return {step.origin: step.reason for step in self.order(order).path if not step.share_ppb}

    def opens(self, text: str) -> Trace:
        """The trace of an id."""
        with brand_scope(self.id):
            return trace(text, store=journey.inbox(), max_customers=MAX_CUSTOMERS)

    def event(self, happening: Happening) -> Event:
        """The event that something became."""
        at = datetime.fromisoformat(happening.body.occurred_at)
        named = {
            name: getattr(happening.body, name)
            for name in ("kind", "visitor", "customer", "account", "order")
            if getattr(happening.body, name)
        }
        with brand_scope(self.id):
            found: Event = Event.objects.get(occurred_at=at, source=happening.source, **named)
            return found

    def why_not(self, happening: Happening) -> str:
        """Why something that became an event does not count; empty where it does."""
        traced = self.opens(ids.show("evt", self.event(happening).id))
        return traced.events[0].why_not

    def waiting(self) -> dict[str, int]:
        """How many receipts wait in quarantine for which reason."""
        with brand_scope(self.id):
            return {str(reason): count for reason, count in counts_by_reason().items()}

    def decisions(self, order: str | None = None) -> int:
        """How many decisions were ever written, of one order or of all."""
        with brand_scope(self.id):
            rows = Revision.objects.all()
            if order is not None:
                rows = rows.filter(
                    conversion_id__in=Conversion.objects.filter(dedupe_key=f"order:{order}").values("id")
                )
            return rows.count()

    def forgets_the_future(self, until: date) -> None:
        """Say from which day on all orders are on record."""
        with brand_scope(self.id):
            Program.objects.filter(id=self.program_id).update(history_from=until)

    def standing(self) -> dict[str, Any]:
        """What must not depend on the order of arrival: events, conversions, credits and bindings, with ids."""
        with brand_scope(self.id):
            return {
                "events": sorted(Event.objects.values_list("id", "kind", "occurred_at", "label")),
                "conversions": _conversions(),
                "credits": _credits(),
                "bindings": _bindings(),
            }


def set_up_rows(brand: Brand) -> list[Model]:
    """All rows that a brand's set-up made, its own first: saved in another house, they are the same brand there."""
    with brand_scope(brand.id):
        return [
            programs.Brand.objects.get(id=brand.id),
            *(row for model in SET_UP for row in model.objects.all()),
        ]


def move_in(brand: Brand, rows: Sequence[Model]) -> None:
    """Save the rows of a brand's set-up in the house one is in."""
    with brand_scope(brand.id):
        for row in rows:
            row.save(force_insert=True)


def _conversions() -> list[tuple[Any, ...]]:
    rows = Conversion.objects.filter(withdrawn=False).values_list(
        "id",
        "definition_id",
        "dedupe_key",
        "attribution_id",
        "subject",
        "attribution__customer_type",
        "attribution__version",
        "attribution__corroborating",
        "attribution__reason",
    )
    return sorted(rows)


def _credits() -> list[tuple[Any, ...]]:
    standing = Conversion.objects.filter(withdrawn=False).values("attribution_id")
    rows = Credit.objects.filter(attribution_id__in=standing)
    return sorted(rows.values_list("attribution_id", "place", "id", "event_id", "share_ppb", "reason"))


def _bindings() -> dict[str, Any]:
    newest = {
        row.customer: (row.conversion_id or row.event_id, row.since, row.shares)
        for row in Binding.objects.order_by("id")
    }
    return {customer: said for customer, said in newest.items() if said[2]}


def origins_of(brand: Brand, event_ids: Sequence[UUID]) -> list[str]:
    """Where some events came from, in words."""
    with brand_scope(brand.id):
        found = find_events(event_ids)
        return [naming().origin(found[event_id]) for event_id in event_ids]
