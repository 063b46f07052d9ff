"""The rate by partner and device, as ours is compiled and as we would write it by hand, on the same Parquet files.

Of TOUCHES of the seeded crowd (5,000 partners by Zipf, 90 days), over all 90 days and over the last 28. `ask` is the
whole answer: every cell, the total, the house's rate, what stands aside, the intervals; `its SQL` is the texts alone
that it lets the engine run; `counts only` asks for no intervals. The queries by hand give the rows and their clustered
sums and nothing else, but for `all of it`, which gives what an answer is made of. All must give the same figures before
anything is timed. Ratios are of CPU: `to all of it` compares equals, `to rows` with the DuckDB query by hand that takes
least for the rows alone. TOUCHES, RUNS, SEED and MEMORY_MB in the environment change the size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import by_hand
from benchmarks.figures import table
from benchmarks.questions import question
from benchmarks.runs import RUNS, SEED, TOUCHES, Watched, facts, timed, unasked

if TYPE_CHECKING:
    from tallystick.measurement.kpis.answers import Answer
    from tallystick.measurement.warehouse.queries import Snapshot

PERIODS = (90, 28)
WHOLE = "DuckDB by hand, all of it"


def main() -> None:
    """Write the files, check that all ways agree, time them in turn, print a table for each period."""
    with facts(TOUCHES) as (snapshot, engine):
        for days in PERIODS:
            print(
                f"rate by partner × device, {days} days of {TOUCHES:,} touches, seed {SEED}, {RUNS} runs: "
                "min / median / max"
            )
            print(table("query", _figures(_ways(snapshot, engine, days))), flush=True)


def _ways(snapshot: Snapshot, engine: Watched, days: int) -> dict[str, Callable[[], Any]]:
    from tallystick.measurement.kpis.queries import ask

    asked = question(last_days=days, by=("partner", "device"))
    counted = question(last_days=days, by=("partner", "device"), intervals=False)
    answer, calls = engine.watch(partial(ask, asked, engine=engine, snapshot=snapshot))
    used = _parameters(asked)
    first = used["start"].astimezone(UTC).date()  # by hand as well, only the files are named that can matter
    tables = {name: snapshot.paths(name, first=first) for name in ("touchpoints", "paths")}
    ways: dict[str, Callable[[], Any]] = {
        name: partial(engine.rows, sql, used, tables=tables) for name, sql in by_hand.CELLS.items()
    }
    ways["Polars by hand"] = partial(by_hand.by_polars, used, tables)
    _agree(answer, ways)
    ways[WHOLE] = partial(engine.rows, by_hand.WHOLE, used, tables=tables)
    _agree_on_all(answer, ways[WHOLE]())
    ways["its SQL"] = lambda: [engine.rows(sql, values, tables=files) for sql, values, files in calls]
    ways["ask"] = lambda: ask(asked, engine=engine, snapshot=unasked(snapshot))
    ways["ask, counts only"] = lambda: ask(counted, engine=engine, snapshot=unasked(snapshot))
    return ways


def _figures(ways: Mapping[str, Callable[[], Any]]) -> dict[str, dict[str, list[float]]]:
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            times[name].append(timed(way))
    cpus = {name: [cpu for _, cpu in each] for name, each in times.items()}
    rows = cpus[min(by_hand.CELLS, key=lambda name: median(cpus[name]))]
    return {
        name: {
            "ms": [1000 * wall for wall, _ in times[name]],
            "ms of CPU": [1000 * cpu for cpu in cpus[name]],
            "to rows": [cpu / reference for cpu, reference in zip(cpus[name], rows, strict=True)],
            "to all of it": [cpu / reference for cpu, reference in zip(cpus[name], cpus[WHOLE], strict=True)],
        }
        for name in ways
    }


def _parameters(asked: Any) -> dict[str, Any]:
    from tallystick.kit import clock

    zone, period = asked.versions[0].zone, asked.period
    return {
        "program": asked.program_id.bytes,
        "definition": asked.versions[0].definition_id.bytes,
        "as_of": asked.as_of,
        "start": clock.day_start(period.from_on, zone),
        "end": clock.day_start(period.until_on, zone),
    }


def _agree(answer: Answer, ways: Mapping[str, Callable[[], Sequence[Mapping[str, Any]]]]) -> None:
    (section,) = answer.sections
    ours = {
        cell.keys: tuple(getattr(cell.statistics, figure) for figure in by_hand.FIGURES)
        for cell in section.rows
        if cell.statistics.units
    }
    for name, way in ways.items():
        theirs = {
            (_id(row["partner_id"]), row["device"]): tuple(row[figure] for figure in by_hand.FIGURES)
            for row in way()
        }
        if theirs != ours:
            differ = next(key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key))
            raise SystemExit(
                f"{name} does not agree at {differ}: {theirs.get(differ)}, ask says {ours.get(differ)}"
            )


def _agree_on_all(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> None:
    (section,) = answer.sections
    figures = (*by_hand.FIGURES, "excluded")
    cells: dict[Any, Any] = {("row", *cell.keys): cell for cell in section.rows}
    cells |= {("total", None, None): section.total, ("baseline", None, None): section.baseline}
    ours = {key: tuple(getattr(cell.statistics, figure) for figure in figures) for key, cell in cells.items()}
    of_scope = {row["scope"]: row for row in rows}
    theirs = {
        (row["scope"], row["partner_id"] and _id(row["partner_id"]), row["device"]): tuple(
            row[figure] for figure in figures
        )
        for row in rows
        if row["scope"] in ("row", "total", "baseline")
    }
    if theirs != ours:
        differ = next(key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key))
        raise SystemExit(
            f"{WHOLE} does not agree at {differ}: {theirs.get(differ)}, ask says {ours.get(differ)}"
        )
    days = [_day(of_scope["extent"][name], section.version.zone) for name in ("first_us", "last_us")]
    others, told = (
        (of_scope["aside"]["conversions"], *days),
        (section.aside, section.first_on, section.last_on),
    )
    if others != told:
        raise SystemExit(f"{WHOLE} does not agree: {others}, ask says {told}")


def _day(micros: int, zone: Any) -> date:
    from tallystick.kit import clock

    return clock.day_of(clock.from_micros(micros), zone)


def _id(raw: bytes) -> Any:
    from uuid import UUID

    return UUID(bytes=raw)


if __name__ == "__main__":
    main()
