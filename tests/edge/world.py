"""A small world for the kill tests: one brand, three partners, a few days, and everything that can go wrong in a file.

Everything in it is fixed, so that two runs of the same story must end in the same place.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tallystick.tracking.inbox.wire import Receipt

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CANARY = "zoe-wants-to-be-forgotten"

SHOP = """
[brand]
key = "acme"
name = "Acme"
[program]
key = "shop"
name = "Acme shop"
currency = "EUR"
zone = "Europe/Berlin"
"""
SETUP = (
    SHOP
    + """
[[channels]]
key = "email"
name = "Newsletter"
[[definitions]]
key = "purchase"
name = "Purchase"
effective_on = 2026-01-01
primary = true
meaning = { model = "linear", sources = ["shop", "events"], binds = true }
[[definitions]]
key = "renewal"
name = "Renewal"
effective_on = 2026-01-01
meaning = { events = ["renewal"], credit_by = "binding" }
[[partners]]
key = "alice"
name = "Alice"
kind = "content"
placements = [{ key = "blog", name = "Blog", type = "blog" }]
links = [{ key = "alice-1", destination = "https://acme.example/", placement = "blog" }]
[[partners]]
key = "bob"
name = "Bob"
kind = "voucher"
codes = [{ key = "BOB5" }]
"""
)
CAROL = """
[[partners]]
key = "carol"
name = "Carol"
kind = "creator"
"""
MAPPING = """
name = "shop"
key = ["order"]
[fields]
occurred_at = { column = "at" }
customer = { column = "customer" }
order = { column = "order" }
amount = { column = "total" }
[[events]]
kind = "purchase"
"""


def write_world(folder: Path, *, people: int = 12) -> None:
    """Write the set-up files, the mapping and the two files to import."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "setup.toml").write_text(SETUP)
    (folder / "carol.toml").write_text(SHOP + CAROL)
    (folder / "shop.toml").write_text(MAPPING)
    (folder / "events.ndjson").write_text("\n".join(_lines(people)) + "\n")
    (folder / "orders.csv").write_text("order,at,customer,total\n" + "".join(_orders(people)))


def hits(brand_id: UUID) -> list[Receipt]:
    """What arrives over the wire in one batch: clicks without a key, and keyed events, two of which contradict one."""
    clicks = [_hit(brand_id, n, None, _click(n, hours=n, link="alice-1")) for n in range(8)]
    # Never two touchpoints of one path in the same instant: ids break that tie, and ids are random.
    clicks = [hit for n, hit in enumerate(clicks) if n]
    said = {"kind": "signup", "occurred_at": _at(30), "customer": "c3", "visitor": "v3"}
    keyed = [
        _hit(brand_id, 100, "signup-3", said),
        _hit(brand_id, 101, "signup-3", said),
        _hit(brand_id, 102, "signup-3", {**said, "customer": "c4"}),
        _hit(brand_id, 103, "signup-3", {**said, "customer": "c5"}),
        _hit(brand_id, 104, "canary", _click(5, hours=3, code="BOB5") | {"attributes": {"note": CANARY}}),
    ]
    return [*clicks, *keyed]


def forgotten() -> UUID:
    """The id of the receipt that is to be erased."""
    return _id(104)


def _lines(people: int) -> list[str]:
    found = [json.dumps(body) for n in range(people) for body in _life(n)]
    late = _click(1, hours=1, link="alice-1")
    twice = next(line for line in found if '"o1"' in line)
    return [*found, twice, "{not json", json.dumps(late | {"partner": "nobody", "link": None})]


def _life(n: int) -> list[dict[str, object]]:
    """What one person does: comes by one or two partners, tells who it is, buys, renews."""
    came = [_click(n, hours=2 * n, link="alice-1"), _click(n, hours=2 * n + 5, code="BOB5")]
    came[n % 2] |= {"partner": "carol", "link": None, "code": None} if n % 5 == 0 else {}
    if n % 4 == 0:
        came.append(_click(n, hours=2 * n + 6, channel="email"))
    if n % 6 == 1:
        came.append(_click(n, hours=2 * n + 7, link="alice-1") | {"user_agent": ROBOT})
    knows = {"kind": "identify", "occurred_at": _at(2 * n + 9), "visitor": f"v{n}", "customer": f"c{n}"}
    buys = {"kind": "purchase", "visitor": f"v{n}", "order": f"o{n}", "amount": f"{n}.50"}
    renews = {"kind": "renewal", "occurred_at": _at(24 * 9 + n), "customer": f"c{n}", "order": f"r{n}"}
    # Who a visitor was is often told after the order: both orders of arrival occur.
    told = [{**buys, "occurred_at": _at(2 * n + 8)}, knows]
    return [*came, *(told if n % 2 else reversed(told)), renews]


def _orders(people: int) -> list[str]:
    """The shop's own record of the same orders, which is trusted more, and a line that is too short."""
    rows = [f"o{n},{_at(2 * n + 8)},c{n},{n}.75\n" for n in range(people)]
    return [*rows, f"alone,{_at(50)},c99,7.00\n", "torn\n"]


def _click(n: int, *, hours: int, **origin: str) -> dict[str, object]:
    return {"kind": "click", "occurred_at": _at(hours), "visitor": f"v{n}", **origin}


def _at(hours: int, minutes: int = 0) -> str:
    return (START + timedelta(hours=hours, minutes=minutes)).isoformat()


def _hit(brand_id: UUID, n: int, key: str | None, body: dict[str, object]) -> Receipt:
    return Receipt(
        id=_id(n),
        brand_id=brand_id,
        source="edge",
        kind="event",
        key=key,
        body=json.dumps(body).encode(),
        content_type="application/json",
        received_at=START + timedelta(days=10, seconds=n),
    )


def _id(n: int) -> UUID:
    return UUID(f"019caaaa-0000-7000-8000-{n:012x}")
