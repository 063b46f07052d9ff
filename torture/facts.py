"""Kills while facts are published, merged and written anew, beside readers who must never see a wrong sum.

A world is an installation in which two writers record, publish, merge, rebuild and sweep at random, and are ended by
SIGKILL after a random time, or at a failpoint. Readers in processes of their own take one snapshot after another, and
what the sums of one snapshot must be is known (`fact_acts.wrong`). One more reader reads by a pattern instead of by the
manifest; unless its sums are wrong, the world proves nothing. At the end every row is compared with the database.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tallystick.kit.failpoints import POINTS
from torture import fact_acts as acts

if TYPE_CHECKING:
    from tests.installs import InstallTemplate

SECONDS_A_WORLD = 20.0
READERS = 1
LONGEST_LIFE = 0.5
PATIENCE = 6.0
PLACES = tuple(point for point in POINTS if point.startswith("warehouse."))


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
        for what in ("kills", "reads", "wrong", "lost", "doubled", "wrong_by_pattern"):
            setattr(self, what, getattr(self, what) + world[what])
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


def play(*, seed: str, seconds: float) -> None:
    """In a process of its own, with Django set up and nothing connected: one world; prints what came of it."""
    _import_once()
    folder = Path.cwd()
    brand_id = UUID(_told(acts.open_shop, folder / "brand"))
    stop = folder / "stop"
    readers = [
        _forked(acts.read, brand_id, stop, folder / f"reader{n}", n == READERS) for n in range(READERS + 1)
    ]
    try:
        kills, reached = _torment(brand_id, seed, seconds)
    finally:
        stop.touch()
        failed = [reader for reader in readers if os.waitpid(reader, 0)[1]]
    _require(not failed, "a reader failed")
    ended = json.loads(_told(acts.end, folder / "end", brand_id))
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
        writers = [_forked(acts.write, brand_id, f"{seed}/{kills}", place)]
        if not place and chance.random() < 0.5:
            writers.append(_forked(acts.write, brand_id, f"{seed}/{kills}/beside", ""))
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
