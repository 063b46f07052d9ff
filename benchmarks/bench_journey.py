"""Receipts a second through the journey: appending, events, attribution, warehouse.

The reference, in the same run: the same receipts as rows of one bare table, by one executemany of pysqlite3 in one
transaction with synchronous=FULL. A ratio of 0.1 means a tenth of its speed. Seeded; each run has its own process
and directory. RECEIPTS, RUNS and SEED in the environment change the size.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import table
from benchmarks.installation import open_installation, run_alone

if TYPE_CHECKING:
    from tallystick.journey import Stage
    from tallystick.tracking.inbox.wire import Receipt

RECEIPTS = int(os.environ.get("RECEIPTS", "20000"))
RUNS = int(os.environ.get("RUNS", "3"))
SEED = int(os.environ.get("SEED", "1"))
STEP = 2_000
BATCH_ROWS = 1_000


def main() -> None:
    """Run it RUNS times and print the table."""
    runs = [json.loads(run_alone("benchmarks.bench_journey", "--once")) for _ in range(RUNS)]
    rows = {
        name: {
            "receipts/s": [RECEIPTS / run[name] for run in runs],
            "ratio": [run["reference"] / run[name] for run in runs],
        }
        for name in runs[0]
    }
    print(f"{RECEIPTS:,} receipts, seed {SEED}, {RUNS} runs: min / median / max")
    print(table("stage", rows))


def once() -> dict[str, float]:
    """Seconds of each stage for all receipts, and of the reference."""
    brand_id = open_installation()
    from benchmarks.crowd import receipts
    from tallystick.journey import STAGES, inbox

    arrived = receipts(brand_id, RECEIPTS, seed=SEED)
    seconds = {"reference": _timed(lambda: _reference(arrived))}

    def append() -> None:
        for start in range(0, RECEIPTS, STEP):
            inbox().append(arrived[start : start + STEP])

    def finish(stage: Stage) -> None:
        while stage.run(brand_id, limit=BATCH_ROWS).left:
            pass

    seconds["append"] = _timed(append)
    for stage in STAGES:
        seconds[stage.name] = _timed(partial(finish, stage))
    return {**seconds, "all together": sum(seconds.values()) - seconds["reference"]}


def _reference(arrived: Sequence[Receipt]) -> None:
    from tallystick.foundation.sqlite.connect import connect

    rows = [
        (r.id.bytes, r.brand_id.bytes, r.source, r.kind, r.key, r.body, r.received_at.timestamp())
        for r in arrived
    ]
    connection = connect(Path(os.environ["TALLYSTICK_DATA_DIR"]) / "reference.db")
    connection.execute("CREATE TABLE receipts (id, brand, source, kind, key, body, received)")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:] == ["--once"]:
        print(json.dumps(once()))
    else:
        main()
