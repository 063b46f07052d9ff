"""What the warehouse asks of those who have facts, where their files lie, and how long old ones stay. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, Protocol
from uuid import UUID

from tallystick.kit.facts import Changes, FactTable

ROWS_PER_FILE: Final = 250_000
"""The most rows of one part file: it bounds the memory of publishing a day of any size. WH-PARTS."""

KEEP_UNNAMED: Final = timedelta(minutes=10)
"""How long a file stays after its replacement, so that a query begun before can end. WH-SWEEP."""


class FactSource(Protocol):
    """One fact table's source. Its methods are called with the brand in scope, outside any transaction.

    A cursor says up to where the facts are looked at. Promise: what `rows` and `new_rows` give depends on the day and
    the cursors alone, whatever was recorded since; so the rows of a day as of `upto` are those as of `after` and the new
    ones of that day between the two, unless the day is among the `rewritten`. Rows come in the order of the columns,
    ids as `uuid.UUID`, instants as aware datetimes. A change that is visible in the database and lies behind no earlier
    cursor is in `Changes` or makes `left` more than 0.
    """

    @property
    def table(self) -> FactTable:
        """The schema, one of `kit.facts.TABLES`."""
        ...

    @property
    def follows(self) -> str:
        """The rows whose steps the cursor counts, in a word: what two sources follow waits once, not twice."""
        ...

    def changes(self, after: Any, *, limit: int) -> Changes:
        """What changed since `after`, a cursor that this method gave, or None for all; about `limit` changes."""
        ...

    def waiting(self, after: Any) -> int:
        """How many of the rows it follows lie behind that cursor."""
        ...

    def rows(self, day: date, *, upto: Any) -> Iterator[tuple[Any, ...]]:
        """Every row of one UTC day as of a cursor, never all of them in memory."""
        ...

    def new_rows(self, after: Any, *, upto: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of any day that are there as of `upto` and were not as of `after`, at most what `limit` let in.

        Those of days that are `rewritten` may be among them, or not.
        """
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
