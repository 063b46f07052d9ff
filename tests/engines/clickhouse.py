"""ClickHouse inside the test process (chDB): the same files and the same questions, computed by another engine."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tallystick.kit import clock
from tallystick.kit.facts import TABLES, FactTable

_TYPES = {
    "id": "String",
    "text": "String",
    "instant": "DateTime64(6, 'UTC')",
    "int": "Int64",
    "flag": "Bool",
}
_TABLES = {table.name: table for table in TABLES}
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": r"\0"})


class ChdbEngine:
    """An `Engine` over chDB. What it is given lives for one query only, though chDB has one session a process."""

    @property
    def dialect(self) -> str:
        return "clickhouse"

    def rows(
        self, sql: str, parameters: Mapping[str, Any], *, tables: Mapping[str, Sequence[Path]]
    ) -> list[dict[str, Any]]:
        session = _session()
        for text in ("DROP DATABASE IF EXISTS facts", "CREATE DATABASE facts", "USE facts"):
            session.query(text)
        for name, files in tables.items():
            session.query(_view(_TABLES[name], files))
        values = {name: _text(value) for name, value in parameters.items()}
        found = session.query(sql, "JSONCompactEachRowWithNames", params=values).bytes()
        names, *rows = (json.loads(line) for line in found.splitlines())
        return [dict(zip(names, row, strict=True)) for row in rows]


def is_there() -> bool:
    """Whether chDB has a wheel for this platform (docs/decisions/0014)."""
    return find_spec("chdb") is not None


@cache
def _session() -> Any:
    from chdb.session import Session

    session = Session()
    session.query("SET max_threads = 1")
    return session


def _view(table: FactTable, files: Sequence[Path]) -> str:
    columns = ", ".join(
        f"{column.name} Nullable({_TYPES[column.kind]})"
        if column.nullable
        else f"{column.name} {_TYPES[column.kind]}"
        for column in table.columns
    ).replace("'", r"\'")
    # As one pattern: a UNION of many files takes ClickHouse longer to plan than to read.
    paths = "/{" + ",".join(str(path).removeprefix("/") for path in files) + "}"
    source = f"file('{paths}', Parquet, '{columns}')" if files else f"null('{columns}')"
    return f"CREATE VIEW {table.name} AS SELECT * FROM {source}"


def _text(value: object) -> str:
    """A parameter as ClickHouse reads it: ids as hexadecimal digits, instants as microseconds since 1970."""
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return str(clock.to_micros(value))
        case _:
            return str(value).translate(_ESCAPED)
