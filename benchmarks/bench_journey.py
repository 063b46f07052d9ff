"""Receipts a second through the journey: appending, events, attribution, warehouse; on one processor core.

97 in 100 are clicks, 2 leads, 1 a purchase, of PARTNERS partners; they come in rounds of ROUND, each of which runs
through all stages before the next: live, all of one day; as the history of 90 days in the order of time; and that
shuffled. On both databases; PostgreSQL's server runs beside, on the other cores, and syncs. Answers must be the same.

The reference, in the same run: the same receipts as rows of one bare table of SQLite, by executemany of pysqlite3, a
round to a transaction with synchronous=FULL. A ratio of 0.1 means a tenth of its speed. "CPU" is our process's alone.
RECEIPTS, ROUND, RUNS, SEED, PARTNERS and DATABASE (sqlite or postgresql) in the environment change the size.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import table
from benchmarks.installation import PARTNERS, POSTGRESQL, SQLITE, open_installation, prepared

if TYPE_CHECKING:
    from uuid import UUID

    from tallystick.journey import Stage
    from tallystick.tracking.inbox.wire import Receipt

RECEIPTS = int(os.environ.get("RECEIPTS", "40000"))
ROUND = int(os.environ.get("ROUND", "10000"))
RUNS = int(os.environ.get("RUNS", "1"))
SEED = int(os.environ.get("SEED", "1"))
DATABASES = [os.environ["DATABASE"]] if "DATABASE" in os.environ else [SQLITE, POSTGRESQL]
DAYS = {"live, one day": 1, "90 days in order of time": 90, "90 days shuffled": 90}
"""The orders of arrival, and over how many days the same number of receipts is spread."""
REFERENCE, TOGETHER = "executemany", "all together"
STEP = 2_000


def main() -> None:
    """Run every order RUNS times on every database, print a table each, and compare the answers."""
    answers: dict[int, set[str]] = defaultdict(set)
    for database in DATABASES:
        with prepared(database) as run_alone:
            for order, days in DAYS.items():
                runs = [
                    json.loads(run_alone("benchmarks.bench_journey", "--once", order)) for _ in range(RUNS)
                ]
                print(
                    f"{database}, {order}: {RECEIPTS:,} receipts in rounds of {ROUND:,}, {PARTNERS:,} partners, "
                    f"seed {SEED}, {RUNS} runs: min / median / max"
                )
                print(_speed(runs))
                print(_cost(runs), flush=True)
                answers[days] |= {json.dumps(run["answers"]) for run in runs}
    if any(len(different) > 1 for different in answers.values()):
        raise SystemExit("the answers differ between databases or orders of arrival")
    cells = sum(len(json.loads(next(iter(same)))) for same in answers.values())
    print(f"both databases and all orders of arrival give the same {cells:,} cells")


def _speed(runs: Sequence[dict[str, Any]]) -> str:
    rows = {
        stage: {
            "receipts/s": [run["receipts"] / run["seconds"][stage] for run in runs],
            "of CPU": [run["receipts"] / max(run["cpu"][stage], 1e-6) for run in runs],
            "ratio": [run["seconds"][REFERENCE] / run["seconds"][stage] for run in runs],
            "longest transaction ms": [1000 * run["longest"].get(stage, 0.0) for run in runs],
        }
        for stage in runs[0]["seconds"]
    }
    return table("stage", rows)


def _cost(runs: Sequence[dict[str, Any]]) -> str:
    names = ("peak MB", "live files", "files on disk", "MB of files", "MB of database")
    return table("afterwards", {name: {"": [run[name] for run in runs]} for name in names})


def once(order: str) -> dict[str, Any]:
    """Seconds of each stage for all receipts and of the reference, and what is there afterwards."""
    _keep_to_one_core()
    brand_id = open_installation()
    from benchmarks.crowd import receipts, shuffled
    from tallystick.journey import STAGES

    arrived = receipts(brand_id, RECEIPTS, partners=PARTNERS, days=DAYS[order], seed=SEED)
    if order.endswith("shuffled"):
        arrived = shuffled(arrived, seed=SEED)
    clock, reference, left = _Clock(), _Reference(), iter(arrived)
    while round_ := list(islice(left, ROUND)):
        clock.time(REFERENCE, partial(reference.insert, round_))
        clock.time("append", partial(append, round_))
        for stage in STAGES:
            clock.time(stage.name, partial(finish, stage, brand_id))
    for kind in (clock.seconds, clock.cpu):
        kind[TOGETHER] = sum(kind.values()) - kind[REFERENCE]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "receipts": len(arrived),
        "seconds": clock.seconds,
        "cpu": clock.cpu,
        "longest": clock.longest,
        "peak MB": peak,
        **_afterwards(brand_id),
        "answers": _answers(brand_id),
    }


def append(arrived: Sequence[Receipt]) -> None:
    """Keep receipts in the inbox, as durably as at the doors."""
    from tallystick.journey import inbox

    for start in range(0, len(arrived), STEP):
        inbox().append(arrived[start : start + STEP])


def finish(stage: Stage, brand_id: UUID) -> None:
    """Run a stage until nothing waits for it."""
    from django.conf import settings

    while stage.run(brand_id, limit=settings.TALLYSTICK.work_batch_rows).left:
        pass


class _Clock:
    """Adds up the time of each stage, and keeps the longest of its transactions."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)
        self.longest: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], object]) -> None:
        """Do the work, and add its time to the name's."""
        with _transactions() as lengths:
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            self.seconds[name] += time.perf_counter() - wall
            self.cpu[name] += time.process_time() - cpu
        self.longest[name] = max([self.longest.get(name, 0.0), *lengths])


