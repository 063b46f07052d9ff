"""The tally of all torture runs there have ever been: a text file with one line a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("results.tsv")
COLUMNS = ("at", "harness", "on", "seed", "rounds", "kills", "lost", "doubled", "control_found")


def add(line: Mapping[str, object]) -> None:
    """Append what one run did."""
    if not FILE.exists():
        FILE.write_text("\t".join(COLUMNS) + "\n")
    said = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **line}
    with FILE.open("a") as file:
        file.write("\t".join(str(said[name]) for name in COLUMNS) + "\n")


def rounds_done(harness: str, on: str, seed: int) -> int:
    """How many rounds of a seed were run before: the next run goes on from there."""
    if not FILE.exists():
        return 0
    lines = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in FILE.read_text().splitlines()[1:]]
    wanted = (harness, on, str(seed))
    return sum(int(line["rounds"]) for line in lines if (line["harness"], line["on"], line["seed"]) == wanted)
