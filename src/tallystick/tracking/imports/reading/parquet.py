"""Rows of Parquet, in batches: exact decimals, times as ISO 8601, nested values flattened as those of NDJSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from tempfile import NamedTemporaryFile
from typing import Final

import duckdb
import msgspec
from duckdb.sqltypes import DuckDBPyType

from tallystick.tracking.imports.reading.content import Content, copied, reasons_said
from tallystick.tracking.imports.reading.flat import CannotBeFlat, flattened
from tallystick.tracking.imports.reading.original import Broken
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.unpacking import Allowance
from tallystick.tracking.inbox.wire import BODY_BYTES, HEAD_BYTES

_BATCH: Final = 1_000
# One thread keeps the rows in the order of the file.
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
# The engine writes these better than Python's types could hold them: shortest digits, nanoseconds, the year 20000.
_WRITTEN: Final = re.compile("timestamp.*|time.*|date|interval|float|double|uuid")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)?")


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a Parquet file, each with the type to read it as ("" for its own), and how many rows it has."""

    columns: dict[str, str]
    rows: int


def shape_of(content: Content) -> Shape:
    """What columns a file has. Raises Broken."""
    with _engine(content) as (engine, path):
        table = engine.sql("SELECT * FROM read_parquet(?)", params=[path])
        columns = {name: _read_as(kind) for name, kind in zip(table.columns, table.types, strict=True)}
        counted = engine.execute("SELECT num_rows FROM parquet_file_metadata(?)", [path]).fetchall()
    return Shape(columns, counted[0][0])


def parquet_rows(content: Content, shape: Shape, *, total_bytes: int) -> Iterator[Row]:
    """All rows in the order of the file, numbered from 1. Raises Broken.

    A row larger than a receipt, or one that cannot be flattened, comes without cells. Bytes that are no text are a cell
    that says so. total_bytes: of the whole file, against which a trap is told by what comes out.
    """
    selected = ", ".join(_selected(name, kind) for name, kind in shape.columns.items())
    written = [name for name, kind in shape.columns.items() if kind]
    allowance, line = Allowance(total_bytes), 0
    with _engine(content) as (engine, path):
        result = engine.execute(f"SELECT {selected} FROM read_parquet(?)", [path])
        while batch := result.fetchmany(_BATCH):
            for values in batch:
                line += 1
                named = dict(zip(shape.columns, values, strict=True))
                named.update((name, _iso(named[name])) for name in written)
                row = _row(line, named, content.member)
                allowance.spend(1 + sum(map(len, (row.cells or {}).values())))
                yield row


@contextmanager
def _engine(content: Content) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """An engine, and the path at which it finds the content."""
    with _path_of(content) as path, closing(duckdb.connect(config=_CONFIG)) as engine:
        try:
            engine.execute("SET TimeZone = 'UTC'").fetchall()
            yield engine, path
        except duckdb.Error as wrong:
            raise Broken(f"its Parquet content is damaged ({str(wrong).partition(chr(10))[0]})") from wrong


@contextmanager
def _path_of(content: Content) -> Iterator[str]:
    if content.lies_at:
        yield content.lies_at
        return
    # Parquet begins at its end, so what is packed has to lie unpacked somewhere.
    with NamedTemporaryFile(prefix="tallystick-", suffix=".parquet") as file:
        with reasons_said():
            copied(content, file.file)
            file.flush()
        yield file.name


def _read_as(kind: DuckDBPyType) -> str:
    """A type as SQL, with text for what the engine is to write; "" where it writes nothing of it."""
    return _with_texts(kind) if _writes(kind) else ""


def _writes(kind: DuckDBPyType) -> bool:
    return any(map(_writes, _parts(kind).values())) or bool(_WRITTEN.fullmatch(kind.id))


def _with_texts(kind: DuckDBPyType) -> str:
    parts = {name: _with_texts(part) for name, part in _parts(kind).items()}
    if kind.id == "list":
        return parts["child"] + "[]"
    if kind.id == "map":
        return f"MAP({parts['key']}, {parts['value']})"
    if kind.id == "struct":
        return f"STRUCT({', '.join(f'{_quoted(name)} {part}' for name, part in parts.items())})"
    return "VARCHAR" if _WRITTEN.fullmatch(kind.id) else str(kind)


def _parts(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    """The types inside a nested one, by name."""
    nested = kind.children if kind.id in ("list", "map", "struct") else []
    return {name: part for name, part in nested if isinstance(part, DuckDBPyType)}


def _selected(name: str, kind: str) -> str:
    return f"CAST({_quoted(name)} AS {kind})" if kind else _quoted(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _row(line: int, values: dict[str, object], member: str) -> Row:
    try:
        cells = flattened(values, _text)
    except CannotBeFlat:
        raw = str(values).encode("utf-8", "replace")
        large = len(raw) > BODY_BYTES
        return Row(line, None, raw[:HEAD_BYTES] if large else raw, len(raw) if large else None, member)
    raw = msgspec.json.encode(cells)
    if len(raw) > BODY_BYTES:
        return Row(line, None, raw[:HEAD_BYTES], len(raw), member)
    return Row(line, cells, raw, None, member)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return _text_of_bytes(value)
    return str(value)


def _iso(value: object) -> object:
    """Times as ISO 8601, where the engine writes a blank and leaves out the minutes of the offset."""
    if isinstance(value, dict):
        return {name: _iso(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_iso(part) for part in value]
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    day, clock, hours = found.groups()
    return f"{day}T{clock}{hours}:00" if hours else f"{day}T{clock}"


def _text_of_bytes(value: bytes) -> str:
    """Older writers store texts as plain bytes. What is none is named, so that no field takes it for a value."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    return f"({len(value)} bytes that are no text)" if "\0" in text else text
