"""How long the command line takes to say something, against an interpreter that says nothing.

A ratio of 10 takes ten times as long as `python -c pass`. RUNS in the environment changes how often.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import table
from benchmarks.installation import environment

RUNS = int(os.environ.get("RUNS", "7"))
PATHS = "path;total_conversions;total_conversion_value;total_null\nalice > bob;2;100;1\nbob;1;50;3\n"


def main() -> None:
    """Run every command RUNS times, in turn, and print the table."""
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as place:
        folder = Path(place)
        (folder / "paths.csv").write_text(PATHS)
        program = [sys.executable, "-m", "tallystick"]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "tallystick --help": [*program, "--help"],
            "tallystick analyze paths": [*program, "analyze", "paths", str(folder / "paths.csv"), "--json"],
            "tallystick init": [*program, "init"],
            "tallystick journey": [*program, "journey"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        env = environment(folder)
        for turn in range(RUNS + 1):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True)
                if turn:  # the first turn fills the caches
                    seconds[name].append(time.perf_counter() - start)
    empty = seconds["python -c pass"]
    rows = {
        name: {
            "ms": [1000 * one for one in times],
            "ratio": [a / b for a, b in zip(times, empty, strict=True)],
        }
        for name, times in seconds.items()
    }
    print(f"{RUNS} runs: min / median / max")
    print(table("command", rows))


if __name__ == "__main__":
    main()
