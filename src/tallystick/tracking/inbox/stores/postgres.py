"""Receipts in one PostgreSQL table, written and read by plain psycopg so that the edge needs no Django.

Reading order is (transaction, sequence), and only transactions older than every one still running are read.
A sequence alone would not do: a row with a lower number may commit after a row with a higher one was read,
and would be passed for ever. The price is that one long transaction anywhere on the server delays reading.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
import psycopg

from tallystick.kit import clock
from tallystick.kit.failpoints import reach
from tallystick.tracking.inbox.stores import port, rows, settling
from tallystick.tracking.inbox.stores.port import (
    Accepted,
    Batch,
    Outcome,
    Position,
    Stored,
    StoreFault,
    StoreFull,
)
from tallystick.tracking.inbox.stores.settling import Against, Key, Original
from tallystick.tracking.inbox.wire import Receipt

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_COLUMNS: Final = ", ".join(rows.WRITTEN)
_TYPES: Final = ("uuid", "uuid", "text", "text", "text", "bytea", "text", "bigint", "bytea")
_ARRAYS: Final = ", ".join(f"%b::{kind}[]" for kind in _TYPES)

# Appending the same receipt again, after an answer that never came, must not keep it twice.
_INSERT: Final = f"""
INSERT INTO inbox_receipt ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS}) ON CONFLICT DO NOTHING RETURNING id
"""
_INSERT_EVIDENCE: Final = f"""
INSERT INTO inbox_receipt ({_COLUMNS}, conflict_of) SELECT * FROM unnest({_ARRAYS}, %b::uuid[])
ON CONFLICT DO NOTHING
"""
_ORIGINALS: Final = """
SELECT kept.brand_id, kept.source, kept.kind, kept.key, kept.id, kept.digest
FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[]) AS asked (brand_id, source, kind, key)
JOIN inbox_receipt AS kept USING (brand_id, source, kind, key)
WHERE kept.key IS NOT NULL AND kept.conflict_of IS NULL
"""
_EVIDENCE: Final = """
SELECT kept.conflict_of, kept.digest, kept.id
FROM unnest(%b::uuid[], %b::bytea[]) AS asked (conflict_of, digest)
JOIN inbox_receipt AS kept USING (conflict_of, digest)
"""
# Two batches that repeat the same receipts lock them in the same order.
_LOCK: Final = "SELECT 1 FROM inbox_receipt WHERE id = ANY(%b) ORDER BY id FOR NO KEY UPDATE"
_REPEAT: Final = """
UPDATE inbox_receipt AS kept SET repeats = kept.repeats + again.times
FROM unnest(%b::uuid[], %b::int[]) AS again (id, times) WHERE kept.id = again.id
"""
_AFTER: Final = "FROM inbox_receipt WHERE brand_id = %s AND (tx, seq) > (%s::text::xid8, %s)"
_UNREAD: Final = f"{_AFTER} AND tx < pg_snapshot_xmin(pg_current_snapshot())"
# TRICKY: ORDER BY prefers the names of the output, so a `tx` that was cast to text would be sorted as text.
_READ: Final = f"""
SELECT tx::text AS tx_text, seq, {", ".join(rows.READ)} {_UNREAD}
ORDER BY inbox_receipt.tx, inbox_receipt.seq LIMIT %s
"""
_GET: Final = f"SELECT seq, {', '.join(rows.READ)} FROM inbox_receipt WHERE id = ANY(%s)"
_TO_ERASE: Final = """
SELECT seq, body, envelope, erased_us FROM inbox_receipt WHERE id = %s OR conflict_of = %s
ORDER BY id FOR UPDATE
"""
_ERASE: Final = "UPDATE inbox_receipt SET body = %s, envelope = %s, erased_us = %s WHERE seq = %s"


class PostgresStore:
    """`port.Store` over the table `inbox_receipt`, which the inbox app's migration makes."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None
        self._process = os.getpid()
        self._inherited: list[object] = []

    def append(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        """See `Store.append`."""
        port.refuse_over(len(receipts), port.APPEND_LIMIT)
        if not receipts:
            return []
        # Two batches with the same keys insert them in the same order, so that neither waits for the other.
        written = sorted((rows.write(receipt) for receipt in receipts), key=_key_order)
        connection = self._open()
        try:
            with connection.transaction():
                outcomes = _keep(connection, written)
                reach("inbox.appending")
        except psycopg.errors.DiskFull as wrong:
            raise StoreFull("the PostgreSQL server") from wrong
        reach("inbox.appended")
        return [outcomes[receipt.id] for receipt in receipts]

    def look(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        """See `Store.look`."""
        port.refuse_over(len(receipts), port.APPEND_LIMIT)
        written = [rows.write(receipt) for receipt in receipts]
        connection = self._open()
        originals = _originals(connection, written)
        others = list(settling.contradictions(written, originals))
        return settling.settle(written, originals, _evidence(connection, others))

    def read(self, brand_id: UUID, position: Position, limit: int) -> Batch:
        """See `Store.read`."""
        port.refuse_over(limit, port.READ_LIMIT, least=1)
        tx, seq = _position(position)
        connection = self._open()
        found, size = list[Stored](), 0
        with connection.transaction():
            _refuse_foreign(connection, tx)
            with connection.cursor("inbox") as cursor:
                cursor.itersize = 500
                cursor.execute(_READ, (brand_id, str(tx), seq, limit))
                for read_tx, read_seq, *row in cursor:
                    found.append(rows.read(f"inbox_receipt:{read_seq}", row))
                    tx, seq = int(read_tx), read_seq
                    size += len(found[-1].receipt.body)
                    if size >= port.READ_BYTES:
                        break
        return Batch(tuple(found), [tx, seq])

    def get(self, receipt_id: UUID) -> Stored | None:
        """See `Store.get`."""
        return next(iter(self.get_many([receipt_id])), None)

    def get_many(self, receipt_ids: Iterable[UUID]) -> list[Stored]:
        """See `Store.get_many`."""
        found = self._open().execute(_GET, (list(receipt_ids),), binary=True)
        return [rows.read(f"inbox_receipt:{seq}", row) for seq, *row in found]

    def backlog(self, brand_id: UUID, position: Position) -> int:
        """See `Store.backlog`."""
        tx, seq = _position(position)
        counted = self._open().execute(f"SELECT count(*) {_AFTER}", (brand_id, str(tx), seq)).fetchone()
        return 0 if counted is None else int(counted[0])

    def oldest(self, brand_id: UUID, position: Position) -> datetime | None:
        """See `Store.oldest`."""
        tx, seq = _position(position)
        found = self._open().execute(f"SELECT min(received_us) {_AFTER}", (brand_id, str(tx), seq)).fetchone()
        return None if found is None or found[0] is None else clock.from_micros(found[0])

    def erase(self, receipt_id: UUID, *, at: datetime) -> bool:
        """See `Store.erase`. The old row lies in the table's file until VACUUM, and in the server's log."""
        connection = self._open()
        with connection.transaction():
            found = connection.execute(_TO_ERASE, (receipt_id, receipt_id)).fetchall()
            for seq, body, envelope, erased_us in found:
                if erased_us is None:
                    connection.execute(_ERASE, (*rows.erased(body, envelope, at), seq))
        return bool(found)

    def archive(self, positions: Iterable[tuple[UUID, Position]]) -> int:
        """Nothing to do: a table has no files to put away."""
        return 0

    def close(self) -> None:
        """See `Store.close`."""
        connection, self._connection = self._connection, None
        if connection is not None and self._process == os.getpid():
            connection.close()

    def _open(self) -> Connection:
        if self._process != os.getpid():
            # Closing what a child inherited would end the parent's session.
            self._inherited.append(self._connection)
            self._connection, self._process = None, os.getpid()
        if self._connection is None or self._connection.closed:
            connection = psycopg.connect(self._dsn, autocommit=True, application_name="tallystick inbox")
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            # An answer promises that the receipt is on disk, whatever the server's default is.
            connection.execute("SET synchronous_commit = on")
            self._connection = connection
        return self._connection


def _keep(connection: Connection, written: Sequence[rows.Written]) -> dict[UUID, Outcome]:
    """Insert receipts inside the caller's transaction and say what became of each: one round trip if all are new."""
    new = {receipt_id for (receipt_id,) in connection.execute(_INSERT, _by_column(written), binary=True)}
    outcomes: dict[UUID, Outcome] = {receipt_id: Accepted(receipt_id) for receipt_id in new}
    held = [row for row in written if row.id not in new]
    return outcomes | _settle(connection, held) if held else outcomes


def _settle(connection: Connection, held: Sequence[rows.Written]) -> dict[UUID, Outcome]:
    """What became of receipts that were not inserted: kept before, a duplicate, or a conflict."""
    originals = _originals(connection, held)
    settling.refuse_changed(held, originals)
    # In the same order in every batch, so that neither of two waits for the other.
    others = sorted(settling.contradictions(held, originals), key=itemgetter(1))
    if others:
        columns = _by_column([row for row, _ in others])
        connection.execute(_INSERT_EVIDENCE, [*columns, [against.original_id for _, against in others]])
    outcomes = settling.settle(held, originals, _evidence(connection, others))
    if again := settling.repeats(held, outcomes):
        connection.execute(_LOCK, (list(again),))
        connection.execute(_REPEAT, (list(again.keys()), list(again.values())))
    return {row.id: outcome for row, outcome in zip(held, outcomes, strict=True)}


def _originals(connection: Connection, written: Sequence[rows.Written]) -> dict[Key, Original]:
    keys = list(dict.fromkeys(key for row in written if (key := settling.key_of(row))))
    if not keys:
        return {}
    found = connection.execute(_ORIGINALS, _by_column(keys), binary=True)
    return {(brand_id, source, kind, key): Original(*kept) for brand_id, source, kind, key, *kept in found}


def _evidence(connection: Connection, others: Sequence[tuple[rows.Written, Against]]) -> dict[Against, UUID]:
    if not others:
        return {}
    asked = list(dict.fromkeys(against for _, against in others))
    found = connection.execute(_EVIDENCE, _by_column(asked), binary=True)
    return {Against(original_id, digest): kept for original_id, digest, kept in found}


def _by_column(written: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*written, strict=True)]


def _key_order(row: rows.Written) -> tuple[Any, ...]:
    return (False,) if row.key is None else (True, row.brand_id, row.source, row.kind, row.key)


def _position(position: Position) -> tuple[int, int]:
    return (0, 0) if position is None else msgspec.convert(position, tuple[int, int])


def _refuse_foreign(connection: Connection, tx: int) -> None:
    """Refuse a position from another server: after a dump is restored, transactions count from anew."""
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()
    if row is not None and tx >= int(row[0]):
        raise StoreFault(
            f"The reader stands at transaction {tx:,}, but this server has only come to {int(row[0]):,}: the "
            "database was restored from a dump. Nothing was read. Run UPDATE inbox_receipt SET tx = '0' and "
            "start the readers from the beginning; what they made before is recognised and not made twice."
        )
