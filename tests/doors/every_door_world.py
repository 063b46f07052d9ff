"""Two brands with something of everything in them, every text of which carries a word that tells whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

from django.test import Client

from tallystick.foundation.attachments.services import keep
from tallystick.foundation.audit.acts import Actor, ActorKind, Subject
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.jobs.services import enqueue
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.scoping import BrandOwned, brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.rules import BRAND_ROLES, Role
from tallystick.partners.accounts.services.invitations import invitation_token, invite
from tallystick.partners.accounts.services.keys import make_key
from tallystick.partners.accounts.services.proposals import on_approval, propose
from tallystick.partners.partnerships.models import (
    Campaign,
    Code,
    Link,
    Partner,
    Partnership,
    Placement,
)
from tallystick.partners.partnerships.services.campaigns import open_campaign
from tallystick.partners.programs import models as programs
from tallystick.partners.programs.models import Channel, Definition, Program
from tallystick.tracking.events.choices import choose
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.imports.services import lifecycle, uploads
from tallystick.tracking.inbox.models import Quarantined
from tests import builders
from tests.doors.every_door import Place
from tests.people import TESTER, person, seat, signed_in

BOBS = "zqvbob"
"""In every text of Bob's, whom Alice must not see either."""

PROPOSED = "every_door"
BY_PREFIX: Mapping[str, type[BrandOwned]] = {
    "prg": Program,
    "chn": Channel,
    "cdf": Definition,
    "plc": Placement,
    "cmp": Campaign,
    "lnk": Link,
    "cod": Code,
    "evt": Event,
}


@dataclass
class Knocker:
    """Somebody at a door. sees_not: words that no answer may hold. roles: in Acme; at_partner: of Acme's, by key."""

    name: str
    client: Client = field(repr=False)
    sees_not: tuple[str, ...]
    roles: frozenset[Role] = frozenset()
    at_partner: str = ""
    is_administrator: bool = False
    is_nobody: bool = False


class World:
    """Acme and Zoë's brand, filled alike, and everybody who may knock."""

    def __init__(self) -> None:
        on_approval(PROPOSED, right="partners.change", run=lambda _proposal, _by: None)
        self.acme, acme_people = fill("Acme", "zqvacme")
        self.zoe, zoe_people = fill("Zoe", "zqvzoe")
        self.bob = Place(self.acme.brand, "bob", bobs(self.acme), BOBS)
        self.knockers = {each.name: each for each in self._knockers(acme_people, zoe_people)}
        for each in self.knockers.values():
            each.client.raise_request_exception = False

    def _knockers(self, acme: Mapping[str, User], zoe: Mapping[str, User]) -> list[Knocker]:
        inside = [
            Knocker(role.value, signed_in(acme[role.value]), (self.zoe.canary,), frozenset({role}))
            for role in BRAND_ROLES
        ]
        foreign = (self.acme.canary, BOBS)
        return [
            *inside,
            Knocker("alice", signed_in(acme["alice"]), (self.zoe.canary, BOBS), at_partner="alice"),
            Knocker("bob", signed_in(acme["bob"]), (self.zoe.canary,), at_partner="bob"),
            Knocker("zoe", signed_in(zoe["owner"]), foreign),
            Knocker("zoes partner", signed_in(zoe["alice"]), foreign),
            Knocker(
                "administrator", signed_in(person("Ada", is_administrator=True)), (), is_administrator=True
            ),
            Knocker("nobody", Client(), (*foreign, self.zoe.canary), is_nobody=True),
        ]


def fill(name: str, canary: str) -> tuple[Place, Mapping[str, User]]:
    """A brand with something of everything, and its people by role and by partner."""
    company = builders.Brand(name, partners=_partners(canary), channels=_channels(canary))
    programs.Brand.objects.filter(id=company.id).update(name=f"{name} {canary}")
    company.defines(f"purchase-{canary}", primary=True, dedupe="order", events=["purchase"])
    happened = builders.alice.click(f"v1-{canary}", at=1)
    company.receives(
        happened,
        builders.purchase(f"1001-{canary}", at=2, visitor=f"v1-{canary}"),
        builders.happens("click", at=3, visitor=f"v2-{canary}", partner=f"nobody-{canary}"),
    )
    with brand_scope(company.id):
        people = _people(company, canary)
        place = Place(company.key, "alice", {}, canary)
        _sell(place, people)
        for prefix, model in BY_PREFIX.items():
            place.ids[prefix] = ids.show(prefix, _of_alice(model).id)
        _bring(place)
        place.ids["aud"] = ids.show("aud", AuditLine.objects.filter(brand_id=company.id).latest("id").id)
    return place, people


def bobs(place: Place) -> dict[str, str]:
    """The ids of what is Bob's, in the brand of a place; the brand's own for everything that is not a partner's."""
    brand = programs.Brand.objects.get(key=place.brand)
    with brand_scope(brand.id):
        partnership = Partnership.objects.get(partner__key="bob")
        document = _document(partnership, BOBS)
        return {**place.ids, "pns": ids.show("pns", partnership.id), "doc": document}


