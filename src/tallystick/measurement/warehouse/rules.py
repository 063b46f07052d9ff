"""What the warehouse asks of those who have facts, where their files lie, and how long old ones stay. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, Protocol
from uuid import UUID

from tallystick.kit.facts import ChangedDays, FactTable

ROWS_PER_FILE: Final = 250_000
"""The most rows of one part file: it bounds the memory of publishing a day of any size. WH-PARTS."""

KEEP_UNNAMED: Final = timedelta(minutes=10)
"""How long a file stays after its replacement, so that a query begun before can end. WH-SWEEP."""


class FactSource(Protocol):
    """One fact table's source. Its methods are called with the brand in scope, outside any transaction.

    Promise of `changed_days`: a change that is visible in the database and lies behind no earlier cursor is in
    `days` or makes `left` more than 0. Promise of `rows`: every current row of that UTC day, in the order of the
    columns, ids as `uuid.UUID`, instants as aware datetimes. Rows that change while a day is written make it
    change again.
    """

    @property
    def table(self) -> FactTable:
        """The schema, one of `kit.facts.TABLES`."""
        ...

    @property
    def follows(self) -> str:
        """The rows whose steps the cursor counts, in a word: what two sources follow waits once, not twice."""
        ...

    def changed_days(self, after: Any, *, limit: int) -> ChangedDays:
        """The days changed since `after`, a cursor that this method gave, or None for all; about `limit` changes."""
        ...

    def waiting(self, after: Any) -> int:
        """How many of the rows it follows lie behind that cursor."""
        ...

    def rows(self, day: date) -> Iterator[tuple[Any, ...]]:
        """Every current row of one UTC day, never all of them in memory."""
        ...


class BadFact(ValueError):
    """A source broke its promise; nothing of the day was published, and what was there before still is."""


def cursor_name(table: FactTable) -> str:
    """The name of the lane cursor that remembers how far a table is published."""
    return f"warehouse.{table.name}"


def brand_folder(brand_id: UUID) -> str:
    """The folder of one brand, relative to the warehouse directory: a brand's facts can be removed as one."""
    return f"brand={brand_id.hex}"


def part_path(*, brand_id: UUID, table: FactTable, day: date, part: UUID) -> str:
    """Where a new part file lies, relative to the warehouse directory. Each has its own id: no name is used twice."""
    return str(
        PurePosixPath(
            brand_folder(brand_id), table.name, f"day={day.isoformat()}", f"part-{part.hex}.parquet"
        )
    )
