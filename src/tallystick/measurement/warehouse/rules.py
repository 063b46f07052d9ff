"""What the warehouse asks of those who have facts, where their files lie, and how long old ones stay. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, Protocol
from uuid import UUID

from tallystick.kit.facts import Changes, FactTable

ROWS_PER_FILE: Final = 250_000
"""The most rows of one part file: it bounds the memory of publishing a day of any size. WH-PARTS."""

SMALL: Final = ROWS_PER_FILE // 2
"""A file of more rows is large enough. WH-COMPACT."""

CROWDED: Final = 16
"""A day with so many small files is merged before anything else is published."""

GROWTH: Final = 4
GROWTH_AT_REST: Final = 2
"""How many times as large a merge makes every file, at least, while the day gains rows and once it does not."""

KEEP_UNNAMED: Final = timedelta(minutes=10)
"""How long a file stays after its replacement, so that a query begun before can end. WH-SWEEP."""


class FactSource(Protocol):
    """One fact table's source. Its methods are called with the brand in scope, outside any transaction.

    A cursor says up to where the facts are looked at. Promise: what `rows` and `new_rows` give depends on the day and
    the cursors alone, whatever was recorded since; so the rows of a day as of `upto` are those as of `after` and the
    new ones of that day between the two, unless the day is among the `rewritten`. Rows come in the order of the
    columns, ids as `uuid.UUID` or its 16 bytes, instants as aware datetimes or as SQLite writes them, a column always
    alike: what the database gave need not be converted twice. A change that is visible in the database and lies behind
    no earlier cursor is in `Changes` or makes `left` more than 0.
    """

    @property
    def table(self) -> FactTable:
        """The schema, one of `kit.facts.TABLES`."""
        ...

    @property
    def follows(self) -> str:
        """The series of steps that the cursor counts (`foundation.batches`): what two sources follow waits once, not
        twice. A cursor is the number of a step, or an object that has it as `batch`.
        """
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


def step_of(cursor: Any) -> int:
    """The last step of what its source follows that is published, by the cursor of a table; 0 before the first."""
    return int(cursor["batch"] if isinstance(cursor, dict) else cursor or 0)


def worth_merging(rows: Sequence[int], *, growth: int) -> int:
    """How many of a day's small files to merge into one, the smallest first; 0 for none. Identifier: WH-COMPACT.

    rows: of each file, ascending. As many as possible, so that together they stay within ROWS_PER_FILE and each of them
    becomes part of a file `growth` times as large or more. So no row is written again more often than the logarithm of
    ROWS_PER_FILE to the base `growth`, however small the steps in which a day grows.
    """
    best, total = 0, 0
    for count, more in enumerate(rows, start=1):
        total += more
        if total > ROWS_PER_FILE:
            break
        if more * growth <= total:
            best = count
    return best


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
