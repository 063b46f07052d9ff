"""The file into which one store writes its receipts without a key."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.kit.durable import sync_directory
from tallystick.kit.failpoints import reach
from tallystick.tracking.inbox.stores import files, tables
from tallystick.tracking.inbox.stores.files import KeylessFile
from tallystick.tracking.inbox.stores.rows import Written

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection


class KeylessWriter:
    """Appends to a file of its own, and begins another one when that has grown past its size."""

    def __init__(self, directory: Path, connect: Callable[[Path], Connection], file_bytes: int) -> None:
        self._directory = directory
        self._connect = connect
        self._file_bytes = file_bytes
        self._file: KeylessFile | None = None
        self._lock: int | None = None
        self._connection: Connection | None = None

    def append(self, written: Sequence[Written]) -> None:
        """Keep rows in one transaction. A retry after an error finds the same file, which knows their ids."""
        connection = self._open()
        with tables.transaction(connection):
            tables.add_keyless(connection, written)
            reach("inbox.appending")
        if self._size() >= self._file_bytes:
            self.leave()

    def disconnect(self) -> None:
        """Close the connection and keep the file, which stays this writer's own."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def leave(self) -> None:
        """Close the file for good: readers may put it away once they have read it."""
        self.disconnect()
        self.forget_lock()

    def forget_lock(self) -> None:
        """Close this process's descriptor of the lock, and begin a new file next time."""
        lock, self._lock, self._file = self._lock, None, None
        if lock is not None:
            os.close(lock)

    def inherited(self) -> object:
        """Give up the connection unclosed, in a child process that must not touch it."""
        connection, self._connection = self._connection, None
        self.forget_lock()
        return connection

    def _open(self) -> Connection:
        if self._connection is None:
            if self._file is None:
                self._directory.mkdir(parents=True, exist_ok=True)
                self._file, self._lock = files.claim_name(self._directory)
                reach("inbox.claimed")
            self._connection = self._connect(self._file.path)
            reach("inbox.opened")
            tables.create(self._connection, tables.KEYLESS_SCHEMA)
            sync_directory(self._directory)
        return self._connection

    def _size(self) -> int:
        assert self._file is not None
        log = self._file.path.with_name(f"{self._file.name}-wal")
        return self._file.path.stat().st_size + (log.stat().st_size if log.exists() else 0)
