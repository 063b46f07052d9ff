"""A seeded crowd of visitors: canonical events as a real program sees them, in any number."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tallystick.kit import ids
from tallystick.tracking.inbox.wire import Receipt

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 14
SETUP = """
[brand]
key = "acme"
name = "Acme"
[program]
key = "shop"
name = "Acme shop"
currency = "EUR"
zone = "Europe/Berlin"
[[channels]]
key = "email"
name = "Newsletter"
[[definitions]]
key = "purchase"
name = "Purchase"
effective_on = 2026-01-01
primary = true
meaning = { model = "position", denominator = "sessions" }
"""
PARTNERS = 20


def setup() -> str:
    """A set-up file with 20 partners."""
    partners = (f'[[partners]]\nkey = "p{n}"\nname = "P{n}"\nkind = "content"\n' for n in range(PARTNERS))
    return SETUP + "".join(partners)


def receipts(brand_id: UUID, count: int, *, seed: int) -> list[Receipt]:
    """Keyed receipts: about four clicks to a person, one person in eight buys, one order in ten comes twice."""
    chance = random.Random(seed)
    bodies = _bodies(chance)
    return [_receipt(brand_id, n, next(bodies)) for n in range(count)]


def _bodies(chance: random.Random) -> Iterator[dict[str, object]]:
    person = 0
    while True:
        person += 1
        at = START + timedelta(seconds=chance.randrange(DAYS * 86_400))
        for _ in range(1 + chance.randrange(7)):
            yield _click(chance, person, at)
            at += timedelta(minutes=chance.randrange(1, 600))
        if chance.random() < 0.125:
            order = {"order": f"o{person}", "amount": f"{chance.randrange(100, 20_000) / 100:.2f}"}
            for _ in range(1 + (chance.random() < 0.1)):
                yield {
                    "kind": "purchase",
                    "occurred_at": at.isoformat(),
                    **_who(person),
                    "customer": f"c{person}",
                    **order,
                }


def _click(chance: random.Random, person: int, at: datetime) -> dict[str, object]:
    came_by = {"channel": "email"} if chance.random() < 0.3 else {"partner": f"p{chance.randrange(PARTNERS)}"}
    session = f"s{person}-{at:%d%H}"
    return {
        "kind": "click",
        "occurred_at": at.isoformat(),
        **_who(person),
        "session": session,
        "country": "DE",
        **came_by,
    }


def _who(person: int) -> dict[str, object]:
    return {"visitor": f"v{person}"}


def _receipt(brand_id: UUID, n: int, body: dict[str, object]) -> Receipt:
    return Receipt(
        id=ids.new(),
        brand_id=brand_id,
        source="events",
        kind="event",
        key=f"k{n}",
        body=json.dumps(body).encode(),
        content_type="application/json",
        received_at=START + timedelta(days=DAYS * 2),
    )
