"""Write one day of facts as Parquet files that survive a power cut before anybody names them."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from tallystick.kit import clock, ids
from tallystick.kit.batches import chunks
from tallystick.kit.durable import sync_directory
from tallystick.kit.facts import Column, FactTable
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import rules

_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.Binary,
    "text": pl.String,
    "instant": pl.Int64,
    "int": pl.Int64,
    "flag": pl.Boolean,
}
_STORED: dict[str, Callable[[Any], Any]] = {"id": lambda value: value.bytes, "instant": clock.to_micros}


@dataclass(frozen=True, slots=True)
class Part:
    """A file as it was written: what the manifest says of it."""

    path: str
    rows: int
    bytes: int
    sha256: str
    first_at: datetime
    last_at: datetime


def write_day(
    root: Path, rows: Iterable[tuple[Any, ...]], *, brand_id: UUID, table: FactTable, day: date
) -> tuple[Part, ...]:
    """Write the rows of one UTC day under the warehouse directory; no rows, no files.

    Each file is written to a temporary name, synced, renamed, and its directory synced: when this
    returns, the files are durable, and nobody knows of them yet. Raises BadFact for a row of another day, a NULL
    where the schema has none, or a value of another type.
    """
    return tuple(
        _write_part(
            root,
            _frame(table, day, chunk),
            path=rules.part_path(brand_id=brand_id, table=table, day=day, part=ids.new()),
            day_column=table.day_column,
        )
        for chunk in chunks(rows, rules.ROWS_PER_FILE)
    )


def write_days(
    root: Path, rows: Iterable[tuple[Any, ...]], *, brand_id: UUID, table: FactTable, days: Collection[date]
) -> dict[date, tuple[Part, ...]]:
    """Write rows of several UTC days, each day into files of its own; rows of other days than `days` are left out.

    Durable and unnamed as with `write_day`. Raises BadFact for what does not fit the columns.
    """
    found: dict[date, tuple[Part, ...]] = {}
    for chunk in chunks(rows, rules.ROWS_PER_FILE):
        frame = _fitting(table, chunk)
        of_day = frame.with_columns(pl.col(table.day_column).dt.date().alias("day")).partition_by(
            "day", as_dict=True, include_key=False
        )
        for (day,), rows_of_day in sorted(of_day.items()):
            if day in days:
                path = rules.part_path(brand_id=brand_id, table=table, day=day, part=ids.new())
                ordered = rows_of_day.sort(table.day_column)
                part = _write_part(root, ordered, path=path, day_column=table.day_column)
                found[day] = (*found.get(day, ()), part)
    return found


def discard(root: Path, parts: Iterable[Part]) -> None:
    """Remove files that were written and will not be named."""
    for part in parts:
        (root / part.path).unlink(missing_ok=True)


def is_whole(root: Path, path: str, size: int) -> bool:
    """Whether a file is there with its size: what can be told without reading it."""
    try:
        return (root / path).stat().st_size == size
    except FileNotFoundError:
        return False


def _fitting(table: FactTable, chunk: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    try:
        columns = list(zip(*chunk, strict=True))
        return pl.DataFrame(
            [_series(column, values) for column, values in zip(table.columns, columns, strict=True)]
        )
    except (TypeError, ValueError, AttributeError) as wrong:
        raise rules.BadFact(f"{table.name}: a row does not fit the columns: {wrong}") from wrong


def _frame(table: FactTable, day: date, chunk: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    frame = _fitting(table, chunk)
    days = frame[table.day_column].dt.date()
    if days.min() != day or days.max() != day:
        raise rules.BadFact(
            f"{table.name} of {day}: rows of {days.min()!s} to {days.max()!s} were published as it"
        )
    return frame


def _series(column: Column, values: Sequence[Any]) -> pl.Series:
    stored = _STORED.get(column.kind)
    if stored is not None:
        values = [None if value is None else stored(value) for value in values]
    series = pl.Series(column.name, values, dtype=_TYPES[column.kind], strict=True)
    if not column.nullable and series.null_count():
        raise ValueError(f"`{column.name}` is never NULL, but {series.null_count()} rows have none")
    return series.cast(pl.Datetime("us", "UTC")) if column.kind == "instant" else series


def _write_part(root: Path, frame: pl.DataFrame, *, path: str, day_column: str) -> Part:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True)
    content = buffer.getvalue()
    target = root / path
    _make_folder(target.parent)
    temporary = target.with_suffix(".tmp")
    with temporary.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    reach("warehouse.written")
    temporary.rename(target)
    sync_directory(target.parent)
    reach("warehouse.renamed")
    instants = frame[day_column].cast(pl.Int64)
    return Part(
        path=path,
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        first_at=clock.from_micros(int(instants.min())),  # type: ignore[arg-type]
        last_at=clock.from_micros(int(instants.max())),  # type: ignore[arg-type]
    )


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; each new name is synced, or the file could vanish with its folder."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_directory(folder.parent)
