"""Facts for the tests of the warehouse, also for the processes that those tests kill."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tallystick.kit.facts import CREDITS, TOUCHPOINTS, ChangedDays, FactTable
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.queries import snapshot

MONDAY = date(2026, 3, 9)
TUESDAY = date(2026, 3, 10)


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
    """A source whose facts a test writes down; every change is a line that the cursor counts."""

    table: FactTable = TOUCHPOINTS
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)
    changes: list[date] = field(default_factory=list)
    follows: str = "notes"

    def write(self, *rows: dict[str, Any]) -> None:
        for row in rows:
            self.facts[row["event_id"].int] = row
            self.changes.append(row[self.table.day_column].date())

    def strike(self, number: int) -> None:
        self.changes.append(self.facts.pop(number)[self.table.day_column].date())

    def changed_days(self, after: Any, *, limit: int) -> ChangedDays:
        new = self.changes[after or 0 :]
        reached = (after or 0) + min(limit, len(new))
        return ChangedDays(frozenset(new[:limit]), reached or after, len(self.changes) - reached)

    def waiting(self, after: Any) -> int:
        return len(self.changes) - (after or 0)

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        for _, row in sorted(self.facts.items()):
            if row[self.table.day_column].date() == day:
                yield tuple(row[column.name] for column in self.table.columns)


def a_credit(number: int, day: date = MONDAY) -> dict[str, Any]:
    """One credit of a day."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    ids = {name: UUID(int=number) for name in ("conversion_id", "event_id", "program_id", "definition_id")}
    plain = {"version": 1, "subject": "c", "customer_type": "new", "share_ppb": 1, "via": "path"}
    return {**ids, **plain, "converted_at": at, "touched_at": at}


def a_notebook_of_credits() -> Notebook:
    return Notebook(table=CREDITS)


def published(table: str = "touchpoints") -> list[int]:
    """The numbers of the facts that a reader sees now, in the brand in scope."""
    rows = configured.engine().rows(
        f"SELECT lower(hex(event_id)) AS id FROM {table} ORDER BY id",
        {},
        tables={table: snapshot().paths(table)},
    )
    return [int(row["id"], 16) for row in rows]


def tell(**facts: Any) -> None:
    """Say something to the test that started this process."""
    print(json.dumps(facts))


def age(found: Iterable[Path]) -> None:
    """Make files look as if they had been written long ago."""
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    for file in found:
        os.utime(file, (long_ago, long_ago))