def _partners(canary: str) -> list[dict[str, Any]]:
    def partner(key: str, word: str) -> dict[str, Any]:
        return {
            "key": key,
            "name": f"{key.title()} {word}",
            "kind": "content",
            "placements": [{"key": f"blog-{word}", "name": f"Blog {word}", "type": "blog"}],
            "links": [
                {"key": f"{word}-1", "destination": f"https://{word}.example/", "placement": f"blog-{word}"}
            ],
            "codes": [{"key": f"{word}10".upper()}],
        }

    return [partner("alice", canary), partner("bob", f"{canary}{BOBS}")]


def _channels(canary: str) -> list[dict[str, str]]:
    return [{"key": f"search-{canary}", "name": f"Search {canary}"}]


def _people(company: builders.Brand, canary: str) -> dict[str, User]:
    people = {role.value: person(f"{role}{canary}") for role in BRAND_ROLES}
    for role in BRAND_ROLES:
        seat(people[role.value], company.id, role)
    seat(person(f"second{canary}"), company.id, Role.OWNER)
    for partner in Partner.objects.filter(key__in=("alice", "bob")):
        people[partner.key] = person(f"{partner.key}{canary}{BOBS if partner.key == 'bob' else ''}")
        seat(people[partner.key], company.id, Role.PARTNER, partner=partner)
    return people


def _sell(place: Place, people: Mapping[str, User]) -> None:
    """What people of a brand make: campaign, document, invitations, key, proposal, mail, job."""
    by = Actor(ActorKind.PERSON, f"Max {place.canary}", people["manager"].id)
    said = {
        "starts_on": date(2026, 3, 1),
        "ends_on": date(2026, 4, 1),
        "cost_minor": 100,
        "goal": f"Goal {place.canary}",
    }
    open_campaign(
        Program.objects.get(), key=f"spring-{place.canary}", name=f"Spring {place.canary}", **said, by=by
    )
    partnership = Partnership.objects.get(partner__key="alice")
    partner = partnership.partner
    place.ids["prt"], place.ids["pns"] = ids.show("prt", partner.id), ids.show("pns", partnership.id)
    place.ids["doc"] = _document(partnership, place.canary)
    email = f"new-{place.canary}@example.org"
    at_brand = invite(email=email, role=Role.VIEWER, message=f"Hello {place.canary}", by=by)
    at_partner = invite(email=email, role=Role.PARTNER, partner=partner, by=by)
    place.ids["inv"], place.ids["inv_at_partner"] = (
        ids.show("inv", each.id) for each in (at_brand, at_partner)
    )
    place.ids["token"] = invitation_token(at_brand)
    place.ids["mal"] = ids.show("mal", Mail.objects.latest("id").id)
    place.ids["job"] = ids.show("job", enqueue("nothing", payload={"canary": place.canary}).id)
    place.ids["key"] = ids.show(
        "key", make_key(name=f"Key {place.canary}", scopes=["figures.read"], by=TESTER)[0].id
    )
    subject = Subject("prt", partner.id, partner.name)
    payload = {"name": f"Another {place.canary}"}
    proposed = propose(kind=PROPOSED, subject=subject, says=f"Rename {place.canary}", payload=payload, by=by)
    place.ids["apv"] = ids.show("apv", proposed.id)
    place.ids["usr"] = ids.show("usr", people["viewer"].id)
    place.ids["sea"] = ids.show("sea", _seat_of(people["viewer"]))
    place.ids["sea_at_partner"] = ids.show("sea", _seat_of(people["alice"]))


def _bring(place: Place) -> None:
    """A file that waits to be begun, a saved mapping, what was said of a name, a receipt that waits."""
    content = f"Order,When\n1-{place.canary},2026-03-02T10:00:00Z\n".encode()
    row = uploads.bring(BytesIO(content), name=f"orders-{place.canary}.csv", by=TESTER)
    text = 'name = "orders"\nkey = ["Order"]\n[[orders]]\n[orders.fields]\norder = { column = "Order" }\n'
    text += f'ordered_at = {{ column = "When" }}\nstatus_raw = {{ constant = "as {place.canary} has it" }}\n'
    lifecycle.write_mapping(row, text=text, by=TESTER)
    publish_mapping(name="orders", text=text, by=TESTER)
    program = Program.objects.get()
    said = choose(program=program, role="partner", value=f"old-{place.canary}", to=None, by=TESTER)
    place.ids["imp"], place.ids["cho"] = ids.show("imp", row.id), ids.show("cho", said.id)
    place.ids["rcp"] = ids.show("rcp", Quarantined.objects.latest("receipt_id").receipt_id)


def _seat_of(user: User) -> Any:
    from tallystick.partners.accounts.models import Seat

    return Seat.objects.get(user=user).id


def _document(partnership: Partnership, canary: str) -> str:
    subject = Subject("pns", partnership.id, str(partnership.partner))
    content = f"Terms of {canary}".encode()
    kept = keep(name=f"terms-{canary}.txt", content=content, by=TESTER, subject=subject, is_shared=True)
    return ids.show("doc", kept.id)


def _of_alice(model: type[BrandOwned]) -> Any:
    """The first row of a model, which is Alice's where rows are a partner's."""
    return model.objects.order_by("id")[0]
