"""Small random worlds of facts, written as Parquet, so that an engine and an oracle can look at the same rows."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tallystick.kit import facts
from tallystick.kit.shares import PPB, apportion
from tallystick.measurement.kpis.questions import Period, Question
from tallystick.measurement.warehouse.files import write_day
from tallystick.measurement.warehouse.queries import LiveFile, Snapshot
from tallystick.partners.programs.rules import Denominator, Meaning, Version, version_at

Row = dict[str, Any]

BRAND = UUID(int=1)
PROGRAM, OTHER_PROGRAM = UUID(int=10), UUID(int=11)
ORDER, LEAD = UUID(int=20), UUID(int=21)
PARTNERS = tuple(UUID(int=30 + n) for n in range(3))
ALICE, BOB, _ = PARTNERS
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
CHANNELS = tuple(UUID(int=40 + n) for n in range(2))
PLACEMENTS = tuple(UUID(int=50 + n) for n in range(3))
LINKS = tuple(UUID(int=60 + n) for n in range(3))
CODES = tuple(UUID(int=70 + n) for n in range(2))
CAMPAIGNS = tuple(UUID(int=80 + n) for n in range(2))
PAGES = ("/", "/shoes", "/bags", "(none)")

EVERY_DENOMINATOR = tuple(Denominator)
LONGEST_WINDOW = timedelta(days=5)


def meaning(**fields: Any) -> Meaning:
    """A meaning that divides by anything, with short windows so that some are open."""
    standard = Meaning(
        denominator=Denominator.SESSIONS,
        alternates=EVERY_DENOMINATOR,
        leads_from="lead",
        windows={"click": 3, "impression": 1, "code_use": 5},
    )
    return replace_struct(standard, **fields)


def replace_struct(struct: Meaning, **fields: Any) -> Meaning:
    import msgspec

    return msgspec.structs.replace(struct, **fields)


def a_version(number: int, on: date, zone: str, *, key: str = "order", **fields: Any) -> Version:
    return Version(
        definition_id=LEAD if key == "lead" else ORDER,
        definition_key=key,
        definition_name=key.title(),
        program_id=PROGRAM,
        zone=ZoneInfo(zone),
        version=number,
        effective_on=on,
        primary=key == "order",
        meaning=meaning(**fields),
    )


@dataclass
class World:
    """Rows as plain dicts; nothing about them is summed up or sorted."""

    zone: str
    versions: Sequence[Version]
    as_of: datetime
    touchpoints: list[Row] = field(default_factory=list)
    conversions: list[Row] = field(default_factory=list)
    credits: list[Row] = field(default_factory=list)
    outcomes: list[Row] = field(default_factory=list)
    shop_orders: list[Row] = field(default_factory=list)

    def question(self, **fields: Any) -> Question:
        plain = Question(
            program_id=PROGRAM,
            versions=self.versions,
            others=(a_version(1, date(2026, 1, 1), self.zone, key="lead"),),
            as_of=self.as_of,
        )
        return replace(plain, **fields)

    def touch(self, **fields: Any) -> Row:
        number = len(self.touchpoints) + 1
        row: Row = {column.name: None for column in facts.TOUCHPOINTS.columns}
        row |= {
            "event_id": UUID(int=1_000 + number),
            "receipt_id": UUID(int=500_000 + number),
            "program_id": PROGRAM,
            "occurred_at": self.as_of - timedelta(days=20),
            "kind": "click",
            "visitor_type": "unknown",
            "counts": True,
            "label": "valid",
        }
        row |= fields
        self.touchpoints.append(row)
        return row

    def convert(self, *shares: tuple[Row, int], definition: UUID = ORDER, **fields: Any) -> Row:
        """A conversion and the parts per billion that touchpoints earned of it."""
        number = len(self.conversions) + 1
        row: Row = {column.name: None for column in facts.CONVERSIONS.columns}
        row |= {
            "conversion_id": UUID(int=2_000_000 + number),
            "event_id": UUID(int=3_000_000 + number),
            "receipt_id": UUID(int=600_000 + number),
            "program_id": PROGRAM,
            "definition_id": definition,
            "occurred_at": shares[0][0]["occurred_at"] + timedelta(hours=1) if shares else self.as_of,
            "subject": f"customer-{number}",
            "customer_type": "unknown",
            "credited": any(share for _, share in shares),
        }
        row |= fields
        in_force = version_at(self.versions, row["occurred_at"])
        row["version"] = in_force.version if in_force and definition == ORDER else 1
        self.conversions.append(row)
        for touch, share in shares:
            path = {
                column.name: touch.get(column.name, row.get(column.name)) for column in facts.PATHS.columns
            }
            of_conversion = ("program_id", "definition_id", "version", "value_minor", "currency")
            self.credits.append(
                path
                | {name: row[name] for name in of_conversion}
                | {
                    "place": [seen is touch for seen, _ in shares].index(True),
                    "converted_at": row["occurred_at"],
                    "touched_at": touch["occurred_at"],
                    "share_ppb": share,
                    "via": "path",
                }
            )
        return row

    def outcome(self, **fields: Any) -> Row:
        """An event that can be a conversion, of an order or of none."""
        number = len(self.outcomes) + 1
        row: Row = {column.name: None for column in facts.OUTCOMES.columns}
        row |= {
            "event_id": UUID(int=4_000_000 + number),
            "receipt_id": UUID(int=700_000 + number),
            "program_id": PROGRAM,
            "occurred_at": NOON,
            "kind": "purchase",
            "source": "pixel",
            "label": "valid",
        }
        row |= fields
        self.outcomes.append(row)
        return row

    def shop_order(self, order_number: str, **fields: Any) -> Row:
        """What the shop's own file says of an order."""
        number = len(self.shop_orders) + 1
        row: Row = {column.name: None for column in facts.SHOP_ORDERS.columns}
        row |= {
            "report_id": UUID(int=5_000_000 + number),
            "receipt_id": UUID(int=800_000 + number),
            "program_id": PROGRAM,
            "source": "shop",
            "ordered_at": NOON,
            "order_number": order_number,
            "status": "placed",
        }
        row |= fields
        self.shop_orders.append(row)
        return row

    def clicks(self, count: int, converted: int, *, at: datetime = NOON, **fields: Any) -> None:
        """Clicks of as many visitors, Alice's unless said otherwise, the first of which convert whole."""
        fields = {"partner_id": ALICE} | fields
        for n in range(count):
            touch = self.touch(occurred_at=at, visitor=f"{fields}{at}{n}", **fields)
            if n < converted:
                self.convert((touch, PPB))

    def write(self, root: Path) -> Snapshot:
        """The rows as fact files, one for each UTC day."""
        live = [
            *_write(root, facts.TOUCHPOINTS, self.touchpoints),
            *_write(root, facts.CONVERSIONS, self.conversions),
            *_write(root, facts.PATHS, self.credits),
            *_write(root, facts.OUTCOMES, self.outcomes),
            *_write(root, facts.SHOP_ORDERS, self.shop_orders),
        ]
        return Snapshot(tuple(live))


