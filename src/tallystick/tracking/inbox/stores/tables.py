"""The SQLite tables of the inbox and the statements on them."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tallystick.kit.failpoints import reach
from tallystick.tracking.inbox.stores import rows, settling
from tallystick.tracking.inbox.stores.port import Accepted, Outcome
from tallystick.tracking.inbox.stores.rows import Written
from tallystick.tracking.inbox.stores.settling import Against, Key, Original

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
_BY_BRAND: Final = "CREATE INDEX IF NOT EXISTS receipts_by_brand ON receipts (brand_id, seq, received_us)"
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
_REPEAT: Final = "UPDATE receipts SET repeats = repeats + ? WHERE id = ?"
_LAST: Final = "SELECT coalesce(max(seq), 0) FROM receipts"
_SINCE: Final = "SELECT id FROM receipts WHERE seq > ?"
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


def is_full(error: BaseException) -> bool:
    """Whether an error of the driver, or of the system, says that there is no more room on the disk."""
    is_of_system = isinstance(error, OSError) and error.errno == errno.ENOSPC
    return is_of_system or getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"


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
    connection.executemany(_INSERT, map(_values, written))


def add_keyed(connection: Connection, written: Sequence[Written]) -> list[Outcome]:
    """Insert receipts under their keys inside the caller's transaction, and say what became of each."""
    last = connection.execute(_LAST).fetchone()[0]
    added = connection.executemany(_INSERT, map(_values, written)).rowcount
    if added == len(written):
        return [Accepted(row.id) for row in written]
    new = {UUID(bytes=found) for (found,) in connection.execute(_SINCE, (last,)).fetchall()}
    held = [row for row in written if row.id not in new]
    originals = _originals(connection, held)
    settling.refuse_changed(held, originals)
    others = list(settling.contradictions(held, originals))
    connection.executemany(_INSERT, [_values(row, against.original_id.bytes) for row, against in others])
    outcomes = settling.settle(written, originals, _evidence(connection, others))
    again = settling.repeats(written, outcomes)
    connection.executemany(_REPEAT, [(times, kept_id.bytes) for kept_id, times in again.items()])
    return outcomes


def look(connection: Connection, written: Sequence[Written]) -> list[Outcome]:
    """What `add_keyed` would say of receipts, those without a key included."""
    originals = _originals(connection, written)
    others = settling.contradictions(written, originals)
    return settling.settle(written, originals, _evidence(connection, others))


def _originals(connection: Connection, written: Iterable[Written]) -> dict[Key, Original]:
    found = {}
    for row in written:
        key = settling.key_of(row)
        if key is not None and key not in found:
            brand_id, *rest = key
            kept = connection.execute(_ORIGINAL, (brand_id.bytes, *rest)).fetchone()
            if kept is not None:
                found[key] = Original(UUID(bytes=kept[0]), kept[1])
    return found


def _evidence(connection: Connection, others: Iterable[tuple[Written, Against]]) -> dict[Against, UUID]:
    found = {}
    for _, against in others:
        kept = connection.execute(_EVIDENCE, (against.original_id.bytes, against.digest)).fetchone()
        if kept is not None:
            found[against] = UUID(bytes=kept[0])
    return found


def _values(row: Written, conflict_of: bytes | None = None) -> tuple[Any, ...]:
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


def oldest_after(connection: Connection, brand_id: UUID, seq: int) -> int | None:
    """When the oldest of those rows was received, in microseconds; answered from the index alone."""
    query = "SELECT min(received_us) FROM receipts WHERE brand_id = ? AND seq > ?"
    found: int | None = connection.execute(query, (brand_id.bytes, seq)).fetchone()[0]
    return found


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
