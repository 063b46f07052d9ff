"""Reading the files of an embedded inbox side by side, while none of them moves."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from tallystick.tracking.inbox.stores import files, tables
from tallystick.tracking.inbox.stores.files import KeylessFile
from tallystick.tracking.inbox.stores.port import Position

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection

_SLACK_US: Final = 60_000_000


class FilePosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How far a reader is: the last row read of each file.

    A file that is put away and not named has been read to its end, except while `beginning` is set: then the
    reader started from nothing and still has files of the archive before it.
    """

    read: dict[str, int] = {}
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One open file; `name` is what positions call it."""

    name: str
    connection: Connection

    def rows_after(
        self, brand_id: UUID, seq: int, limit: int
    ) -> Generator[tuple[str, tuple[Any, ...]], None, None]:
        """The file's name beside each row of a brand after a sequence number."""
        for row in tables.after(self.connection, brand_id, seq, limit):
            yield self.name, row


def to_position(position: Position) -> FilePosition:
    """The position that `read` gave out; raises msgspec.ValidationError for anything else."""
    return FilePosition(beginning=True) if position is None else msgspec.convert(position, FilePosition)


@contextmanager
def unread(
    directory: Path, connect: Callable[[Path], Connection], start: FilePosition
) -> Iterator[list[Source]]:
    """The keyless files that a reader at a position has still to look into, all open."""
    with _held_still(directory) as every, ExitStack() as stack:
        wanted = (f for f in every if not f.archived or start.beginning or f.name in start.read)
        yield [source for file in wanted if (source := stack.enter_context(_opened(file, connect)))]


@contextmanager
def every(
    directory: Path, connect: Callable[[Path], Connection], receipt_ids: Iterable[UUID]
) -> Iterator[Iterator[Source]]:
    """Every keyless file, one at a time, beginning where receipts with these ids should lie.

    A file is opened when it is asked for and closed before the next: an archive may hold more files than a process
    may have open.
    """
    newest = max(map(files.made_us, receipt_ids), default=0) + _SLACK_US
    with _held_still(directory) as found:
        found.sort(key=lambda file: (file.started_us > newest, -file.started_us))
        with closing(_one_by_one(found, connect)) as opened:
            yield opened


def put_away(
    directory: Path, connect: Callable[[Path], Connection], readers: dict[UUID, list[FilePosition]]
) -> int:
    """Move the files that every reader has passed and nobody writes any more; returns how many.

    Moves nothing while somebody reads: there is always a next time.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with files.locked(directory / files.ARCHIVE_LOCK, wait=False) as alone:
        if not alone:
            return 0
        found = files.keyless_files(directory, archived=False)
        return sum(_put_away_one(file, connect, readers) for file in found)


def _put_away_one(
    file: KeylessFile, connect: Callable[[Path], Connection], readers: dict[UUID, list[FilePosition]]
) -> bool:
    with files.locked(file.lock_path, wait=False) as abandoned:
        if not abandoned:
            return False
        with closing(connect(file.path)) as connection:
            for brand_id, end in tables.ends(connection).items() if tables.exist(connection) else ():
                passed = [reader.read.get(file.name, 0) for reader in readers.get(brand_id, [])]
                if not passed or min(passed) < end:
                    return False
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        # The last connection removes the log as it closes. Where it did not, somebody else has the file open.
        if file.path.with_name(f"{file.name}-wal").exists():
            return False
        files.put_away(file)
        return True


@contextmanager
def _held_still(directory: Path) -> Iterator[list[KeylessFile]]:
    directory.mkdir(parents=True, exist_ok=True)
    with files.locked(directory / files.ARCHIVE_LOCK, shared=True):
        live = files.keyless_files(directory, archived=False)
        yield list(chain(live, files.keyless_files(directory, archived=True)))


def _one_by_one(
    wanted: Iterable[KeylessFile], connect: Callable[[Path], Connection]
) -> Generator[Source, None, None]:
    for file in wanted:
        with _opened(file, connect) as source:
            if source is not None:
                yield source


@contextmanager
def _opened(file: KeylessFile, connect: Callable[[Path], Connection]) -> Iterator[Source | None]:
    """A file for reading; None where it has no tables yet."""
    with closing(connect(file.path)) as connection:
        yield Source(file.name, connection) if tables.exist(connection) else None
