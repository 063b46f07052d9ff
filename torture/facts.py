"""Kills while facts are published, merged and written anew, beside readers who must never see a wrong sum.

A world is an installation in which two writers record, publish, merge, rebuild and sweep at random, and are ended by
SIGKILL after a random time, or at a failpoint. Readers in processes of their own take one snapshot after another, and
what the sums of one snapshot must be is known: see `wrong`. One more reader reads by a pattern instead of by the
manifest; unless its sums are wrong, the world proves nothing. At the end every row is compared with the database.

Time is shortened: a file that was replaced stays KEEP_SECONDS instead of ten minutes.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tallystick.kit.failpoints import POINTS

if TYPE_CHECKING:
    from tallystick.tracking.inbox.wire import Receipt
    from tests.installs import InstallTemplate

GROUP = 8
CLICKS = 6
"""A group of receipts arrives at once and is recorded in one step, so that touchpoints come by sixes."""

FIRST_GROUPS = 5
"""So many before anybody is killed: there is something to merge."""

START = datetime(2026, 3, 2, tzinfo=UTC)
KEEP_SECONDS = 2.0
SECONDS_A_WORLD = 20.0
READERS = 1
PAUSE = 0.05
LONGEST_LIFE = 0.5
PATIENCE = 6.0
PLACES = tuple(point for point in POINTS if point.startswith("warehouse."))
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


@dataclass
class Tally:
    """What some worlds came to. `faults`: what may never be, in words."""

    rounds: int = 0
    kills: int = 0
    reads: int = 0
    wrong: int = 0
    lost: int = 0
    doubled: int = 0
    wrong_by_pattern: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, world: dict[str, Any]) -> None:
        """Count one more world."""
        self.rounds += 1
        for name in ("kills", "reads", "wrong", "lost", "doubled", "wrong_by_pattern"):
            setattr(self, name, getattr(self, name) + world[name])
        self.reached.update(world["reached"])
        self.faults += [f"world {name}: {fault}" for fault in world["faults"]]


def torment(template: InstallTemplate, *, seed: int, first: int, until: float) -> Tally:
    """Play worlds until the time (`time.monotonic`) is over; at least one."""
    tally = Tally()
    while not tally.rounds or time.monotonic() < until:
        name = f"{seed}/{first + tally.rounds}"
        code = f"from torture.facts import play\nplay(seed={name!r}, seconds={SECONDS_A_WORLD})"
        with (
            tempfile.TemporaryDirectory(prefix="tallystick-torture-") as place,
            template.copy(Path(place) / "data") as install,
        ):
            told = install.run_python(code, seconds=600)
        if told.returncode:
            raise RuntimeError(f"world {name}: {told.stderr}")
        tally.add(name, json.loads(told.stdout))
    return tally


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


def play(*, seed: str, seconds: float) -> None:
    """In a process of its own, with Django set up and nothing connected: one world; prints what came of it."""
    _import_once()
    folder = Path.cwd()
    brand_id = UUID(_told(_open_shop, folder / "brand"))
    stop = folder / "stop"
    readers = [
        _forked(_read, brand_id, stop, folder / f"reader{n}", n == READERS) for n in range(READERS + 1)
    ]
    try:
        kills, reached = _torment(brand_id, seed, seconds)
    finally:
        stop.touch()
        failed = [reader for reader in readers if os.waitpid(reader, 0)[1]]
    _require(not failed, "a reader failed")
    ended = json.loads(_told(_end, folder / "end", brand_id))
    seen = [json.loads((folder / f"reader{n}").read_text()) for n in range(READERS + 1)]
    told = {
        "kills": kills,
        "reached": dict(reached),
        "reads": sum(each["reads"] for each in seen[:-1]),
        "wrong": sum(len(each["wrong"]) for each in seen[:-1]),
        "wrong_by_pattern": len(seen[-1]["wrong"]),
        **ended,
    }
    told["faults"] += [fault for each in seen[:-1] for fault in each["wrong"][:3]]
    sys.stdout.write(json.dumps(told))


def _torment(brand_id: UUID, seed: str, seconds: float) -> tuple[int, Counter[str]]:
    """Start writers and kill them: once at every place, then at random. Returns how many kills, and where."""
    chance, reached, kills = random.Random(seed), Counter[str](), 0
    until = time.monotonic() + seconds
    # Files to sweep come late, with the others' work.
    places = sorted(chance.sample(PLACES, len(PLACES)), key="warehouse.sweeping".__eq__, reverse=True)
    while places or time.monotonic() < until:
        place = places.pop() if places else ""
        writers = [_forked(_write, brand_id, f"{seed}/{kills}", place)]
        if not place and chance.random() < 0.5:
            writers.append(_forked(_write, brand_id, f"{seed}/{kills}/beside", ""))
        if place:
            reached[place] += _ended_by_itself(writers[0], PATIENCE)
        else:
            time.sleep(chance.random() * LONGEST_LIFE)
        for writer in writers:
            _kill(writer)
        kills += len(writers)
    return kills, reached


def _import_once() -> None:
    from tests.edge import story

    story.import_once()
    import tallystick.measurement.warehouse.compaction
    import tallystick.measurement.warehouse.verifying  # noqa: F401


def _forked(act: Callable[..., None], *arguments: Any) -> int:
    """Begin something in a child; an error of it is printed and ends it with 70."""
    child = os.fork()
    if child:
        return child
    try:
        os.dup2(2, 1)
        act(*arguments)
    except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
        sys.excepthook(*sys.exc_info())
        os._exit(70)
    os._exit(0)


def _told(act: Callable[..., str], place: Path, *arguments: Any) -> str:
    """What a child says in a file: whoever forks must not be connected to a database itself."""
    child = _forked(lambda: _write_down(place, act(*arguments)))
    _require(os.waitpid(child, 0)[1] == 0, f"{act.__name__} failed")
    return place.read_text()


def _write_down(place: Path, text: str) -> None:
    place.write_text(text)


def _ended_by_itself(child: int, seconds: float) -> bool:
    """Whether a failpoint ended a child before the time was over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        time.sleep(0.005)
    return False


def _kill(child: int) -> None:
    """End a child. One that ended otherwise than by SIGKILL has failed, and ends the world."""
    os.kill(child, 9)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    _require(code == -9, f"a writer ended with {code}")


def _require(is_so: bool, what: str) -> None:
    if not is_so:
        raise SystemExit(what)


def _open_shop() -> str:
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


def _write(brand_id: UUID, seed: str, place: str) -> None:
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


def _read(brand_id: UUID, stop: Path, place: Path, by_pattern: bool) -> None:
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


def _end(brand_id: UUID) -> str:
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
