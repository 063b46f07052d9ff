"""The SQLite tables of the inbox and the statements on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tallystick.kit.failpoints import reach
from tallystick.tracking.inbox.stores import rows
from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Duplicate, Outcome, StoreFault
from tallystick.tracking.inbox.stores.rows import Written

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS receipts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    brand_id BLOB NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT,
    body BLOB NOT NULL,
    envelope TEXT NOT NULL,
    received_us INTEGER NOT NULL,
    digest BLOB NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0,
    conflict_of BLOB,
    erased_us INTEGER
) STRICT
"""
_BY_BRAND: Final = "CREATE INDEX IF NOT EXISTS receipts_by_brand ON receipts (brand_id)"
_ONE_ORIGINAL: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS one_original_per_key ON receipts (brand_id, source, kind, key)
WHERE conflict_of IS NULL
"""
_ONE_EVIDENCE: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS one_evidence_per_body ON receipts (conflict_of, digest)
WHERE conflict_of IS NOT NULL
"""
KEYLESS_SCHEMA: Final = (_TABLE, _BY_BRAND)
KEYED_SCHEMA: Final = (_TABLE, _BY_BRAND, _ONE_ORIGINAL, _ONE_EVIDENCE)

# Appending the same receipt again, after an answer that never came, must not keep it twice.
_INSERT: Final = f"""
INSERT INTO receipts ({", ".join(rows.WRITTEN)}, conflict_of)
VALUES ({", ".join("?" * len(rows.WRITTEN))}, ?) ON CONFLICT DO NOTHING
"""
_ORIGINAL: Final = """
SELECT id, digest FROM receipts
WHERE brand_id = ? AND source = ? AND kind = ? AND key = ? AND conflict_of IS NULL
"""
_EVIDENCE: Final = "SELECT id FROM receipts WHERE conflict_of = ? AND digest = ?"
_REPEAT: Final = "UPDATE receipts SET repeats = repeats + 1 WHERE id = ?"
_TO_ERASE: Final = "SELECT seq, key, body, envelope, erased_us FROM receipts WHERE "
_ERASE: Final = "UPDATE receipts SET body = ?, envelope = ?, erased_us = ? WHERE seq = ?"
_AFTER: Final = f"""
SELECT seq, {", ".join(rows.READ)} FROM receipts WHERE brand_id = ? AND seq > ? ORDER BY seq LIMIT ?
"""


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """One write, durable when the block is left without an error and undone otherwise."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def create(connection: Connection, schema: Sequence[str]) -> None:
    """Make the tables unless they are there."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in schema:
        connection.execute(statement)
    connection.execute("COMMIT")


def exist(connection: Connection) -> bool:
    """Whether the tables are there: a writer that died while opening its file leaves one without."""
    found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'receipts'").fetchone()
    return bool(found[0])


def add_keyless(connection: Connection, written: Iterable[Written]) -> None:
    """Insert receipts without a key inside the caller's transaction."""
    connection.executemany(_INSERT, [_values(row, None) for row in written])


def add_keyed(connection: Connection, row: Written) -> Outcome:
    """Insert a receipt under its key inside the caller's transaction, or find what stands there already."""
    if _inserted(connection, row, conflict_of=None):
        return Accepted(row.id)
    key = (row.brand_id.bytes, row.source, row.kind, row.key)
    original = connection.execute(_ORIGINAL, key).fetchone()
    if original is None:
        raise StoreFault(f"Receipt {row.id} is kept already, under another key.")
    original_id, digest = UUID(bytes=original[0]), original[1]
    if digest == row.digest:
        _count_repeat(connection, original_id, row)
        return Accepted(row.id) if original_id == row.id else Duplicate(original_id)
    if _inserted(connection, row, conflict_of=original[0]):
        return Conflict(original_id, row.id)
    evidence = connection.execute(_EVIDENCE, (original[0], row.digest)).fetchone()
    evidence_id = UUID(bytes=evidence[0])
    _count_repeat(connection, evidence_id, row)
    return Conflict(original_id, evidence_id)


def _inserted(connection: Connection, row: Written, *, conflict_of: bytes | None) -> bool:
    return bool(connection.execute(f"{_INSERT} RETURNING seq", _values(row, conflict_of)).fetchall())


def _count_repeat(connection: Connection, kept_id: UUID, row: Written) -> None:
    if kept_id != row.id:
        connection.execute(_REPEAT, (kept_id.bytes,))


def _values(row: Written, conflict_of: bytes | None) -> tuple[Any, ...]:
    return (row.id.bytes, row.brand_id.bytes, *row[2:], conflict_of)


def after(connection: Connection, brand_id: UUID, seq: int, limit: int) -> Iterator[tuple[Any, ...]]:
    """Rows of a brand after a sequence number: seq, then the READ columns. Fetched as they are asked for."""
    cursor = connection.execute(_AFTER, (brand_id.bytes, seq, limit))
    try:
        yield from cursor
    finally:
        cursor.close()


def count_after(connection: Connection, brand_id: UUID, seq: int) -> int:
    """How many rows of a brand come after a sequence number."""
    query = "SELECT count(*) FROM receipts WHERE brand_id = ? AND seq > ?"
    return int(connection.execute(query, (brand_id.bytes, seq)).fetchone()[0])


def ends(connection: Connection) -> dict[UUID, int]:
    """The last sequence number of every brand that has receipts here."""
    query = "SELECT brand_id, max(seq) FROM receipts GROUP BY brand_id"
    return {UUID(bytes=brand_id): seq for brand_id, seq in connection.execute(query).fetchall()}


def find(connection: Connection, receipt_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """Rows with one of these ids: seq, then the READ columns."""
    marks = ", ".join("?" * len(receipt_ids))
    query = f"SELECT seq, {', '.join(rows.READ)} FROM receipts WHERE id IN ({marks})"
    return connection.execute(query, [receipt_id.bytes for receipt_id in receipt_ids]).fetchall()


def erase(connection: Connection, receipt_id: UUID, at: datetime) -> bool:
    """Erase a receipt and the evidence against it in a transaction of its own; False when it is not here."""
    with transaction(connection):
        found = connection.execute(f"{_TO_ERASE} id = ?", (receipt_id.bytes,)).fetchall()
        if not found:
            return False
        if found[0][1] is not None:
            found += connection.execute(f"{_TO_ERASE} conflict_of = ?", (receipt_id.bytes,)).fetchall()
        for seq, _key, body, envelope, erased_us in found:
            if erased_us is None:
                connection.execute(_ERASE, (*rows.erased(body, envelope, at), seq))
    reach("inbox.erasing")
    # The log still holds the body as it was written; nobody reads it once it is emptied.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return True
