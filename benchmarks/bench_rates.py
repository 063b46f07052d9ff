"""The compiled query of a rate against the best query that we could write by hand, on the same Parquet files.

One program's clicks by partner, cohort basis: about four clicks to a visitor, the clicks of one visitor in ten hold
credit. Both queries go through the same engine and must give the same figures; `ask` is the whole answer with total,
house baseline and intervals. A ratio of 2 takes twice as long as by hand. CLICKS, RUNS and SEED in the environment
change the size.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from benchmarks.figures import table

CLICKS = int(os.environ.get("CLICKS", "1000000"))
RUNS = int(os.environ.get("RUNS", "5"))
SEED = int(os.environ.get("SEED", "1"))
DAYS, PARTNERS, PER_VISITOR, ONE_IN = 28, 50, 4, 10
FIRST = date(2026, 3, 2)
PROGRAM, DEFINITION = UUID(int=1 << 96), UUID(int=2 << 96)
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)

BY_HAND = """
WITH won AS (
    SELECT event_id, count(*) AS credits FROM credits
    WHERE program_id = $program AND definition_id = $definition AND share_ppb > 0 AND converted_at <= $as_of
    GROUP BY event_id
), visitors AS (
    SELECT t.partner_id, t.visitor, count(*) AS u, count(w.event_id) AS s
    FROM touchpoints t LEFT JOIN won w USING (event_id)
    WHERE t.program_id = $program AND t.kind = 'click' AND t.counts AND t.partner_id IS NOT NULL
    AND t.occurred_at >= $start AND t.occurred_at < $end
    GROUP BY t.partner_id, t.visitor
), reach AS (
    SELECT t.partner_id, count(DISTINCT c.conversion_id) AS conversions, sum(c.share_ppb) AS share_ppb
    FROM credits c JOIN touchpoints t USING (event_id)
    WHERE c.program_id = $program AND c.definition_id = $definition AND c.share_ppb > 0 AND c.converted_at <= $as_of
    AND t.kind = 'click' AND t.counts AND t.occurred_at >= $start AND t.occurred_at < $end
    GROUP BY t.partner_id
)
SELECT lower(hex(v.partner_id)) AS k1, sum(u) AS units, sum(s) AS successes, count(*) AS clusters,
    sum(u * u) AS units_sq, sum(s * s) AS successes_sq, sum(u * s) AS units_successes,
    any_value(r.conversions) AS conversions,
    any_value(r.share_ppb) AS share_ppb
FROM visitors v LEFT JOIN reach r USING (partner_id) GROUP BY v.partner_id ORDER BY k1
"""


def main() -> None:
    """Write the files, check that both queries agree, time them in turn, print the table."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.project.settings")
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as folder:
        os.environ["TALLYSTICK_DATA_DIR"] = folder
        django.setup()
        seconds = _seconds(Path(folder))
    rows = {
        name: {
            "ms": [1000 * one for one in times],
            "ratio": [a / b for a, b in zip(times, seconds["by hand"], strict=True)],
        }
        for name, times in seconds.items()
    }
    print(
        f"{CLICKS:,} clicks in {DAYS} files, by {PARTNERS} partners, seed {SEED}, {RUNS} runs: min / median / max"
    )
    print(table("query", rows))


def _seconds(folder: Path) -> dict[str, list[float]]:
    from tallystick.measurement.kpis import compile as compiler
    from tallystick.measurement.kpis.queries import ask
    from tallystick.measurement.kpis.questions import parts
    from tallystick.measurement.warehouse.engine import DuckDbEngine

    files = _snapshot(folder)
    engine = DuckDbEngine(memory_mb=1024, threads=os.cpu_count() or 1, spill_dir=folder / "spill")
    question = _question()
    compiled = compiler.compile_cells(parts(question)[0].cut, dialect=engine.dialect)
    tables = {name: files.paths(name) for name in ("touchpoints", "conversions", "credits")}
    used = {name: compiled.parameters[name] for name in ("program", "definition", "as_of", "start", "end")}
    ways: dict[str, Callable[[], Any]] = {
        "by hand": partial(engine.rows, BY_HAND, used, tables=tables),
        "compiled": partial(engine.rows, compiled.sql, compiled.parameters, tables=tables),
        "ask": partial(ask, question, engine=engine, snapshot=files),
    }
    _agree(ways["by hand"](), ways["compiled"]())
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def _agree(by_hand: list[dict[str, Any]], compiled: list[dict[str, Any]]) -> None:
    for hand, ours in zip(by_hand, compiled, strict=True):
        different = {name: (value, ours[name]) for name, value in hand.items() if value != ours[name]}
        if different:
            raise SystemExit(f"the two queries do not agree: {different}")


