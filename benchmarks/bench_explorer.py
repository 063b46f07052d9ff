"""What somebody who explores asks, of TOUCHES of the seeded crowd: how long until the whole answer is there.

cold: nothing of the answer was computed before; warm: the same question again, over the same files. `SQL` is the part
of the cold answer that the engine takes. `counts only` asks for no intervals. The reference, in the same run: the least
that any of them can be, one scan by hand that counts the clicks of all days by device. A ratio of 2 takes twice as long
as that. TOUCHES, RUNS, SEED and MEMORY_MB in the environment change the size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from benchmarks.figures import table
from benchmarks.questions import question
from benchmarks.runs import RUNS, SEED, TOUCHES, Watched, facts, timed, unasked

if TYPE_CHECKING:
    from tallystick.measurement.warehouse.queries import Snapshot

GOAL_MS: Final = 300
SCAN: Final = "SELECT device, count(*) FROM touchpoints WHERE kind = 'click' AND counts GROUP BY device"
ASKED: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "partners, first 50": {"by": ("partner",), "top": 50},
        "partner × device, first 50": {"by": ("partner", "device"), "top": 50},
        "days": {"by": ("day",)},
        "devices": {"by": ("device",)},
        "campaigns": {"by": ("campaign",)},
        "time since touch": {"by": ("time_since_touch",)},
        "landing pages, first 50": {"by": ("landing_page",), "top": 50},
        "one partner by day": {"by": ("day",), "one_partner": True},
        "devices, 28 days and those before": {"by": ("device",), "last_days": 28, "compare_previous": True},
        "revenue of partners, first 50": {"by": ("partner",), "top": 50, "kpi": "gross_revenue"},
        "conversions by day": {"by": ("day",), "kpi": "attributed_conversions"},
        "rate of sessions": {"by": ("device",), "denominator": "sessions"},
    }
)


def main() -> None:
    """Write the files, ask everything RUNS times, print the table and what misses the goal."""
    with facts(TOUCHES) as (snapshot, engine):
        scan = partial(engine.rows, SCAN, {}, tables={"touchpoints": snapshot.paths("touchpoints")})
        rows: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in ("one scan", *ASKED)}
        scan()
        for _ in range(RUNS):
            least = timed(scan)[0]
            rows["one scan"] = _figures(rows["one scan"], [least] * 5, least)
            for name, asked in ASKED.items():
                rows[name] = _figures(rows[name], _times(asked, snapshot, engine), least)
    print(f"{TOUCHES:,} touches, seed {SEED}, {RUNS} runs: min / median / max")
    print(table("asked", rows))
    for column in ("cold ms", "warm ms", "counts only cold ms"):
        missed = [name for name in ASKED if sorted(rows[name][column])[RUNS // 2] > GOAL_MS]
        print(f"{column} over {GOAL_MS}: {', '.join(missed) or 'none'}")


def _times(asked: Mapping[str, Any], snapshot: Snapshot, engine: Watched) -> list[float]:
    from tallystick.measurement.kpis.queries import ask

    fresh, counted = unasked(snapshot), unasked(snapshot)
    exact, rough = made(asked, intervals=True), made(asked, intervals=False)
    engine.seconds = 0.0
    cold = timed(partial(ask, exact, engine=engine, snapshot=fresh))[0]
    sql = engine.seconds
    return [
        cold,
        sql,
        timed(partial(ask, exact, engine=engine, snapshot=fresh))[0],
        timed(partial(ask, rough, engine=engine, snapshot=counted))[0],
        timed(partial(ask, rough, engine=engine, snapshot=counted))[0],
    ]


def made(asked: Mapping[str, Any], *, intervals: bool) -> Any:
    """One of ASKED as a question."""
    from benchmarks.generated import partner
    from tallystick.partners.programs.rules import Denominator

    fields: dict[str, Any] = {"last_days": 90, "intervals": intervals, **asked}
    if fields.pop("one_partner", False):
        fields["where"] = (("partner", partner(2)),)
    if "denominator" in fields:
        fields["denominator"] = Denominator(fields["denominator"])
    return question(**fields)


def _figures(known: Mapping[str, list[float]], times: list[float], least: float) -> dict[str, list[float]]:
    names = ("cold ms", "SQL ms", "warm ms", "counts only cold ms", "counts only warm ms")
    found = {name: [*known.get(name, []), 1000 * one] for name, one in zip(names, times, strict=True)}
    return {**found, "cold ratio": [*known.get("cold ratio", []), times[0] / least]}


if __name__ == "__main__":
    main()
