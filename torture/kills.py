"""Kills at random moments: a random world is imported by processes that die, then compared with one that did not.

A round makes an installation, writes random files, and runs the steps of a story in children that are ended by SIGKILL
after a random time, some of them beside a second worker. What comes of it must equal what an undisturbed installation
makes of the same files, its events shuffled, and what a third makes of the receipts alone, from the beginning (on
SQLite, where they lie in files).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.edge import world
from tests.installs import Install, InstallTemplate

if TYPE_CHECKING:
    from tests.edge.story import Step

CONTROL = "cursor_before_effects"
CONTROL_ROUNDS = 10
SECONDS_A_CHILD_MAY_LIVE = 0.5
KILLS_A_STEP = 8


@contextmanager
def shop(template: InstallTemplate, folder: Path) -> Iterator[InstallTemplate]:
    """A template with the brand in it: its copies can read each other's receipts."""
    world.write_world(folder / "world")
    with template.copy(folder / "shop") as install:
        done = install.run("init", "--setup", folder / "world" / "setup.toml")
        if done.returncode:
            raise RuntimeError(done.stderr)
        yield InstallTemplate(install)


@dataclass
class Tally:
    """What some rounds came to. `faults`: what may never be, in words."""

    rounds: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.faults)


def torment(template: InstallTemplate, *, seed: int, first: int, until: float) -> Tally:
    """Play rounds until the time (`time.monotonic`) is over; at least one."""
    tally = Tally()
    while not tally.rounds or time.monotonic() < until:
        _round(template, seed=f"{seed}/{first + tally.rounds}", tally=tally)
    return tally


def control(template: InstallTemplate, *, seed: int) -> bool:
    """Whether rounds over a stage that commits its cursor before its effects are found out."""
    tally = Tally()
    while tally.clean and tally.rounds < CONTROL_ROUNDS:
        _round(template, seed=f"{seed}/control/{tally.rounds}", tally=tally, broken=CONTROL)
    return not tally.clean


def _round(template: InstallTemplate, *, seed: str, tally: Tally, broken: str = "") -> None:
    with tempfile.TemporaryDirectory(prefix="tallystick-torture-") as place, ExitStack() as stack:
        folder = Path(place)
        write_random_world(folder / "world", seed)
        installs = [
            stack.enter_context(template.copy(folder / name)) for name in ("killed", "calm", "rebuilt")
        ]
        killed = _play(installs[0], folder / "world", seed=seed, broken=broken)
        calm = _play(installs[1], folder / "world", seed="")
        _compare(calm, killed, tally)
        if template.install.database_url is None:
            shutil.rmtree(installs[2].data_dir / "inbox", ignore_errors=True)
            shutil.copytree(installs[0].data_dir / "inbox", installs[2].data_dir / "inbox")
            _compare(calm, _play(installs[2], folder / "world", seed="", receive=False), tally)
        tally.kills += killed["kills"]
        tally.faults += [f"round {seed}: {fault}" for fault in killed["faults"]]
    tally.rounds += 1


def _compare(wanted: dict[str, Any], found: dict[str, Any], tally: Tally) -> None:
    for name, rows in wanted["effects"].items():
        before, after = Counter(rows), Counter(found["effects"][name])
        tally.lost += (before - after).total()
        tally.doubled += (after - before).total()


def write_random_world(folder: Path, seed: str) -> None:
    """Two files of events, shuffled apart for the calm run, and one of orders in which some contradict others."""
    chance = random.Random(seed)
    world.write_world(folder, people=chance.randrange(5, 40))
    lines = (folder / "events.ndjson").read_text().splitlines()
    lines += chance.sample(lines, k=len(lines) // 10)
    chance.shuffle(lines)
    (folder / "killed.ndjson").write_text("\n".join(lines) + "\n")
    chance.shuffle(lines)
    (folder / "calm.ndjson").write_text("\n".join(lines) + "\n")
    orders = (folder / "orders.csv").read_text().splitlines()
    contradicting = [line.replace(".75", ".99") for line in chance.sample(orders[1:-2], k=2)]
    (folder / "orders.csv").write_text("\n".join([*orders, *contradicting]) + "\n")


def _play(
    install: Install, folder: Path, *, seed: str, broken: str = "", receive: bool = True
) -> dict[str, Any]:
    code = (
        "from pathlib import Path\nfrom torture.kills import play\n"
        f"play(Path({str(folder)!r}), seed={seed!r}, broken={broken!r}, receive={receive!r})"
    )
    rows = random.Random(seed).choice((5, 20, 100))
    told = install.run_python(code, {"TALLYSTICK_WORK_BATCH_ROWS": str(rows)}, seconds=600)
    if told.returncode:
        raise RuntimeError(f"round {seed}: {told.stderr}")
    outcome: dict[str, Any] = json.loads(told.stdout)
    return outcome


def play(folder: Path, *, seed: str, broken: str, receive: bool) -> None:
    """In a process of its own: take every step, killing it a few times before it may end; print the outcome."""
    from tests.edge import story

    story.import_once()
    if broken:
        from tests.edge import broken as ways

        getattr(ways, broken)()
    chance, kills = random.Random(seed), 0
    for step in _steps(receive, calm=not seed):
        for _ in range(chance.randrange(KILLS_A_STEP + 1) if seed else 0):
            kills += _killed(step, folder, chance)
        if ended := story.fork(step, folder):
            raise SystemExit(f"{step.__name__} ended with {ended}")
    sys.stdout.write(json.dumps({"kills": kills, **story.outcome()}))


def _steps(receive: bool, *, calm: bool) -> list[Step]:
    from tests.edge import story

    def import_lines(folder: Path) -> None:
        story.import_file(folder / ("calm.ndjson" if calm else "killed.ndjson"))

    arrival = [story.receive_hits, import_lines, story.import_orders] if receive else []
    return [
        story.publish_mapping,
        *arrival,
        story.catch_up,
        story.open_carol,
        story.replay,
        story.catch_up,
        story.keep_up,
    ]


def _killed(step: Step, folder: Path, chance: random.Random) -> int:
    """Start a step, and perhaps a worker beside it; kill both after a while. Returns how many were still alive."""
    from tests.edge import story

    children = [story.start(step, folder)]
    if chance.random() < 0.3:
        children.append(story.start(story.work, folder))
    time.sleep(chance.random() * SECONDS_A_CHILD_MAY_LIVE)
    for child in children:
        os.kill(child, 9)
    return sum(story.wait(child) == -9 for child in children)
