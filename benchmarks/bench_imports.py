"""Rows a second from a CSV file into durable receipts, and how much memory that takes.

"CPU" is the processor's time alone: what the machine would do with nothing else to do and a disk that takes no time.

References, in the same run and over the same file: Python's csv.reader; its rows into one bare table by executemany of
pysqlite3, one transaction with synchronous=FULL for every step of the import; DuckDB's COPY of read_csv (all texts) to
Parquet, on one thread. A ratio of 0.1 means a tenth of its speed. Reading, receipts_of and append are parts of `all
together`: what it takes longer with them than without. Every way is its own process on an empty directory, one after
another.

The file is seeded; where the shared online retail data lie beside the repository they are read, too, by order and by
row. RUNS and SEED in the environment change the figures, `--megabytes` the size of the file; peak memory is that of the
whole process, for a file of that size and for a smaller one.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import table
from benchmarks.installation import ROOT, run_alone

if TYPE_CHECKING:
    from tallystick.tracking.imports.reading.rows import Row
    from tallystick.tracking.inbox.wire import Receipt

RUNS = int(os.environ.get("RUNS", "3"))
SEED = int(os.environ.get("SEED", "1"))
RETAIL = ROOT.parent / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
COLUMNS = ("order", "sku", "name", "quantity", "at", "price", "customer", "country")
KEYS = {"keyed": ("order", "sku")}
GROUPS = {"grouped": ("order",), "retail by order": ("InvoiceNo",)}
WAYS = ["keyless", "keyed", "grouped"]
REFERENCES = ("csv.reader", "executemany", "COPY")
SMALL_MB = 100
MEGABYTE = 1_000_000


def main() -> None:
    """Write the files, run every way RUNS times, print the tables; the files are deleted in any case."""
    parser = argparse.ArgumentParser(description="Rows a second into receipts, and peak memory.")
    parser.add_argument(
        "--megabytes", type=int, default=20, help="size of the file; 2000 for the claim of 2 GB"
    )
    parser.add_argument("--only-memory", action="store_true", help="do not measure speed")
    parser.add_argument("--way", choices=WAYS, action="append", help="only these")
    asked = parser.parse_args()
    ways = asked.way or WAYS
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as name:
        folder = Path(name)
        if not asked.only_memory:
            speed(folder, asked.megabytes, ways)
        memory(folder, asked.megabytes, ways)


def speed(folder: Path, megabytes: int, ways: list[str]) -> None:
    """Print rows a second of each part, and their ratios to the references."""
    files = dict.fromkeys(ways, orders(folder / "orders.csv", megabytes))
    if RETAIL.exists():
        retail = folder / "retail.csv"
        with gzip.open(RETAIL) as packed, retail.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        files |= dict.fromkeys(("retail", "retail by order"), retail)
    for way, path in files.items():
        runs = [
            json.loads(run_alone("benchmarks.bench_imports", "--once", way, str(path))) for _ in range(RUNS)
        ]
        rows = sum(1 for _ in _rows(path))
        figures = {
            part: {
                "rows/s": [rows / run[part][0] for run in runs],
                "rows/s of CPU": [rows / run[part][1] for run in runs],
                **{f"of {name}": [run[name][0] / run[part][0] for run in runs] for name in REFERENCES},
            }
            for part in runs[0]
        }
        size = path.stat().st_size / MEGABYTE
        print(f"{way}: {rows:,} rows, {size:,.0f} MB, seed {SEED}, {RUNS} runs: min / median / max")
        print(table("part", figures), flush=True)


def memory(folder: Path, megabytes: int, ways: list[str]) -> None:
    """Print the peak memory for the file and for a smaller one, and how much more the larger takes."""
    sizes = (min(SMALL_MB, megabytes // 2), megabytes)
    files = {size: orders(folder / f"orders-{size}.csv", size) for size in sizes}
    figures = {}
    for way in ways:
        peaks = [
            float(run_alone("benchmarks.bench_imports", "--peak", way, str(files[size]))) for size in sizes
        ]
        columns = {f"MB for {size:,} MB": [peak] for size, peak in zip(sizes, peaks, strict=True)}
        figures[way] = {**columns, "ratio": [peaks[1] / peaks[0]]}
    print(table("peak memory", figures))


def orders(path: Path, megabytes: int) -> Path:
    """A file of about that size: orders of twenty lines, some of which stand there twice."""
    chance = random.Random(SEED)
    with path.open("w", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        number = 0
        while file.tell() < megabytes * MEGABYTE:
            lines = [_line(chance, place) for place in range(number, number + 10_000)]
            file.writelines(lines)
            file.writelines(lines[::100])
            number += len(lines)
    return path


def _line(chance: random.Random, number: int) -> str:
    return (
        f"{number // 20:08},{chance.randrange(4000):05}-{number % 20},White hanging heart {number % 971},"
        f"{chance.randrange(1, 50)},2026-03-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:00Z,"
        f"{chance.randrange(2000) / 100:.2f},{chance.randrange(90_000)},United Kingdom\n"
    )


def once(way: str, path: Path) -> dict[str, tuple[float, float]]:
    """Seconds, and seconds of CPU, of each reference and of each part."""
    folder = Path(os.environ["TALLYSTICK_DATA_DIR"])
    rows = _timed(lambda: deque(_rows(path), maxlen=0))
    receipts = _timed(lambda: deque(_receipts(way, path), maxlen=0))
    everything = _timed(lambda: _keep(way, path, folder))
    return {
        "csv.reader": _timed(lambda: deque(_cells(path), maxlen=0)),
        "executemany": _timed(lambda: _executemany(path, folder / "reference.db")),
        "COPY": _timed(lambda: _copy(path, folder / "reference.parquet")),
        "reading": rows,
        "receipts_of": _more(receipts, rows),
        "append": _more(everything, receipts),
        "all together": everything,
    }


def _rows(path: Path) -> Iterator[Row]:
    from tallystick.tracking.imports.reading.source import open_source

    with open_source(path) as source:
        yield from source.rows


def _receipts(way: str, path: Path) -> Iterator[Receipt]:
    from tallystick.kit import clock, ids
    from tallystick.tracking.events.mapping.form import Mapping
    from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of

    arrival = Arrival(ids.new(), "orders", path.name, clock.now(), ids.new())
    mapping = Mapping(name="orders", key=KEYS.get(way, ()), group_by=GROUPS.get(way, ()))
    return receipts_of(_rows(path), arrival, mapping=mapping)


def _keep(way: str, path: Path, folder: Path) -> None:
    from tallystick.tracking.imports.receiving.receive import append, steps
    from tallystick.tracking.inbox.stores.sqlite import SqliteStore

    with closing(SqliteStore(folder / "inbox")) as store:
        for step in steps(_receipts(way, path)):
            append(step, store=store)


def _cells(path: Path) -> Iterator[list[str]]:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        yield from csv.reader(file)


def _executemany(path: Path, database: Path) -> None:
    from tallystick.foundation.sqlite.connect import connect
    from tallystick.tracking.imports.receiving.receive import STEP

    rows = _cells(path)
    columns = next(rows)
    with closing(connect(database)) as connection:
        connection.execute(f"CREATE TABLE rows ({', '.join(columns)})".replace("order", '"order"'))
        insert = f"INSERT INTO rows VALUES ({', '.join('?' * len(columns))})"
        while step := list(islice(rows, STEP)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, step)
            connection.execute("COMMIT")


def _copy(path: Path, to: Path) -> None:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as engine:
        engine.execute(f"COPY (FROM read_csv('{path}', all_varchar = true)) TO '{to}' (FORMAT parquet)")


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _more(with_it: tuple[float, float], without: tuple[float, float]) -> tuple[float, float]:
    return with_it[0] - without[0], with_it[1] - without[1]


def _peak(way: str, path: Path) -> float:
    _keep(way, path, Path(os.environ["TALLYSTICK_DATA_DIR"]))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(sys.argv[2], Path(sys.argv[3]))))
    elif sys.argv[1:2] == ["--peak"]:
        print(_peak(sys.argv[2], Path(sys.argv[3])))
    else:
        main()