@contextmanager
def _transactions() -> Iterator[list[float]]:
    """The lengths of the main database's transactions: Django turns autocommit off for each, and on again."""
    from django.db import connection

    lengths: list[float] = []
    begun = 0.0
    plain = connection.set_autocommit

    def timed(autocommit: bool, *args: Any, **kwargs: Any) -> None:
        nonlocal begun
        plain(autocommit, *args, **kwargs)
        if autocommit:
            lengths.append(time.perf_counter() - begun)
        else:
            begun = time.perf_counter()

    connection.set_autocommit = timed  # type: ignore[method-assign]
    try:
        yield lengths
    finally:
        connection.set_autocommit = plain  # type: ignore[method-assign]


class _Reference:
    """One bare table of SQLite in the same directory."""

    def __init__(self) -> None:
        from tallystick.foundation.sqlite.connect import connect

        self._connection = connect(Path(os.environ["TALLYSTICK_DATA_DIR"]) / "reference.db")
        self._connection.execute("CREATE TABLE receipts (id, brand, source, kind, key, body, received)")

    def insert(self, arrived: Sequence[Receipt]) -> None:
        """Insert receipts in one transaction."""
        rows = [
            (r.id.bytes, r.brand_id.bytes, r.source, r.kind, r.key, r.body, r.received_at.timestamp())
            for r in arrived
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")


def _afterwards(brand_id: UUID) -> dict[str, float]:
    from django.db import connection

    from tallystick.foundation.scoping import brand_scope
    from tallystick.measurement.warehouse.queries import snapshot

    folder = Path(os.environ["TALLYSTICK_DATA_DIR"])
    written = list((folder / "warehouse").rglob("*.parquet"))
    with brand_scope(brand_id):
        live = snapshot().files
    kept = [
        path for path in (*folder.glob("tallystick.db*"), *(folder / "inbox").rglob("*")) if path.is_file()
    ]
    size = sum(path.stat().st_size for path in kept)
    if connection.vendor == POSTGRESQL:
        with connection.cursor() as cursor:
            size = cursor.execute("SELECT pg_database_size(current_database())").fetchone()[0]
    return {
        "live files": len(live),
        "files on disk": len(written),
        "MB of files": sum(file.path.stat().st_size for file in live) / 1e6,
        "MB of database": size / 1e6,
    }


def _answers(brand_id: UUID) -> list[list[str]]:
    """Cells of the rate of purchases, with the keys of partners instead of their ids, which differ by database."""
    from benchmarks.questions import AS_OF
    from tallystick.foundation.scoping import brand_scope
    from tallystick.measurement.kpis.queries import ask
    from tallystick.measurement.kpis.questions import Question
    from tallystick.measurement.warehouse import configured
    from tallystick.measurement.warehouse.queries import snapshot
    from tallystick.partners.partnerships.models import Partner
    from tallystick.partners.programs.models import Program
    from tallystick.partners.programs.queries import versions

    with brand_scope(brand_id):
        program, files = Program.objects.get().pk, snapshot()
        keys = {str(id_): key for id_, key in Partner.objects.values_list("id", "key")}
        known = [version for version in versions(program) if version.definition_key == "purchase"]
    found = []
    for by in (("partner", "device"), ("day",)):
        asked = Question(program_id=program, versions=known, as_of=AS_OF, by=by)
        for section in ask(asked, engine=configured.engine(), snapshot=files).sections:
            for cell in (*section.rows, section.total, section.baseline):
                named = [keys.get(str(key), str(key)) for key in cell.keys]
                found.append([*named, str(cell.numerator), str(cell.denominator), repr(cell.interval)])
    return sorted(found)


def _keep_to_one_core() -> None:
    os.environ["POLARS_MAX_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(sys.argv[2])))
    else:
        main()
