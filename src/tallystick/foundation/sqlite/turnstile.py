"""Whose write is next on SQLite: whoever waits gets in after the transaction that runs. Identifier: EO-TURN.

SQLite has one writer, and no queue for its place: who waits asks again after a while, and a worker that begins its next
transaction at once is always quicker. Therefore every writer passes a turnstile, a lock on a file beside the database,
held only while a transaction is being begun. Whoever holds it waits for SQLite alone, and a worker that comes back has
to wait for it. The system drops the lock when its process dies, however that happens.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SUFFIX: Final = "-turn"
_LONGEST_PAUSE: Final = 0.008
_SHORTEST_PAUSE: Final = 0.000_25
_HALF_LIFE: Final = 0.05
_WRITES: Final = frozenset(
    {"BEGIN", "INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "VACUUM"}
)


def writes(query: str) -> bool:
    """Whether a statement that stands outside of a transaction will wait for the writer's place."""
    return query[:10].lstrip().partition(" ")[0].upper() in _WRITES


class Turnstile:
    """One connection's way to the writer's place of a database file. Belongs to the thread of its connection.

    patience_seconds: who waits longer goes on without it. It says who is next, not who may write: SQLite does that.
    """

    def __init__(self, database: str, *, patience_seconds: float) -> None:
        self._path = database + SUFFIX
        self._patience = patience_seconds
        self._file: int | None = None
        self._process = os.getpid()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who waits for the writer's place, until it is taken or refused."""
        file = self._open()
        is_held = self._take(file)
        try:
            yield
        finally:
            if is_held:
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back; the next write opens it again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __del__(self) -> None:
        self.close()

    def _open(self) -> int:
        if self._process != os.getpid():
            # TRICKY: a lock belongs to the open file, which a forked child has in common with its parent.
            self.close()
            self._process = os.getpid()
        if self._file is None:
            self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        return self._file

    def _take(self, file: int) -> bool:
        """Whether the lock is held now. Who has waited longer asks more often: the next is nearly always the first."""
        began = time.monotonic()
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waited = time.monotonic() - began
                if waited > self._patience:
                    return False
                time.sleep(max(_LONGEST_PAUSE / 2 ** min(waited / _HALF_LIFE, 30), _SHORTEST_PAUSE))
            else:
                return True