def an_empty_world() -> World:
    """Nothing has happened yet; one version since the new year; all windows of March are closed."""
    zone = "Europe/Berlin"
    as_of = datetime(2026, 4, 10, tzinfo=UTC)
    return World(zone=zone, versions=(a_version(1, date(2026, 1, 1), zone),), as_of=as_of)


def random_world(
    seed: int, zone: str = "Europe/Berlin", *, around: date = date(2026, 3, 29), touches: int = 70
) -> World:
    """A world around a clock change: bots, gaps of exactly thirty minutes, session keys, two definitions."""
    chance = random.Random(seed)
    middle = datetime(around.year, around.month, around.day, 0, 30, tzinfo=UTC)
    versions = (a_version(1, date(2026, 1, 1), zone),)
    world = World(zone=zone, versions=versions, as_of=middle + timedelta(days=4))
    _random_touches(world, chance, middle, touches)
    _random_conversions(world, chance)
    _random_orders(world, chance, middle)
    return world


def _random_touches(world: World, chance: random.Random, middle: datetime, count: int) -> None:
    at = middle
    for _ in range(count):
        at = chance.choice(
            (
                at + timedelta(minutes=30),
                at + timedelta(minutes=30, microseconds=1),
                at + timedelta(minutes=chance.randint(0, 29)),
                at,
                middle + timedelta(minutes=chance.randint(-3 * 1440, 3 * 1440)),
            )
        )
        own = chance.random() < 0.6
        house = not own and chance.random() < 0.7
        world.touch(
            program_id=chance.choice((PROGRAM,) * 9 + (OTHER_PROGRAM,)),
            occurred_at=at,
            kind=chance.choice(("click", "click", "click", "impression", "code_use")),
            visitor=chance.choice(("ann", "ben", "cem", "dot", None, None)),
            customer=chance.choice((None, "c-1", "c-2")),
            account=chance.choice((None, "acme")),
            session=chance.choice((None, None, None, "s1", "s2")),
            partner_id=chance.choice(PARTNERS) if own else None,
            partner_kind=chance.choice(("voucher", "content")) if own else None,
            placement_id=chance.choice((None, *PLACEMENTS)) if own else None,
            placement_type=chance.choice((None, "blog", "video")) if own else None,
            link_id=chance.choice((None, *LINKS)) if own else None,
            code_id=chance.choice((None, *CODES)) if own else None,
            channel_id=chance.choice(CHANNELS) if house else None,
            device=chance.choice((None, "", "mobile", "desktop")),
            country=chance.choice((None, "DE", "AT")),
            campaign_id=chance.choice((None, *CAMPAIGNS)) if own else None,
            browser=chance.choice((None, "firefox", "safari")),
            landing_page=chance.choice((None, "", *PAGES)),
            sub_id=chance.choice((None, None, "top", "none")) if own else None,
            visitor_type=chance.choice(("new", "returning", "unknown")),
            counts=chance.random() < 0.9,
        )
    world.touch(kind="customer_binding", customer="c-1", partner_id=ALICE, occurred_at=middle)


