"""Write facts as Parquet files that survive a power cut before anybody names them."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import polars as pl

from tallystick.kit import ids
from tallystick.kit.durable import sync_directory
from tallystick.kit.facts import FactTable
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import frames, retention, rollups, rules

ROW_GROUP: Final = 125_000
"""Rows that a reader can skip together by their first and last instant; half a file."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file as it was written: what the manifest says of it."""

    table: str
    day: date
    path: str
    rows: int
    bytes: int
    sha256: str
    first_at: datetime
    last_at: datetime


def write_day(
    root: Path, rows: Iterable[tuple[Any, ...]], *, brand_id: UUID, table: FactTable, day: date
) -> tuple[Part, ...]:
    """Write the rows of one UTC day, and what is counted from them, under the warehouse directory; no rows, no files.

    Each file is written to a temporary name, synced, renamed, and its directory synced: when this
    returns, the files are durable, and nobody knows of them yet. Raises BadFact for a row of another day, a NULL
    where the schema has none, or a value of another type.
    """
    return write_days(root, rows, brand_id=brand_id, table=table, days=(day,))


def write_days(
    root: Path,
    rows: Iterable[tuple[Any, ...]],
    *,
    brand_id: UUID,
    table: FactTable,
    days: Collection[date],
    but: Collection[date] = (),
) -> tuple[Part, ...]:
    """Write rows of several UTC days, and what is counted from them, each day into files of its own.

    but: days whose rows are left out. Tables keep no files of days before their horizon (WH-KEEP). Durable and unnamed
    as with `write_day`. Raises BadFact for what does not fit the columns, and for rows of any other day.
    """
    return tuple(
        write_part(root, of_day, brand_id=brand_id, table=kept, day=day)
        for frame in frames.frames(table, rows)
        for kept, day, of_day in _with_rollups(table, frame)
        if _is_wanted(kept, day, days=days, but=but)
    )


def write_part(root: Path, frame: pl.DataFrame, *, brand_id: UUID, table: FactTable, day: date) -> Part:
    """Write one frame of one UTC day as one file, durable and unnamed. It has at least one row."""
    path = rules.part_path(brand_id=brand_id, table=table, day=day, part=ids.new())
    content = _encoded(frame)
    _write_durably(root / path, content)
    instants = frame[table.day_column]
    return Part(
        table=table.name,
        day=day,
        path=path,
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        first_at=instants.min(),  # type: ignore[arg-type]
        last_at=instants.max(),  # type: ignore[arg-type]
    )


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


def are_whole(root: Path, parts: Sequence[Part]) -> bool:
    """Whether all files of these parts are there: a sweep may have taken some that lay unnamed too long."""
    return all(is_whole(root, part.path, part.bytes) for part in parts)


def _with_rollups(table: FactTable, frame: pl.DataFrame) -> Iterator[tuple[FactTable, date, pl.DataFrame]]:
    whole = [(table, frame)] + [(rollup.table, rollup.of(frame)) for rollup in rollups.counted_from(table)]
    for counted, rows in whole:
        for day, of_day in frames.by_day(counted.day_column, rows):
            yield counted, day, of_day


def _is_wanted(table: FactTable, day: date, *, days: Collection[date], but: Collection[date]) -> bool:
    if day not in days and day not in but:
        raise rules.BadFact(f"{table.name}: rows of {day} were published, of which nothing was said")
    return day not in but and retention.is_kept(table.name, day)


def _encoded(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True, row_group_size=ROW_GROUP)
    return buffer.getvalue()


def _write_durably(target: Path, content: bytes) -> None:
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


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; each new name is synced, or the file could vanish with its folder."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_directory(folder.parent)
