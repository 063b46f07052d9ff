"""Receipts in SQLite files: one shared file for those with a key, one file per process for those without.

Keyed receipts share `keyed.db` because one permanent UNIQUE must see them all. Keyless ones need no such
meeting place, so no process waits for another to keep a click. A batch that holds both kinds is two
transactions; it is answered after both, and appending it again keeps nothing twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from tallystick.foundation.sqlite.connect import connect as connect_durably
from tallystick.kit import clock
from tallystick.kit.batches import slices
from tallystick.kit.durable import sync_directory
from tallystick.kit.failpoints import reach
from tallystick.tracking.inbox.stores import files, port, rows, sources, tables
from tallystick.tracking.inbox.stores.keyless import KeylessWriter
from tallystick.tracking.inbox.stores.port import Accepted, Batch, Outcome, Position, Stored, StoreFull
from tallystick.tracking.inbox.stores.sources import FilePosition, Source
from tallystick.tracking.inbox.wire import Receipt

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection

FILE_BYTES: Final = 64 << 20
# Keys come in no order, so every receipt changes another page of their index: pages that stay in memory, and are
# written back once for several batches, make appending half as fast again.
_PRAGMAS: Final = ("PRAGMA cache_size = -32000", "PRAGMA wal_autocheckpoint = 8000")


class SqliteStore:
    """`port.Store` over a directory. Nothing is made or opened before the first call.

    connect: opens a file with a write-ahead log, synchronous=FULL and autocommit; a test may give its own.
    file_bytes: the size at which a file of keyless receipts is finished and another begun.
    """

    def __init__(
        self,
        directory: Path,
        *,
        connect: Callable[[Path], Connection] = connect_durably,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        self._directory = directory
        self._connect = connect
        self._keyed: Connection | None = None
        self._keyless = KeylessWriter(directory, connect, file_bytes)
        self._process = os.getpid()
        self._inherited: list[object] = []

    def append(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        """See `Store.append`."""
        port.refuse_over(len(receipts), port.APPEND_LIMIT)
        self._notice_fork()
        written = [rows.write(receipt) for receipt in receipts]
        keyed = [row for row in written if row.key is not None]
        keyless = [row for row in written if row.key is None]
        try:
            answers = iter(self._append_keyed(keyed) if keyed else ())
            if keyed and keyless:
                reach("inbox.keyed")
            if keyless:
                self._keyless.append(keyless)
        except BaseException as wrong:
            # TRICKY: after a failed sync nobody knows what the cache holds; a new connection asks the disk.
            self._disconnect()
            if tables.is_full(wrong):
                raise StoreFull(self._directory) from wrong
            raise
        reach("inbox.appended")
        return [Accepted(r.id) if r.key is None else next(answers) for r in receipts]

    def look(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        """See `Store.look`."""
        port.refuse_over(len(receipts), port.APPEND_LIMIT)
        return tables.look(self._keyed_source().connection, [rows.write(receipt) for receipt in receipts])

    def read(self, brand_id: UUID, position: Position, limit: int) -> Batch:
        """See `Store.read`. Files are merged by id, that is by arrival, so that none waits for another."""
        port.refuse_over(limit, port.READ_LIMIT, least=1)
        start = sources.to_position(position)
        reached, found, size, full = dict(start.read), list[Stored](), 0, False
        with sources.unread(self._directory, self._connect, start) as keyless:
            streams = [
                source.rows_after(brand_id, reached.get(source.name, 0), limit)
                for source in (self._keyed_source(), *keyless)
            ]
            for name, (seq, *row) in merge(*streams, key=lambda item: item[1][1]):
                found.append(rows.read(f"{name}:{seq}", row))
                reached[name] = seq
                size += len(found[-1].receipt.body)
                if full := len(found) == limit or size >= port.READ_BYTES:
                    break
            for stream in streams:
                stream.close()
            if not full:
                # Whatever is put away has now been read to its end and need not be named any more.
                for file in files.keyless_files(self._directory, archived=True):
                    reached.pop(file.name, None)
        after = FilePosition(reached, beginning=start.beginning and full)
        return Batch(tuple(found), msgspec.to_builtins(after))

    def get(self, receipt_id: UUID) -> Stored | None:
        """See `Store.get`."""
        return next(iter(self.get_many([receipt_id])), None)

    def get_many(self, receipt_ids: Iterable[UUID]) -> list[Stored]:
        """See `Store.get_many`."""
        missing = set(receipt_ids)
        found: list[Stored] = []
        with sources.every(self._directory, self._connect, missing) as keyless:
            for source in chain([self._keyed_source()], keyless):
                for wanted in slices(missing):
                    for seq, *row in tables.find(source.connection, wanted):
                        found.append(rows.read(f"{source.name}:{seq}", row))
                missing.difference_update(stored.receipt.id for stored in found)
                if not missing:
                    break
        return found

    def backlog(self, brand_id: UUID, position: Position) -> int:
        """See `Store.backlog`."""
        start = sources.to_position(position)
        with sources.unread(self._directory, self._connect, start) as keyless:
            return sum(
                tables.count_after(source.connection, brand_id, start.read.get(source.name, 0))
                for source in (self._keyed_source(), *keyless)
            )

    def oldest(self, brand_id: UUID, position: Position) -> datetime | None:
        """See `Store.oldest`."""
        start = sources.to_position(position)
        with sources.unread(self._directory, self._connect, start) as keyless:
            found = [
                tables.oldest_after(source.connection, brand_id, start.read.get(source.name, 0))
                for source in (self._keyed_source(), *keyless)
            ]
        micros = min((each for each in found if each is not None), default=None)
        return None if micros is None else clock.from_micros(micros)

    def erase(self, receipt_id: UUID, *, at: datetime) -> bool:
        """See `Store.erase`. Freed pages are overwritten, and the log is emptied unless somebody reads it."""
        with sources.every(self._directory, self._connect, [receipt_id]) as keyless:
            every = chain([self._keyed_source()], keyless)
            return any(tables.erase(source.connection, receipt_id, at) for source in every)

    def archive(self, positions: Iterable[tuple[UUID, Position]]) -> int:
        """See `Store.archive`. Moves files whose writer is gone or has begun another."""
        readers: dict[UUID, list[FilePosition]] = {}
        for brand_id, position in positions:
            readers.setdefault(brand_id, []).append(sources.to_position(position))
        return sources.put_away(self._directory, self._connect, readers)

    def close(self) -> None:
        """See `Store.close`. The file of keyless receipts is finished; the next one begins another."""
        self._notice_fork()
        self._disconnect()
        self._keyless.leave()

    def _append_keyed(self, written: Sequence[rows.Written]) -> list[Outcome]:
        connection = self._open_keyed()
        with tables.transaction(connection):
            outcomes = tables.add_keyed(connection, written)
            reach("inbox.appending")
        return outcomes

    def _keyed_source(self) -> Source:
        self._notice_fork()
        return Source(files.KEYED, self._open_keyed())

    def _open_keyed(self) -> Connection:
        if self._keyed is None:
            self._directory.mkdir(parents=True, exist_ok=True)
            connection = self._connect(self._directory / files.KEYED)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            tables.create(connection, tables.KEYED_SCHEMA)
            sync_directory(self._directory)
            self._keyed = connection
        return self._keyed

    def _notice_fork(self) -> None:
        # TRICKY: SQLite connections do not survive a fork, and closing one in the child harms the parent's
        # file; so the child keeps what it inherited and never touches it.
        if self._process != os.getpid():
            self._inherited += [self._keyed, self._keyless.inherited()]
            self._keyed, self._process = None, os.getpid()

    def _disconnect(self) -> None:
        connection, self._keyed = self._keyed, None
        if connection is not None:
            connection.close()
        self._keyless.disconnect()