def _question() -> Any:
    from tallystick.measurement.kpis.questions import Period, Question
    from tallystick.partners.programs.rules import Denominator, Meaning, Version

    version = Version(
        definition_id=DEFINITION,
        definition_key="purchase",
        definition_name="Purchase",
        program_id=PROGRAM,
        zone=ZoneInfo("Europe/Berlin"),
        version=1,
        effective_on=date(2026, 1, 1),
        primary=True,
        meaning=Meaning(denominator=Denominator.CLICKS, alternates=()),
    )
    period = Period(FIRST, FIRST + timedelta(days=DAYS))
    return Question(program_id=PROGRAM, versions=[version], as_of=AS_OF, by=("partner",), period=period)


def _snapshot(folder: Path) -> Any:
    """The facts as the warehouse lays them out, made by the column: a million clicks in a few seconds."""
    from tallystick.kit.facts import CREDITS, TOUCHPOINTS
    from tallystick.measurement.warehouse.queries import LiveFile, Snapshot

    chance = np.random.default_rng(SEED)
    micros = np.sort(chance.integers(0, DAYS * 86_400_000_000, CLICKS)) + _micros(FIRST)
    visitor = chance.integers(0, CLICKS // PER_VISITOR, CLICKS)
    touches = pl.DataFrame(
        {
            "event_id": _ids(10, np.arange(CLICKS)),
            "receipt_id": _ids(11, np.arange(CLICKS)),
            "occurred_at": pl.Series(micros).cast(pl.Datetime("us", "UTC")),
            "visitor": [f"v{number}" for number in visitor],
            "partner_id": _ids(3, chance.integers(0, PARTNERS, CLICKS)),
            "counts": chance.random(CLICKS) > 0.02,
        }
    ).with_columns(
        program_id=pl.lit(PROGRAM.bytes),
        kind=pl.lit("click"),
        visitor_type=pl.lit("unknown"),
        label=pl.lit("valid"),
    )
    credited = np.flatnonzero((visitor % ONE_IN == 0) & touches["counts"].to_numpy())[: CLICKS // 20]
    credits = pl.DataFrame(
        {
            "conversion_id": _ids(4, visitor[credited]),
            "event_id": touches["event_id"].gather(credited),
            "touched_at": touches["occurred_at"].gather(credited),
            "converted_at": touches["occurred_at"].gather(credited) + timedelta(hours=1),
            "subject": touches["visitor"].gather(credited),
        }
    ).with_columns(
        program_id=pl.lit(PROGRAM.bytes),
        definition_id=pl.lit(DEFINITION.bytes),
        version=pl.lit(1, pl.Int64),
        customer_type=pl.lit("new"),
        share_ppb=pl.lit(500_000_000, pl.Int64),
        via=pl.lit("path"),
    )
    live = []
    for facts, frame in ((TOUCHPOINTS, touches), (CREDITS, credits)):
        whole = frame.with_columns(
            pl.lit(None).alias(c.name) for c in facts.columns if c.name not in frame.columns
        )
        for (day,), rows in whole.group_by(pl.col(facts.day_column).dt.date(), maintain_order=True):
            path = folder / f"{facts.name}-{day}.parquet"
            rows.select([c.name for c in facts.columns]).write_parquet(path, compression="zstd")
            live.append(LiveFile(facts.name, day, path))
    return Snapshot(tuple(live))


def _ids(kind: int, numbers: Any) -> list[bytes]:
    head = kind.to_bytes(8, "big")
    return [head + int(number).to_bytes(8, "big") for number in numbers]


def _micros(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000


if __name__ == "__main__":
    main()
