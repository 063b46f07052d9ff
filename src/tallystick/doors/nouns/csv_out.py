"""The rows of a noun as CSV, which `csv_in` reads back without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tallystick.doors.nouns.cells import csv_line
from tallystick.doors.nouns.noun import Noun


def columns_of(noun: Noun[Any]) -> tuple[str, ...]:
    """The columns of a noun's file: its id, what its form asks, and what only we can say."""
    told = [name for name in ("state", "created_at") if name not in noun.fields]
    return ("id", *noun.fields, *told)


def csv_lines(noun: Noun[Any], rows: Iterable[Any]) -> Iterator[str]:
    """The file, line by line, the names of the columns first."""
    columns = columns_of(noun)
    yield csv_line(columns)
    for row in rows:
        values = noun.values(row)
        yield csv_line(values.get(name) for name in columns)
