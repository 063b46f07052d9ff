"""What the processes of a world of facts do: writers record, publish, merge, rebuild and sweep; readers ask for sums.

Each function runs in a child that imports what it needs only then: whoever forks it must not be connected to anything.
Time is shortened: a file that was replaced stays KEEP_SECONDS instead of ten minutes.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tallystick.tracking.inbox.wire import Receipt

GROUP = 8
CLICKS = 6
"""A group of receipts arrives at once and is recorded in one step, so that touchpoints come by sixes."""

FIRST_GROUPS = 5
"""So many before anybody is killed: there is something to merge."""

START = datetime(2026, 3, 2, tzinfo=UTC)
KEEP_SECONDS = 2.0
PAUSE = 0.05
SUMS = """
SELECT
  (SELECT count(*) FROM touchpoints) AS touches,
  (SELECT count(DISTINCT event_id) FROM touchpoints) AS different,
  (SELECT coalesce(sum(touches), 0) FROM touch_counts) AS counted,
  (SELECT count(*) - count(DISTINCT event_id) FROM outcomes) AS doubled_outcomes,
  (SELECT count(*) - count(DISTINCT conversion_id) FROM conversions) AS doubled_conversions,
  (SELECT count(*) FILTER (credited) FROM conversions) AS credited,
  (SELECT count(DISTINCT conversion_id) FILTER (share_ppb > 0) FROM paths) AS divided,
  (SELECT coalesce(sum(share_ppb), 0) FROM paths) AS shares
