"""The seeded crowd as receipts: 97 in 100 are clicks, 2 leads, 1 a purchase, of 5,000 partners over 90 days."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np

from benchmarks import shape as shapes
from benchmarks.shape import BUYERS_IN, LEADS_IN, Drawer, Outcomes, Shape, Touches
from tallystick.kit import clock, ids
from tallystick.tracking.inbox.wire import Receipt

CLICKS: Final = 0.97
LATE: Final = 0.02
"""How many arrive late: three days later on average; the others arrive within two seconds."""
LATE_DAYS: Final = 3
TWICE_IN: Final = 10
"""One order in ten is reported twice, under two keys."""
ROBOT: Final = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
SETUP: Final = """
[brand]
key = "acme"
name = "Acme"
[program]
key = "shop"
name = "Acme shop"
currency = "EUR"
zone = "Europe/Berlin"
[[definitions]]
key = "lead"
name = "Lead"
effective_on = 2026-01-01
meaning = { model = "linear", denominator = "clicks", events = ["lead"] }
[[definitions]]
key = "purchase"
name = "Purchase"
effective_on = 2026-01-01
primary = true
meaning = { model = "position", denominator = "clicks" }
"""


def setup(partners: int = 5_000) -> str:
    """A set-up file: two definitions, the channels and campaigns, and partners with a link and a code each."""
    channels = (f'[[channels]]\nkey = "{key}"\nname = "{key}"\n' for key in shapes.CHANNELS)
    campaigns = (
        f'[[campaigns]]\nkey = "{key}"\nname = "{key}"\nstarts_on = 2026-01-01\nends_on = 2026-12-31\n'
        for key in shapes.CAMPAIGNS
    )
    return SETUP + "".join([*channels, *campaigns, *map(_partner, range(partners))])


def receipts(
    brand_id: UUID, count: int, *, partners: int = 5_000, days: int = 90, seed: int = 1
) -> list[Receipt]:
    """So many keyed receipts of the crowd, about, in the order in which they arrive."""
    drawer = Drawer(Shape(touches=int(count * CLICKS), partners=partners, days=days, seed=seed))
    touches = drawer.between(0, days, drawer.shape.touches)
    chance = np.random.default_rng((seed, days))
    bodies = [
        *_clicks(touches),
        *_outcomes("lead", drawer.outcomes(touches, one_in=LEADS_IN, day=0)),
        *_outcomes("purchase", drawer.outcomes(touches, one_in=BUYERS_IN, day=0)),
    ]
    late = chance.random(len(bodies)) < LATE
    delay = np.where(
        late, chance.exponential(LATE_DAYS * shapes.DAY_US, len(bodies)), chance.integers(1, 2_000_000)
    )
    arrived = np.array([at for at, _ in bodies]) + delay.astype(np.int64)
    return [
        _receipt(brand_id, int(row), bodies[row][1], int(arrived[row]))
        for row in np.argsort(arrived, kind="stable")
    ]


def shuffled(arrived: Sequence[Receipt], *, seed: int) -> list[Receipt]:
    """The same receipts in any order, as an import of old files brings them."""
    order = np.random.default_rng(seed).permutation(len(arrived))
    return [arrived[place] for place in order]


def _partner(number: int) -> str:
    kind = shapes.KINDS[number % len(shapes.KINDS)]
    campaign = shapes.CAMPAIGNS[number % len(shapes.CAMPAIGNS)]
    return (
        f'[[partners]]\nkey = "p{number}"\nname = "Partner {number}"\nkind = "{kind}"\n'
        f'[[partners.links]]\nkey = "l{number}"\ndestination = "https://shop.test/"\ncampaign = "{campaign}"\n'
        f'[[partners.codes]]\nkey = "CODE{number}"\ncampaign = "{campaign}"\n'
    )


def _clicks(touches: Touches) -> Iterator[tuple[int, dict[str, Any]]]:
    numbers = {name: getattr(touches, name).tolist() for name in touches.__dataclass_fields__}
    visitors = _named(touches.visitor)
    for row, at in enumerate(numbers["at"]):
        body = {
            "kind": "click",
            "occurred_at": _text(at),
            "visitor": visitors[row],
            "session": f"{visitors[row]}-{at // shapes.DAY_US}",
            **_source(numbers["partner"][row], numbers["channel"][row], numbers["by"][row]),
            "country": shapes.COUNTRIES[numbers["country"][row]][0],
            "visitor_type": "returning" if numbers["returning"][row] else "new",
            "landing_page": f"https://shop.test{shapes.PAGES[numbers['page'][row]]}",
        }
        if numbers["bot"][row]:
            body["user_agent"] = ROBOT
        else:
            body["device"] = shapes.DEVICES[numbers["device"][row]][0]
            body["browser"] = shapes.BROWSERS[numbers["browser"][row]][0]
        if numbers["sub_id"][row] >= 0:
            body["sub_id"] = f"ad-{numbers['sub_id'][row]:05}"
        yield at, body


def _source(partner: int, channel: int, by: int) -> dict[str, str]:
    if partner < 0:
        return {"channel": shapes.CHANNELS[channel]} if channel >= 0 else {}
    return {("link", "code", "partner")[by]: (f"l{partner}", f"CODE{partner}", f"p{partner}")[by]}


def _outcomes(kind: str, outcomes: Outcomes) -> Iterator[tuple[int, dict[str, Any]]]:
    visitors = _named(outcomes.visitor)
    for row, (at, minor) in enumerate(zip(outcomes.at.tolist(), outcomes.minor.tolist(), strict=True)):
        who = {
            "kind": kind,
            "occurred_at": _text(at),
            "visitor": visitors[row],
            "customer": f"c-{visitors[row]}",
        }
        order = {"order": f"{kind}-{row}", **({"amount": f"{minor / 100:.2f}"} if minor else {})}
        yield at, who | order
        if minor and row % TWICE_IN == 0:
            yield at, who | order


def _receipt(brand_id: UUID, row: int, body: dict[str, Any], arrived: int) -> Receipt:
    return Receipt(
        id=ids.new(),
        brand_id=brand_id,
        source="events",
        kind="event",
        key=f"k{row}",
        body=json.dumps(body).encode(),
        content_type="application/json",
        received_at=clock.from_micros(arrived),
    )


def _named(visitors: Any) -> list[str]:
    return [bytes(row).hex() for row in shapes.texts_of(visitors)]


def _text(micros: int) -> str:
    return clock.from_micros(micros).isoformat()
