"""What the benchmarks of questions share: facts that are written once, an engine that is watched, a clock."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tallystick.measurement.warehouse.engine import DuckDbEngine
    from tallystick.measurement.warehouse.queries import Snapshot

TOUCHES = int(float(os.environ.get("TOUCHES", "1e6")))
RUNS = int(os.environ.get("RUNS", "5"))
SEED = int(os.environ.get("SEED", "1"))
MEMORY_MB = int(os.environ.get("MEMORY_MB", "2048"))
"""What DuckDB may use before it writes to disk."""

Call = tuple[str, Mapping[str, Any], Mapping[str, Sequence[Path]]]
T = TypeVar("T")
_TURNS = count(1)


class Watched:
    """An engine that keeps what it was asked to run, and how long that took."""

    def __init__(self, engine: DuckDbEngine) -> None:
        self._engine = engine
        self.spill_dir = engine.spill_dir
        self.calls: list[Call] = []
        self.seconds = 0.0

    @property
    def dialect(self) -> str:
        """As the engine's."""
        return self._engine.dialect

    def rows(
        self, sql: str, parameters: Mapping[str, Any], *, tables: Mapping[str, Sequence[Path]]
    ) -> list[dict[str, Any]]:
        """As the engine's."""
        self.calls.append((sql, parameters, tables))
        start = time.perf_counter()
        found = self._engine.rows(sql, parameters, tables=tables)
        self.seconds += time.perf_counter() - start
        return found

    def watch(self, work: Callable[[], T]) -> tuple[T, list[Call]]:
        """What some work gives, and the texts that it let the engine run."""
        self.calls, self.seconds = [], 0.0
        found, calls, self.calls = work(), self.calls, []
        return found, calls


@contextmanager
def facts(touches: int) -> Iterator[tuple[Snapshot, Watched]]:
    """Facts of the crowd in a folder of their own, and an engine over them."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.project.settings")
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as scratch:
        os.environ.setdefault("TALLYSTICK_DATA_DIR", scratch)
        django.setup()
        from benchmarks.generated import snapshot
        from tallystick.measurement.warehouse.engine import DuckDbEngine

        engine = DuckDbEngine(
            memory_mb=MEMORY_MB, threads=os.cpu_count() or 1, spill_dir=Path(scratch) / "spill"
        )
        yield snapshot(Path(scratch) / "facts", touches=touches, seed=SEED), Watched(engine)


def unasked(snapshot: Snapshot) -> Snapshot:
    """The same files, named in another order: what was answered from the snapshot is remembered, of this nothing is."""
    from tallystick.measurement.warehouse.queries import Snapshot

    return Snapshot(tuple(random.Random(next(_TURNS)).sample(snapshot.files, len(snapshot.files))))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and seconds of the processor, that some work takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu
