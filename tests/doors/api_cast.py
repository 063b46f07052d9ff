"""The API as a test calls it: a brand with one of everything, and callers with keys of different scopes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.accounts.models import ApiKey, User
from tallystick.partners.accounts.rules import RIGHTS, Role
from tallystick.partners.accounts.services.keys import make_key
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.services.brands import open_brand
from tallystick.tracking.inbox.rules import Finding, Reason
from tallystick.tracking.inbox.services import quarantine
from tests.people import TESTER, seat

ROOT = "/api/v1"
EVERYTHING = tuple(name for name, right in RIGHTS.items() if right.by_key)
READING = tuple(name for name in EVERYTHING if name.endswith(".read"))


@dataclass(frozen=True)
class Said:
    """One answer: its status, its headers, what it says."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of a problem."""
        return self.body["error"]["code"]

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field."""
        return {each["field"]: each["message"] for each in self.body["error"]["fields"]}


@dataclass
class Caller:
    """A program with a key, or without one."""

    key: str = ""
    client: Client = field(
        default_factory=lambda: Client(raise_request_exception=False, SERVER_NAME="localhost")
    )

    def get(self, path: str, **headers: str) -> Said:
        """Read."""
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Said:
        """Open, or do something."""
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Said:
        """Change."""
        return self.call("PATCH", path, body, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        """Any call. A body that is bytes goes out as it is; headers are named as in `idempotency_key`."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("content-type", "application/json")
        if self.key:
            named.setdefault("authorization", f"Bearer {self.key}")
        path = path if path.startswith("/api") else f"{ROOT}{path}"
        answer = self.client.generic(method, path, sent, content_type=content_type, headers=named)
        assert answer.headers["Content-Type"].startswith("application/json"), answer.content[:500]
        assert not answer.cookies
        said = json.loads(answer.content) if answer.content else None
        return Said(answer.status_code, answer.headers, said)


@dataclass(frozen=True)
class World:
    """A brand with one of everything, named after it. things: noun → the object as the API gave it."""

    brand: Brand
    full: Caller
    things: dict[str, dict[str, Any]]

    def caller(self, *scopes: str) -> Caller:
        """A program of the brand with a key for these scopes."""
        return key_of(self.brand, scopes)

    def path(self, noun: str) -> str:
        """The address of the brand's one object of a kind."""
        return f"/{noun}s/{self.things[noun]['id']}"


def key_of(brand: Brand, scopes: tuple[str, ...]) -> Caller:
    """A program with a key of a brand; the name of a key is one in the brand."""
    with brand_scope(brand.id):
        others = ApiKey.objects.count()
        name = f"Integration {others + 1}" if others else "Integration"
        _, text = make_key(name=name, scopes=scopes, by=TESTER)
    return Caller(text)


def key_made_by(brand: Brand, owner: User) -> Caller:
    """A program with a key for everything that an owner of a brand made."""
    seat(owner, brand.id, Role.OWNER)
    with brand_scope(brand.id):
        by = Actor(ActorKind.PERSON, owner.name, owner.id)
        _, text = make_key(name="Integration of a person", scopes=EVERYTHING, by=by)
    return Caller(text)


def opened(name: str) -> World:
    """A brand whose every text holds its name, with one of everything, opened through the API."""
    mark = f"{name}-{ids.new().hex[-8:]}".lower()
    brand = open_brand(key=mark, name=mark, zone="UTC", by=TESTER)
    full = key_of(brand, EVERYTHING)
    things: dict[str, dict[str, Any]] = {}
    for noun, given in everything(mark).items():
        answer = full.post(f"/{noun}s", given)
        assert answer.status == 201, (noun, answer.body)
        things[noun] = answer.body
    saved = full.call("PUT", f"/mappings/{mark}", {"text": mapping_of(mark)})
    things["mapping"] = {**saved.body, "id": mark}
    with brand_scope(brand.id):
        waits = Finding(ids.new(), Reason.SCHEMA, mark, mark)
        quarantine([waits], at=clock.now())
    things["quarantine"] = {"id": ids.show("rcp", waits.receipt_id)}
    return World(brand, full, things)


def mapping_of(name: str) -> str:
    """A mapping that can be used, of a name."""
    events = (
        '[[events]]\nkind = "lead"\nfields = { customer = { column = "c" }, occurred_at = { column = "t" } }'
    )
    return f'name = "{name}"\n{events}\n'


def everything(mark: str) -> dict[str, dict[str, Any]]:
    """One object of each kind, in the order in which they can be opened."""
    partnership = f"shop/{mark}"
    return {
        "program": {"key": "shop", "name": mark, "currency": "EUR", "zone": "Europe/Berlin"},
        "channel": {"key": mark, "name": mark},
        "partner": {"key": mark, "name": mark, "kind": "content", "website": f"https://{mark}.example/"},
        "partnership": {"program": "shop", "partner": mark, "tier": mark, "owner": mark},
        "placement": {"partnership": partnership, "key": mark, "name": mark, "type": "blog"},
        "campaign": {
            "program": "shop",
            "key": mark,
            "name": mark,
            "starts_on": "2026-11-01",
            "ends_on": "2026-12-01",
        },
        "link": {"partnership": partnership, "key": mark, "destination": f"https://{mark}.example/shop"},
        "code": {"partnership": partnership, "key": mark},
        "definition": {
            "program": "shop",
            "key": mark,
            "name": mark,
            "effective_on": "2026-01-01",
            "meaning": {"owner": mark},
        },
        "import": {"name": f"{mark}.csv", "mapping": mapping_of(mark)},
    }
