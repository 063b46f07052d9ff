"""The ``work`` role: run the stages of the journey for every brand, again and again, until asked to stop.

Errands (jobs, seals, places in the feed) have a thread of their own: a long backlog of receipts keeps no mail waiting,
and a slow mail server no receipts. So have imports: a file of many hours keeps neither of the two waiting.

A turn gives each stage of each brand a bounded number of batches, so that one brand's backlog does not
keep the others waiting; a batch has as many rows as take about a fifth of a second. A stage that fails is
logged with its traceback and waits longer each time; the stages after it and the other brands go on. A batch
is one transaction: stopping between two loses nothing.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import structlog

from tallystick.kit.backoff import backoff_seconds
from tallystick.project.config import Config

if TYPE_CHECKING:
    from tallystick.foundation.lanes import Progress
    from tallystick.journey import Stage

BATCHES_PER_TURN = 50
STEP_SECONDS = 0.2
FIRST_ROWS = 1_000
LEAST_ROWS = 100
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 60.0
UPKEEP_SECONDS = 300.0

log = structlog.get_logger(__name__)

Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class Failures:
    """How often a stage of a brand has failed in a row, and when it may try again."""

    count: int = 0
    retry_at: float = 0.0

    def add(self, now: float) -> float:
        """Count one more and return the seconds until the next attempt."""
        self.count += 1
        delay = backoff_seconds(self.count, first=FIRST_DELAY_SECONDS, longest=LONGEST_DELAY_SECONDS)
        self.retry_at = now + delay
        return delay


@dataclass(slots=True)
class Pace:
    """How many rows a stage of a brand takes at once, learnt from how long it held the lane for those before."""

    rows: int

    def learn(self, seconds: float, *, done: int, most: int) -> None:
        """Take fewer after a step that was too long, and twice as many after a full one that took half the time."""
        if seconds > STEP_SECONDS:
            self.rows = max(min(LEAST_ROWS, most), int(self.rows * STEP_SECONDS * 0.75 / seconds))
        elif seconds < STEP_SECONDS / 2 and done >= self.rows:
            self.rows = min(most, self.rows * 2)


@dataclass(slots=True)
class Worker:
    """The loop. `brands` is asked anew each turn; `after_failure` may drop a broken database connection.

    `upkeep` runs at the start and then every UPKEEP_SECONDS, between two turns. `errands` are of no brand: each turn
    begins with them. `held` says for how many seconds the last step kept others from the brand's lane.
    """

    stages: Sequence[Stage]
    brands: Callable[[], Iterable[UUID]]
    batch_rows: int
    interval_seconds: float
    errands: Mapping[str, Callable[[], Progress]] = field(default_factory=dict)
    upkeep: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    after_failure: Callable[[], None] = lambda: None
    held: Callable[[], float] = lambda: 0.0
    stopping: threading.Event = field(default_factory=threading.Event)
    failures: dict[tuple[UUID | None, str], Failures] = field(default_factory=dict)
    paces: dict[tuple[UUID, str], Pace] = field(default_factory=dict)
    upkeep_at: float = 0.0

    def run(self) -> None:
        """Take turns until `stopping` is set; pause only when a turn left nothing to do."""
        while not self.stopping.is_set():
            self._keep_up()
            if not self.turn():
                self.stopping.wait(self.interval_seconds)

    def turn(self) -> bool:
        """Run every errand, and give every stage of every brand its batches; True when some have more to do."""
        run = [self._guarded((None, name), errand) for name, errand in self.errands.items()]
        brands = self._guarded((None, "brands"), lambda: list(self.brands())) or []
        unfinished = [self._advance(brand, stage) for brand in brands for stage in self.stages]
        return any(unfinished) or any(progress.left for progress in run if progress)

    def _keep_up(self) -> None:
        if time.monotonic() < self.upkeep_at:
            return
        self.upkeep_at = time.monotonic() + UPKEEP_SECONDS
        for name, chore in self.upkeep.items():
            self._guarded((None, name), chore)

    def _advance(self, brand: UUID, stage: Stage) -> bool:
        pace = self.paces.setdefault((brand, stage.name), Pace(min(FIRST_ROWS, self.batch_rows)))
        for _ in range(BATCHES_PER_TURN):
            if self.stopping.is_set():
                return False
            progress = self._guarded((brand, stage.name), lambda: stage.run(brand, limit=pace.rows))
            if progress is None or not progress.done or not progress.left:
                return False
            pace.learn(self.held(), done=progress.done, most=self.batch_rows)
        return True

    def _guarded(self, key: tuple[UUID | None, str], step: Callable[[], Outcome]) -> Outcome | None:
        """Run one step unless it waits after a failure. None when it waits or fails."""
        failed = self.failures.get(key)
        if failed is not None and time.monotonic() < failed.retry_at:
            return None
        try:
            outcome = step()
        except Exception:
            failed = self.failures.setdefault(key, Failures())
            delay = failed.add(time.monotonic())
            brand, name = key
            log.exception(
                "step failed",
                step=name,
                brand=str(brand) if brand else None,
                failures=failed.count,
                retry_in_seconds=delay,
            )
            self.after_failure()
            return None
        self.failures.pop(key, None)
        return outcome


def work() -> None:
    """Run the worker with the stages, brands and errands of this installation until SIGTERM or SIGINT."""
    from django.conf import settings
    from django.db import close_old_connections

    from tallystick.foundation.lanes import held_seconds
    from tallystick.journey import STAGES
    from tallystick.partners.programs.models import Brand
    from tallystick.project.upkeep import ERRANDS, UPKEEP, receive_imports

    config: Config = settings.TALLYSTICK
    journey = Worker(
        stages=STAGES,
        brands=lambda: Brand.objects.order_by("created_at").values_list("pk", flat=True),
        batch_rows=config.work_batch_rows,
        interval_seconds=config.work_interval_seconds,
        upkeep=UPKEEP,
        after_failure=close_old_connections,
        held=held_seconds,
    )
    files = {"receive imports": lambda: receive_imports(journey.stopping.is_set)}
    # Loops of their own in the same process, with the same end: who stops one stops all.
    idle = replace(journey, stages=(), brands=tuple, upkeep={})
    beside = [
        threading.Thread(target=replace(idle, errands=errands, failures={}).run, name=name)
        for name, errands in (("errands", ERRANDS), ("imports", files))
    ]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: journey.stopping.set())
    for thread in beside:
        thread.start()
    journey.run()
    for thread in beside:
        thread.join()
