"""How time and memory grow with the number of touches: the same questions of ever larger snapshots of the seeded crowd.

Each size is a process of its own, whose peak memory is told: of writing the files day by day, and of asking, which is
bounded by MEMORY_MB for DuckDB, the rest being ours; `spilled` is the most that lay in its temporary folder. The
reference of a size is the size before it: growth 1 is linear, 1.3 takes 1.3 times what linear growth would, below 1 is
less than linear. SIZES (touches, separated by commas), RUNS, SEED and MEMORY_MB in the environment change the run;
SIZES=1e6,1e7,1e8 needs 8 GB of disk.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bench_explorer import ASKED, SCAN, made
from benchmarks.figures import table
from benchmarks.installation import run_alone
from benchmarks.runs import MEMORY_MB, RUNS, SEED, facts, timed, unasked

SIZES = [int(float(size)) for size in os.environ.get("SIZES", "1e5,1e6").split(",")]
FULL = "partner × device, all rows"


def main() -> None:
    """Measure every size in turn and print how each question grows."""
    runs = {size: json.loads(run_alone("benchmarks.bench_growth", "--once", str(size))) for size in SIZES}
    print(
        f"seed {SEED}, {MEMORY_MB:,} MB for DuckDB, median of {RUNS} runs, cold; then growth from size to size"
    )
    print(table("asked", {name: _of_question(runs, name) for name in runs[SIZES[0]]["ms"]}))
    costs = runs[SIZES[0]]["costs"]
    print(
        table("costs", {name: {f"{size:,}": [runs[size]["costs"][name]] for size in SIZES} for name in costs})
    )


def _of_question(runs: dict[int, Any], name: str) -> dict[str, list[float]]:
    figures = {f"ms of {size:,}": [runs[size]["ms"][name]] for size in SIZES}
    for small, large in pairwise(SIZES):
        grown = runs[large]["ms"][name] / runs[small]["ms"][name] / (large / small)
        figures[f"growth to {large:,}"] = [grown]
    return figures


def once(size: int) -> dict[str, Any]:
    """Milliseconds of each question, and what it took."""
    with facts(size) as (snapshot, engine):
        from tallystick.measurement.kpis.queries import ask

        written, seconds = _peak_mb(), _cpu()
        tables = {"touchpoints": snapshot.paths("touchpoints")}
        work: dict[str, Any] = {"one scan by hand": partial(engine.rows, SCAN, {}, tables=tables)}
        for name, asked in {**ASKED, FULL: {"by": ("partner", "device")}}.items():
            for intervals in (True, False):
                what = made(asked, intervals=intervals)
                said = name if intervals else f"{name}, counts only"
                work[said] = lambda what=what: ask(what, engine=engine, snapshot=unasked(snapshot))
        with _most_spilled(engine.spill_dir) as spilled:
            ms = {name: 1000 * median(timed(one)[0] for _ in range(RUNS)) for name, one in work.items()}
        return {
            "ms": ms,
            "costs": {
                "seconds of CPU to write": seconds,
                "MB of files": sum(file.path.stat().st_size for file in snapshot.files) / 1e6,
                "peak MB of writing": written,
                "peak MB of asking": _peak_mb(),
                "spilled MB": max(spilled) / 1e6,
            },
        }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    """The most memory since the last call: Linux lets a process begin anew, elsewhere it is that of its whole life."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        peak = int(line.split()[1]) / 1024
        Path("/proc/self/clear_refs").write_text("5")
    return peak


@contextmanager
def _most_spilled(folder: Path) -> Iterator[list[int]]:
    sizes, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            with suppress(FileNotFoundError):  # the engine removes what it does not need any more
                sizes.append(sum(path.stat().st_size for path in folder.rglob("*")))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield sizes
    finally:
        done.set()
        watching.join()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(int(sys.argv[2]))))
    else:
        main()
