"""Rows of facts as frames of columns: typed as the schema says, refused where they do not fit, divided by UTC day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import polars as pl

from tallystick.kit import clock
from tallystick.kit.batches import chunks
from tallystick.kit.facts import Column, FactTable
from tallystick.measurement.warehouse import rules

_TYPES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "id": pl.Binary,
    "text": pl.String,
    "instant": pl.Datetime("us", "UTC"),
    "int": pl.Int64,
    "flag": pl.Boolean,
}
_ID_BYTES: Final = 16


def frames(table: FactTable, rows: Iterable[tuple[Any, ...]]) -> Iterator[pl.DataFrame]:
    """Rows as a source gives them, at most ROWS_PER_FILE in each frame. Raises BadFact."""
    return (fitting(table, chunk) for chunk in chunks(rows, rules.ROWS_PER_FILE))


def fitting(table: FactTable, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Some rows as a frame. Raises BadFact for a NULL where the schema has none, or a value of another type."""
    try:
        columns = zip(table.columns, zip(*rows, strict=True), strict=True)
        frame = pl.DataFrame([_series(column, values) for column, values in columns])
        _refuse_unfit_ids(table, frame)
        return _with_instants(table, frame)
    except (TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as wrong:
        raise rules.BadFact(f"{table.name}: a row does not fit the columns: {wrong}") from wrong


def by_day(day_column: str, frame: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
    """The rows of each UTC day, oldest day first, in the order of time."""
    # Sorted as a whole: for frames of few rows an operation costs more than its rows.
    ordered = frame.sort(day_column, maintain_order=True)
    days = ordered.with_columns(pl.col(day_column).dt.date().alias("_day"))
    for (day,), of_day in days.partition_by(
        "_day", as_dict=True, include_key=False, maintain_order=True
    ).items():
        yield day, of_day


def _series(column: Column, values: Sequence[Any]) -> pl.Series:
    if column.kind == "id":
        stored = [value.bytes if type(value) is UUID else value for value in values]
        series = pl.Series(column.name, stored, dtype=pl.Binary, strict=True)
    elif column.kind == "instant":
        series = _as_given(column.name, values)
    else:
        series = pl.Series(column.name, values, dtype=_TYPES[column.kind], strict=True)
    if not column.nullable and series.null_count():
        raise ValueError(f"`{column.name}` is never NULL, but {series.null_count()} rows have none")
    return series


def _as_given(name: str, values: Sequence[Any]) -> pl.Series:
    """Instants as texts or as numbers of microseconds, until those of all columns become instants at once."""
    if isinstance(next((value for value in values if value is not None), None), str):
        return pl.Series(name, values, dtype=pl.String, strict=True)
    micros = [None if value is None else clock.to_micros(value) for value in values]
    return pl.Series(name, micros, dtype=pl.Int64, strict=True)


# What follows asks for all columns of a sort at once: for frames of few rows an operation costs more than its rows.


def _with_instants(table: FactTable, frame: pl.DataFrame) -> pl.DataFrame:
    named = [column.name for column in table.columns if column.kind == "instant"]
    return frame.with_columns(
        pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC", strict=True)
        if frame.schema[name] == pl.String
        else pl.col(name).cast(_TYPES["instant"])
        for name in named
    )


def _refuse_unfit_ids(table: FactTable, frame: pl.DataFrame) -> None:
    named = [column.name for column in table.columns if column.kind == "id"]
    unfit = frame.select((pl.col(named).bin.size() != _ID_BYTES).any())
    for name, is_unfit in zip(named, unfit.row(0), strict=True):
        if is_unfit:
            raise ValueError(f"`{name}` is not always an id")