def _random_conversions(world: World, chance: random.Random) -> None:
    counted = [touch for touch in world.touchpoints if touch["counts"]]
    for _ in range(chance.randint(10, 30)):
        path = chance.sample(counted, k=min(len(counted), chance.randint(0, 4)))
        latest = max((touch["occurred_at"] for touch in path), default=world.as_of - timedelta(days=4))
        occurred_at = latest + timedelta(minutes=chance.randint(0, 3000))
        path = [touch for touch in path if touch["program_id"] == path[0]["program_id"]]
        path = [touch for touch in path if occurred_at - touch["occurred_at"] <= LONGEST_WINDOW]
        weights = [chance.randint(0, 3) for _ in path]
        shares = apportion(PPB, weights) if any(weights) else (0,) * len(path)
        world.convert(
            *zip(path, shares, strict=True),
            definition=chance.choice((ORDER, ORDER, LEAD)),
            program_id=path[0]["program_id"] if path else PROGRAM,
            occurred_at=occurred_at,
            subject=chance.choice(("ann", "ben", "cem", "dot")),
            customer_type=chance.choice(("new", "returning", "unknown")),
            value_minor=chance.choice((None, 0, 1, chance.randint(100, 20_000), chance.randint(1, 10**15))),
            currency=chance.choice(("EUR", "EUR", "EUR", "USD", None)),
        )


def _random_orders(world: World, chance: random.Random, middle: datetime) -> None:
    """Orders that tracking saw, saw written otherwise, saw too late, made of the shop's file, or did not see."""
    for n in range(40):
        at = middle + timedelta(minutes=chance.randint(-3 * 1440, 3 * 1440))
        number = f"{chance.choice(('', '#', '00', ' '))}{chance.randint(1, 30)}"
        if chance.random() < 0.8:
            world.shop_order(
                number,
                ordered_at=at,
                program_id=chance.choice((PROGRAM,) * 9 + (OTHER_PROGRAM,)),
                status=chance.choice(("placed", "placed", "placed", "refunded", "cancelled")),
                source=chance.choice(("shop", "shop", "export")),
            )
        if chance.random() < 0.6:
            world.outcome(
                occurred_at=at + timedelta(minutes=chance.randint(-60, 60)),
                program_id=chance.choice((PROGRAM,) * 9 + (OTHER_PROGRAM,)),
                kind=chance.choice(("purchase", "purchase", "renewal", "lead", "refund")),
                source=chance.choice(("pixel", "pixel", "shop")),
                order_number=chance.choice((number, number.strip("# 0") or number, f"A{n}", None)),
                label=chance.choice(("valid", "valid", "valid", "known_bot")),
            )


def _write(root: Path, table: facts.FactTable, rows: Iterable[Row]) -> list[LiveFile]:
    days: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        days[row[table.day_column].astimezone(UTC).date()].append(
            tuple(row[column.name] for column in table.columns)
        )
    return [
        LiveFile(part.table, day, root / part.path)
        for day, found in sorted(days.items())
        for part in write_day(root, found, brand_id=BRAND, table=table, day=day)
    ]