"""
_WEIGHTS = {
    "compacting": (3, 3, 0, 0, 0),
    "compacted": (3, 3, 0, 0, 0),
    "rebuilding": (1, 0, 3, 0, 0),
    "rebuilt": (1, 0, 3, 0, 0),
    "sweeping": (1, 1, 2, 3, 1),
}
"""Where a writer is to be killed in one of its acts: how often it does each, so that it comes there soon."""

TABLES = ("touchpoints", "touch_counts", "outcomes", "conversions", "paths")


def wrong(sums: dict[str, int], before: dict[str, int]) -> list[str]:
    """What cannot be in any one snapshot, nor between an earlier one of the same reader and this."""
    touches = sums["touches"]
    said = {
        "a touchpoint is there twice": touches != sums["different"],
        "a step is there in part": touches % CLICKS != 0,
        "the counters are not those of the touchpoints": sums["counted"] != touches,
        "an outcome is there twice": sums["doubled_outcomes"] != 0,
        "a conversion is there twice": sums["doubled_conversions"] != 0,
        "a conversion is there without its path": sums["credited"] != sums["divided"],
        "shares do not sum to one": sums["shares"] != sums["credited"] * 10**9,
        "touchpoints went away": touches < before.get("touches", 0),
    }
    return [f"{what}: {sums}" for what, is_so in said.items() if is_so]


def open_shop() -> str:
    """Set a brand up, with some facts; gives its id."""
    import msgspec

    from tallystick.measurement.attribution.rules.models import MODELS
    from tallystick.partners.partnerships.setup import Setup, apply_setup
    from tests.people import TESTER

    document = {
        "brand": {"key": "acme", "name": "Acme"},
        "program": {"key": "shop", "name": "Shop", "currency": "EUR", "zone": "Europe/Berlin"},
        "partners": [
            {"key": key, "name": key.title(), "kind": "content"} for key in ("alice", "bob", "carol")
        ],
        "definitions": [
            {"key": "purchase", "name": "Purchase", "effective_on": date(2026, 1, 1), "primary": True}
            | {"meaning": {"model": "linear"}}
        ],
    }
    brand_id: UUID = apply_setup(msgspec.convert(document, Setup), models=tuple(MODELS), by=TESTER).brand.id
    for n in range(FIRST_GROUPS):
        _work(brand_id, random.Random(n))
    return str(brand_id)


def write(brand_id: UUID, seed: str, place: str) -> None:
    """Record, publish, merge, rebuild, sweep at random, until killed."""
    from importlib import reload

    from tallystick.kit import failpoints
    from tallystick.measurement.warehouse import rules

    os.environ["TALLYSTICK_FAILPOINT"] = place
    reload(failpoints)
    rules.KEEP_UNNAMED = timedelta(seconds=KEEP_SECONDS)  # type: ignore[misc]
    chance = random.Random(seed)
    weights = _WEIGHTS.get(place.rpartition(".")[2], (8, 2, 3, 2, 1))
    while True:
        chance.choices((_work, _compact, _rebuild, _sweep, _rename), weights=weights)[0](brand_id, chance)


def _work(brand_id: UUID, chance: random.Random) -> None:
    from tallystick.journey import STAGES, inbox

    inbox().append(list(_group(brand_id, chance)))
    for stage in STAGES:
        while stage.run(brand_id, limit=GROUP * chance.randrange(1, 5)).left and chance.random() < 0.8:
            pass


def _compact(brand_id: UUID, chance: random.Random) -> None:
    from tallystick.measurement.warehouse.compaction import compact

    while compact(brand_id, limit=chance.choice((1, 1000))).left and chance.random() < 0.8:
        pass


def _rebuild(brand_id: UUID, chance: random.Random) -> None:
    from tallystick.journey import SOURCES
    from tallystick.measurement.warehouse.rebuilding import DayKeepsChanging, rebuild
    from tallystick.measurement.warehouse.standing import Choice, days_of

    choice = Choice(tables=tuple(chance.sample(TABLES, 2)))
    days = days_of(brand_id, sources=SOURCES, choice=choice)
    try:
        rebuild(brand_id, days=chance.sample(days, min(3, len(days))), choice=choice)
    except DayKeepsChanging as given_up:
        sys.stderr.write(f"{given_up}\n")


def _sweep(brand_id: UUID, _chance: random.Random) -> None:
    from tallystick.measurement.warehouse.services import sweep

    sweep(brand_id)


def _rename(brand_id: UUID, chance: random.Random) -> None:
    """Another kind of partner: every day of touchpoints and paths is written anew, some in each step."""
    from tallystick.foundation.scoping import brand_scope
    from tallystick.partners.partnerships.models import Partner

    with brand_scope(brand_id):
        Partner.objects.filter(key="carol").update(kind=chance.choice(("content", "voucher", "creator")))


def _group(brand_id: UUID, chance: random.Random) -> Iterator[Receipt]:
    """Six clicks of one or two people on any days, an order of one of them, and who that is."""
    from tallystick.kit import ids
    from tallystick.tracking.inbox.wire import Receipt

    visitors = [f"v{chance.randrange(200)}" for _ in range(2)]
    bodies: list[dict[str, object]] = [
        {
            "kind": "click",
            "visitor": chance.choice(visitors),
            "partner": chance.choice(("alice", "bob", "carol")),
        }
        for _ in range(CLICKS)
    ]
    bodies.append({"kind": "purchase", "visitor": visitors[0], "order": ids.new().hex, "amount": "9.50"})
    bodies.append({"kind": "identify", "visitor": visitors[0], "customer": f"c{chance.randrange(100)}"})
    for body in bodies:
        at = START + timedelta(seconds=chance.randrange(4 * 86_400), microseconds=chance.randrange(10**6))
        yield Receipt(
            id=ids.new(),
            brand_id=brand_id,
            source="edge",
            kind="event",
            key=None,
            body=json.dumps({**body, "occurred_at": at.isoformat()}).encode(),
            content_type="application/json",
            received_at=START + timedelta(days=10),
        )


def read(brand_id: UUID, stop: Path, place: Path, by_pattern: bool) -> None:
    """Ask for the sums again and again until told to stop; write down those that cannot be."""
    from tallystick.foundation.scoping import brand_scope
    from tallystick.measurement.warehouse import configured
    from tallystick.measurement.warehouse.engine import EngineFailed, WarehouseDamaged
    from tallystick.measurement.warehouse.queries import snapshot

    reads, found, before = 0, list[str](), dict[str, int]()
    engine, root = configured.engine(), configured.warehouse_dir()
    while not stop.exists():
        began = time.monotonic()
        if by_pattern:
            tables = {
                name: list((root / f"brand={brand_id.hex}" / name).rglob("part-*.parquet")) for name in TABLES
            }
        else:
            with brand_scope(brand_id):
                live = snapshot()
            tables = {name: live.paths(name) for name in TABLES}
        try:
            sums = {name: int(value) for name, value in engine.rows(SUMS, {}, tables=tables)[0].items()}
        except (WarehouseDamaged, EngineFailed) as gone:
            if not by_pattern and time.monotonic() - began < KEEP_SECONDS:
                found.append(str(gone))
            continue
        found += wrong(sums, before)
        reads, before = reads + 1, {} if by_pattern else sums
        time.sleep(PAUSE)
    place.write_text(json.dumps({"reads": reads, "wrong": found}))


def end(brand_id: UUID) -> str:
    """Carry on to the end; then compare every row, and count what arrived against what is read."""
    from tallystick.foundation.scoping import brand_scope
    from tallystick.journey import SOURCES, inbox
    from tallystick.measurement.warehouse import configured
    from tallystick.measurement.warehouse.queries import missing_files, snapshot
    from tallystick.measurement.warehouse.standing import Choice, days_of
    from tallystick.measurement.warehouse.verifying import verify
    from tests.edge import story

    os.environ["TALLYSTICK_WORK_BATCH_ROWS"] = "1000"
    story.catch_up(Path())
    differences = verify(brand_id, days=days_of(brand_id, sources=SOURCES, choice=Choice()))
    with brand_scope(brand_id):
        live = snapshot()
        arrived, position = 0, None
        while (batch := inbox().read(brand_id, position, 1000)).receipts:
            arrived, position = arrived + len(batch.receipts), batch.position
    tables = {name: live.paths(name) for name in TABLES}
    sums = {name: int(value) for name, value in configured.engine().rows(SUMS, {}, tables=tables)[0].items()}
    due = arrived // GROUP * CLICKS
    faults = (
        [str(each) for each in differences]
        + wrong(sums, {})
        + [f"missing: {file}" for file in missing_files()]
    )
    return json.dumps(
        {
            "lost": max(0, due - sums["touches"]) + sum(each.missing for each in differences),
            "doubled": max(0, sums["touches"] - due) + sum(each.extra for each in differences),
            "faults": faults,
        }
    )
