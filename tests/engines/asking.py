"""A world on disk and who is asked about it: DuckDB, or every engine, and then all of them must say the same."""

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


def duckdb(root: Path) -> Engine:
    """The engine of the product."""
    return DuckDbEngine(memory_mb=256, threads=2, spill_dir=root / "spill")


def engines(root: Path) -> tuple[Engine, ...]:
    """DuckDB, and ClickHouse where its wheel is there."""
    return (duckdb(root), ChdbEngine()) if is_there() else (duckdb(root),)


class Asking:
    """A world on disk, asked by the words of `kpis.queries`; everywhere: of every engine, not of DuckDB alone.

    ClickHouse takes longer to plan a text than DuckDB to answer it, so it is asked only where engines could differ.
    """

    def __init__(self, world: World, root: Path, *, everywhere: bool = False) -> None:
        self.world, self.engines = world, engines(root) if everywhere else (duckdb(root),)
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
