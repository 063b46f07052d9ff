"""Where each stage of the journey spends its time: the functions that take most of it themselves, by cProfile.

The same crowd and installation as bench_journey, live on SQLite. The profiler slows Python's own code down more than
what it calls, so that shares are a hint and no figure. RECEIPTS, ROUND, SEED and PARTNERS in the environment.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path

from benchmarks.bench_journey import RECEIPTS, ROUND, SEED, append, finish
from benchmarks.installation import PARTNERS, ROOT, SQLITE, open_installation, prepared

MOST = 12


def main() -> None:
    """Profile one run in a process of its own and print a table for each stage."""
    with prepared(SQLITE) as run_alone:
        print(run_alone("benchmarks.bench_profile", "--once"))


def once() -> str:
    """The tables of all stages."""
    brand_id = open_installation()
    from benchmarks.crowd import receipts
    from tallystick.journey import STAGES

    profiles: dict[str, cProfile.Profile] = defaultdict(cProfile.Profile)
    arrived = iter(receipts(brand_id, RECEIPTS, partners=PARTNERS, days=1, seed=SEED))
    while round_ := list(islice(arrived, ROUND)):
        append(round_)
        for stage in STAGES:
            with profiles[stage.name]:
                finish(stage, brand_id)
    return "\n\n".join(_told(name, profile) for name, profile in profiles.items())


def _told(name: str, profile: cProfile.Profile) -> str:
    stats = pstats.Stats(profile).get_stats_profile()
    most = sorted(stats.func_profiles.items(), key=lambda each: -each[1].tottime)[:MOST]
    lines = [
        f"{100 * one.tottime / stats.total_tt:5.1f} %  {one.ncalls:>12} calls  {_place(one)} {function}"
        for function, one in most
    ]
    return "\n".join(
        [f"{name}: {1e6 * stats.total_tt / RECEIPTS:,.0f} µs a receipt under the profiler", *lines]
    )


def _place(one: pstats.FunctionProfile) -> str:
    path = Path(one.file_name)
    if path.is_relative_to(ROOT):
        return f"{path.relative_to(ROOT)}:{one.line_number}"
    return "/".join(path.parts[-2:])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(once())
    else:
        main()
