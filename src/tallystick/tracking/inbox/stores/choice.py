"""Which store an installation has."""

from pathlib import Path

from tallystick.tracking.inbox.stores.port import Store

_MEGABYTE = 1 << 20


def open_store(*, directory: Path, database_url: str | None, file_mb: int = 64) -> Store:
    """The receipt store of an installation: PostgreSQL where the database is there, files otherwise.

    directory: where the files lie. file_mb: the size at which a file of keyless receipts is finished.
    Connects to nothing yet. The store belongs to the thread that uses it: open one per thread.
    """
    if database_url is not None and database_url.startswith(("postgres://", "postgresql://")):
        from tallystick.tracking.inbox.stores.postgres import PostgresStore

        return PostgresStore(database_url)
    from tallystick.tracking.inbox.stores.sqlite import SqliteStore

    return SqliteStore(directory, file_bytes=file_mb * _MEGABYTE)
