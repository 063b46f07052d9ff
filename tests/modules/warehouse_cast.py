"""Facts for the tests of the warehouse, also for the processes that tests kill."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from tallystick.foundation.scoping import brand_scope
from tallystick.kit.facts import CONVERSIONS, TOUCHPOINTS, Changes, FactTable
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.queries import snapshot
from tallystick.partners.programs.models import Brand

MONDAY = date(2026, 3, 9)
TUESDAY = date(2026, 3, 10)


def keep_facts_in(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the warehouse lie there, with little for the engine."""
    limits = SimpleNamespace(
        warehouse_dir=place, warehouse_keep_days={}, duckdb_memory_mb=256, duckdb_threads=1
    )
    monkeypatch.setattr(settings, "TALLYSTICK", limits)
    return place


@contextmanager
def a_brand() -> Iterator[Brand]:
    """A brand, in scope."""
    brand = Brand(key="acme", name="Acme")
    brand.save()
    with brand_scope(brand.id):
        yield brand


def touch(number: int, day: date = MONDAY, **fields: Any) -> dict[str, Any]:
    """One touchpoint of a day, a minute after the one before it."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=number)
    row: dict[str, Any] = {column.name: None for column in TOUCHPOINTS.columns}
    return (
        row
        | {
            "event_id": UUID(int=number),
            "receipt_id": UUID(int=10_000 + number),
            "program_id": UUID(int=7),
            "occurred_at": at,
            "kind": "click",
            "visitor_type": "new",
            "counts": True,
            "label": "valid",
        }
        | fields
    )


@dataclass
class Notebook:
    """A source whose facts a test writes down: a line says what a number is from then on; the cursor counts lines."""

    table: FactTable = TOUCHPOINTS
    lines: list[tuple[int, dict[str, Any] | None]] = field(default_factory=list)
    follows: str = "notes"

    def write(self, *rows: dict[str, Any]) -> None:
        self.lines += [(row["event_id"].int, row) for row in rows]

    def strike(self, number: int) -> None:
        self.lines.append((number, None))

    def changes(self, after: Any, *, limit: int) -> Changes:
        reached = min((after or 0) + limit, len(self.lines))
        rewritten, added = set[date](), set[date]()
        for place in range(after or 0, reached):
            number, row = self.lines[place]
            days = {self._day(known) for at, known in self.lines[: place + 1] if at == number and known}
            (rewritten if self._known(number, after) or row is None else added).update(days)
        return Changes(
            frozenset(rewritten), frozenset(added - rewritten), reached or after, len(self.lines) - reached
        )

    def waiting(self, after: Any) -> int:
        return len(self.lines) - (after or 0)

    def rows(self, day: date, *, upto: Any) -> Iterator[tuple[Any, ...]]:
        for _, row in self._as_of(upto):
            if self._day(row) == day:
                yield self._tuple(row)

    def new_rows(self, after: Any, *, upto: Any) -> Iterator[tuple[Any, ...]]:
        for number, row in self._as_of(upto):
            if not self._known(number, after):
                yield self._tuple(row)

    def _as_of(self, cursor: Any) -> list[tuple[int, dict[str, Any]]]:
        newest = dict(self.lines[: cursor or 0])
        return [(number, row) for number, row in sorted(newest.items()) if row]

    def _known(self, number: int, cursor: Any) -> bool:
        return any(at == number for at, _ in self.lines[: cursor or 0])

    def _day(self, row: dict[str, Any]) -> date:
        return row[self.table.day_column].date()

    def _tuple(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[column.name] for column in self.table.columns)


def a_conversion(number: int, day: date = MONDAY) -> dict[str, Any]:
    """One conversion of a day."""
    names = ("conversion_id", "event_id", "receipt_id", "program_id", "definition_id")
    known = {"version": 1, "subject": "c", "customer_type": "new", "credited": True}
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    unknown = {"value_minor": None, "currency": None}
    return {**{name: UUID(int=number) for name in names}, **known, **unknown, "occurred_at": at}


def a_notebook_of_conversions() -> Notebook:
    return Notebook(table=CONVERSIONS)


def published(table: str = "touchpoints") -> list[int]:
    """The numbers of the facts that a reader sees now, in the brand in scope."""
    rows = configured.engine().rows(
        f"SELECT lower(hex(event_id)) AS id FROM {table} ORDER BY id",
        {},
        tables={table: snapshot().paths(table)},
    )
    return [int(row["id"], 16) for row in rows]


def counted() -> int:
    """How many touchpoints a reader of the counters sees now, in the brand in scope."""
    tables = {"touch_counts": snapshot().paths("touch_counts")}
    (row,) = configured.engine().rows("SELECT SUM(touches) AS n FROM touch_counts", {}, tables=tables)
    return int(row["n"] or 0)


def age(found: Iterable[Path]) -> None:
    """Make files look as if they had been written long ago."""
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    for file in found:
        os.utime(file, (long_ago, long_ago))
