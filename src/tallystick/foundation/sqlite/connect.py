"""The one way to open a SQLite file: durable, checked, and the same for Django and for the inbox.

Importing this module needs no Django. The library is pysqlite3's, never the interpreter's own, because the
latter is whatever the operating system ships. Never open the same file with two SQLite libraries in one
process: closing one of them drops the POSIX locks of the other.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal

from tallystick.foundation.sqlite import gate

try:
    from pysqlite3 import dbapi2 as driver
except ImportError as missing:
    raise gate.UnsafeSqlite(f"The SQLite driver pysqlite3 is not installed.\n{gate.WHAT_TO_DO}") from missing

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection

__all__ = ["TIMEOUT_SECONDS", "WalRefused", "configure", "connect", "driver", "require_safe_library"]

TIMEOUT_SECONDS: Final = 30.0
"""How long a writer waits for another writer before ``database is locked``."""

PRAGMAS: Final = {"synchronous": "FULL", "foreign_keys": "ON", "secure_delete": "ON"}
"""secure_delete: what is erased, or moved to another page on the way, leaves no copy behind in the file."""


class WalRefused(RuntimeError):
    """The file cannot be put into WAL mode, usually because it lies on a network file system."""


def connect(
    path: Path | str,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    isolation: Literal["IMMEDIATE"] | None = None,
    read_only: bool = False,
    any_thread: bool = False,
) -> Connection:
    """Open (and unless ``read_only`` create) a SQLite file with WAL, synchronous=FULL and foreign keys.

    isolation: None leaves the connection in autocommit, so that a transaction begins only where the caller
    writes ``BEGIN IMMEDIATE``; "IMMEDIATE" lets the driver begin one before the first change.
    any_thread: the caller promises that no two threads use the connection at once.
    Raises UnsafeSqlite on an affected library, WalRefused when the file cannot have a write-ahead log.
    """
    require_safe_library()
    connection = driver.connect(
        f"{Path(path).absolute().as_uri()}?mode=ro" if read_only else str(path),
        timeout=timeout_seconds,
        isolation_level=isolation,
        check_same_thread=not any_thread,
        uri=read_only,
    )
    try:
        configure(connection, read_only=read_only, timeout_seconds=timeout_seconds)
    except BaseException:
        connection.close()
        raise
    return connection


def configure(
    connection: Connection, *, read_only: bool = False, timeout_seconds: float = TIMEOUT_SECONDS
) -> None:
    """Put the durability settings in force on an open connection that is outside a transaction."""
    for pragma, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {pragma} = {value}")
    if not read_only:
        _turn_wal_on(connection, timeout_seconds)


@cache
def require_safe_library() -> ModuleType:
    """The SQLite driver, after the gate; the check runs once per process."""
    with_library = driver.connect(":memory:")
    source_id = with_library.execute("SELECT sqlite_source_id()").fetchone()[0]
    with_library.close()
    gate.check_version(driver.sqlite_version_info, source_id)
    return driver


def _turn_wal_on(connection: Connection, timeout_seconds: float) -> None:
    # TRICKY: SQLite does not call the busy handler when the journal mode changes, so two processes that
    # open a new file together would fail at once; wait here instead.
    give_up_at = time.monotonic() + timeout_seconds
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except driver.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
    if mode not in {"wal", "memory"}:
        raise WalRefused(
            f"The database stays in journal mode {mode!r} instead of WAL. Put the data directory on a local "
            "disk (network file systems cannot share a write-ahead log), or use PostgreSQL with DATABASE_URL."
        )
