"""The worker's loop: every stage of every brand gets its turn, and a stage that fails delays only itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tallystick.foundation.lanes import Progress
from tallystick.project import worker as module
from tallystick.project.worker import BATCHES_PER_TURN, Pace, Worker
from tests.house.sources import ROOT

ACME, ZOE = UUID(int=1), UUID(int=2)
Diary = list[tuple[str, UUID, int]]
SECONDS_ON_A_BUSY_MACHINE = 5


@dataclass
class Backlog:
    """A stage with rows waiting per brand; `breaks` makes it fail for a brand."""

    name: str
    waiting: dict[UUID, int]
    diary: Diary
    breaks: set[UUID] = field(default_factory=set)
    after_run: Callable[[], None] = lambda: None

    def run(self, brand_id, /, *, limit):
        if brand_id in self.breaks:
            raise RuntimeError("no such currency")
        done = min(limit, self.waiting.get(brand_id, 0))
        self.waiting[brand_id] = self.waiting.get(brand_id, 0) - done
        self.diary.append((self.name, brand_id, done))
        self.after_run()
        return Progress(done, self.waiting[brand_id])


def worker(*stages, brands=(ACME, ZOE), **options):
    return Worker(stages=stages, brands=lambda: brands, batch_rows=10, interval_seconds=0.01, **options)


@pytest.fixture
def now(monkeypatch):
    """A clock that stands until it is told to go on."""
    hands = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: hands[0])
    return hands


def test_a_turn_runs_the_stages_of_a_brand_in_order_until_nothing_is_left():
    diary: Diary = []
    events = Backlog("events", {ACME: 25}, diary)
    crediting = Backlog("credits", {ACME: 5}, diary)
    assert not worker(events, crediting, brands=[ACME]).turn()
    assert diary == [("events", ACME, 10), ("events", ACME, 10), ("events", ACME, 5), ("credits", ACME, 5)]


def test_a_long_backlog_gives_the_other_brand_its_turn():
    diary: Diary = []
    events = Backlog("events", {ACME: 10 * BATCHES_PER_TURN + 1, ZOE: 1}, diary)
    assert worker(events).turn(), "there is more to do"
    assert diary[-1] == ("events", ZOE, 1)
    assert len(diary) == BATCHES_PER_TURN + 1


def test_a_stage_that_fails_keeps_neither_the_next_stage_nor_another_brand_waiting(now):
    diary: Diary = []
    events = Backlog("events", {ACME: 1, ZOE: 1}, diary, breaks={ACME})
    crediting = Backlog("credits", {ACME: 1}, diary)
    dropped = []
    assert not worker(events, crediting, after_failure=lambda: dropped.append("connection")).turn()
    assert diary == [("credits", ACME, 1), ("events", ZOE, 1), ("credits", ZOE, 0)]
    assert dropped == ["connection"]


def test_a_stage_that_fails_waits_longer_each_time_and_is_forgiven_when_it_works(now):
    events = Backlog("events", {ACME: 1}, [], breaks={ACME})
    running = worker(events, brands=[ACME])
    waits = []
    for _ in range(9):
        running.turn()
        failed = running.failures[ACME, "events"]
        waits.append(failed.retry_at - now[0])
        now[0] = failed.retry_at
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    events.breaks.clear()
    running.turn()
    assert running.failures == {}
    assert events.diary == [("events", ACME, 1)]


def test_a_stage_is_not_tried_before_its_time(now):
    events = Backlog("events", {ACME: 1}, [], breaks={ACME})
    running = worker(events, brands=[ACME])
    running.turn()
    events.breaks.clear()
    now[0] += 0.5
    running.turn()
    assert events.diary == []


def test_a_database_that_is_away_is_asked_again_later(now):
    def away():
        raise ConnectionError("the database is away")

    running = Worker(stages=(), brands=away, batch_rows=10, interval_seconds=0.01)
    assert not running.turn()
    assert running.failures[None, "brands"].count == 1


def test_upkeep_is_done_between_turns_every_few_minutes_and_one_failure_spoils_no_other(now):
    done = []

    def torn():
        raise OSError("the disk is full")

    running = worker(upkeep={"sweep": torn, "archive": lambda: done.append(now[0])})
    for seconds in (0, 1, module.UPKEEP_SECONDS, 1):
        now[0] += seconds
        running._keep_up()
    assert done == [1000, 1001 + module.UPKEEP_SECONDS]
    assert running.failures[None, "sweep"].count == 2


def test_stopping_ends_after_the_batch_at_hand():
    events = Backlog("events", {ACME: 1000}, [])
    running = worker(events)
    events.after_run = running.stopping.set
    running.run()
    assert events.diary == [("events", ACME, 10)]


def test_sigterm_ends_the_process_between_two_batches():
    code = textwrap.dedent(
        """
        import signal, time, uuid
        from types import SimpleNamespace
        from tallystick.project.worker import Worker

        class Slow:
            name = "slow"
            def run(self, brand, *, limit):
                print("begun", flush=True); time.sleep(0.3); print("ended", flush=True)
                return SimpleNamespace(done=1, left=1)

        worker = Worker(stages=[Slow()], brands=lambda: [uuid.UUID(int=1)], batch_rows=1, interval_seconds=60)
        signal.signal(signal.SIGTERM, lambda *_: worker.stopping.set())
        worker.run()
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "ended\n")


def test_an_errand_that_left_something_keeps_the_turns_going_and_one_that_fails_spoils_no_other(now):
    done = []

    def torn():
        raise OSError("the mail server is away")

    def errand():
        done.append(now[0])
        return Progress(1, int(len(done) < 2))

    running = worker(brands=(), errands={"torn": torn, "errand": errand})
    assert running.turn()
    assert not running.turn()
    assert len(done) == 2
    assert running.failures[None, "torn"].count == 1


def test_a_job_runs_within_about_a_second_of_being_asked_for(fresh_install):
    """The worker of an installation, as `tallystick work` starts it, with jobs of a kind that only this test knows."""
    code = (
        "import django\ndjango.setup()\n"
        "from tallystick.foundation.jobs.registry import on\n"
        "on('say', lambda payload: print(payload['word'], flush=True))\n"
        "from tallystick.project.worker import work\nwork()"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        env=fresh_install.env,
        cwd=fresh_install.data_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert started.stdout is not None
    try:
        asked = (
            "import time\n"
            "from tallystick.foundation.jobs import services\n"
            "services.enqueue('say', payload={'word': f'{time.time():.3f}'})"
        )
        for _ in range(2):
            told = fresh_install.run_python(asked)
            assert told.returncode == 0, told.stderr
            asked_at = float(started.stdout.readline())
            assert time.time() - asked_at < SECONDS_ON_A_BUSY_MACHINE
    finally:
        started.terminate()
        started.communicate(timeout=30)
    assert started.returncode == 0


def test_a_stage_takes_fewer_rows_after_a_step_that_was_too_long_and_more_after_quick_ones():
    pace = Pace(1_000)
    pace.learn(0.4, done=1_000, most=4_000)
    assert pace.rows == 375
    pace.learn(0.15, done=375, most=4_000)
    assert pace.rows == 375
    for _ in range(5):
        pace.learn(0.05, done=pace.rows, most=4_000)
    assert pace.rows == 4_000


def test_a_step_that_was_not_full_says_nothing_about_larger_ones():
    pace = Pace(1_000)
    pace.learn(0.01, done=3, most=4_000)
    assert pace.rows == 1_000
    for _ in range(9):
        pace.learn(30.0, done=1_000, most=4_000)
    assert pace.rows == 100
