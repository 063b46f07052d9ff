"""The seam between a question and what computes it: SQL and named files in, rows out.

DuckDB runs inside the process, in memory, over the files it is given. Another engine implements `Engine`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb

from tallystick.kit.errors import Foreseen
from tallystick.kit.facts import TABLES, FactTable

_SQL_TYPES: Final = {
    "id": "BLOB",
    "text": "VARCHAR",
    "instant": "TIMESTAMPTZ",
    "int": "BIGINT",
    "flag": "BOOLEAN",
}
_MAGIC: Final = b"PAR1"
"""What every Parquet file begins and ends with."""

_TABLES: Final = {table.name: table for table in TABLES}


class WarehouseDamaged(Foreseen):
    """A file that the manifest names is missing or cannot be read."""


class EngineFailed(Foreseen):
    """The engine could not compute: too little memory or disk, or a fault of the program."""


class UnusablePlace(Foreseen, ValueError):
    """The warehouse directory's name would be read as a pattern."""


class Engine(Protocol):
    """What computes: one SQL text in its dialect over fact tables made of the files that are named."""

    @property
    def dialect(self) -> str:
        """The key of the dialect it speaks, as `kpis.dialects` lists them."""
        ...

    def rows(
        self, sql: str, parameters: Mapping[str, Any], *, tables: Mapping[str, Sequence[Path]]
    ) -> list[dict[str, Any]]:
        """Run one SQL text. `tables`: fact table → its files; a table without files is empty, not absent.

        Raises WarehouseDamaged where a file is missing or is not a whole Parquet file, EngineFailed for all else.
        """
        ...


@dataclass(frozen=True, slots=True)
class DuckDbEngine:
    """DuckDB, one in-memory connection a query: no state outlives it and no other file can be opened by it."""

    memory_mb: int
    threads: int
    spill_dir: Path

    @property
    def dialect(self) -> str:
        return "duckdb"

    def rows(
        self, sql: str, parameters: Mapping[str, Any], *, tables: Mapping[str, Sequence[Path]]
    ) -> list[dict[str, Any]]:
        paths = [path for files in tables.values() for path in files]
        _require(paths)
        try:
            with self._connection(paths) as connection:
                for name, files in tables.items():
                    connection.execute(_view(_TABLES[name], files))
                cursor = connection.execute(sql, dict(parameters))
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except duckdb.Error as fault:
            # A file may have gone or be cut short: then say so, and not what DuckDB made of it.
            _require(paths)
            _require_whole(paths)
            raise EngineFailed("the engine cannot answer: %(fault)s", fault=fault) from fault

    @contextmanager
    def _connection(self, paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self.memory_mb}MB",
            "threads": str(self.threads),
            "temp_directory": str(self.spill_dir),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"SET allowed_paths = {_list(paths)}")
            # From here on the engine can open the named files and nothing else, on disk or network.
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection


def _view(table: FactTable, files: Sequence[Path]) -> str:
    if not files:
        empty = ", ".join(
            f"CAST(NULL AS {_SQL_TYPES[column.kind]}) AS {column.name}" for column in table.columns
        )
        return f"CREATE VIEW {table.name} AS SELECT {empty} WHERE false"
    columns = ", ".join(column.name for column in table.columns)
    # The folder day=… is for people; DuckDB would make a column of it.
    source = f"read_parquet({_list(files)}, hive_partitioning = false)"
    return f"CREATE VIEW {table.name} AS SELECT {columns} FROM {source}"


def _require(paths: Sequence[Path]) -> None:
    for path in paths:
        if set("*?[") & set(str(path)):
            raise UnusablePlace(
                "%(path)s contains *, ? or [, which DuckDB reads as a pattern. Move the data directory.",
                path=path,
            )
        if not path.is_file():
            raise WarehouseDamaged(
                "%(path)s is named by the manifest but is not there. `tallystick warehouse rebuild --damaged` writes "
                "its day again; `tallystick doctor` lists all that are missing.",
                path=path,
            )


def _require_whole(paths: Sequence[Path]) -> None:
    for path in paths:
        with path.open("rb") as file:
            begins, size = file.read(4), file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 4))
            if begins != _MAGIC or file.read(4) != _MAGIC:
                raise WarehouseDamaged(
                    "%(path)s is not a whole Parquet file. "
                    "`tallystick warehouse rebuild --damaged` writes its day again.",
                    path=path,
                )


def _list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
