"""Every engine is asked everything: an answer passes only if all of them say the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from tallystick.measurement.kpis.answers import Answer, CreditPage, UnitPage
from tallystick.measurement.kpis.queries import ask, credits_of, receipts_of
from tallystick.measurement.kpis.questions import Question
from tallystick.measurement.warehouse.engine import DuckDbEngine, Engine
from tests.engines.clickhouse import ChdbEngine, is_there
from tests.engines.world import World

Asked = ParamSpec("Asked")
Found = TypeVar("Found")


def engines(root: Path) -> tuple[Engine, ...]:
    """DuckDB, and ClickHouse where its wheel is there."""
    duckdb = DuckDbEngine(memory_mb=256, threads=2, spill_dir=root / "spill")
    return (duckdb, ChdbEngine()) if is_there() else (duckdb,)


class Asking:
    """A world on disk, asked by the words of `kpis.queries`."""

    def __init__(self, world: World, root: Path) -> None:
        self.world, self.engines = world, engines(root)
        self.snapshot = world.write(root)

    def ask(self, question: Question, **more: Any) -> Answer:
        return self._agreed(ask, question, **more)

    def receipts_of(self, question: Question, *keys: Any, **more: Any) -> tuple[UnitPage, ...]:
        return self._agreed(receipts_of, question, *keys, **more)

    def credits_of(self, question: Question, *keys: Any, **more: Any) -> tuple[CreditPage, ...]:
        return self._agreed(credits_of, question, *keys, **more)

    def _agreed(
        self,
        asked: Callable[Concatenate[Question, Asked], Found],
        question: Question,
        *keys: Any,
        **more: Any,
    ) -> Found:
        first, *others = (
            asked(question, *keys, engine=engine, snapshot=self.snapshot, **more) for engine in self.engines
        )
        for other in others:
            assert other == first
        return first
