"""The files of an embedded inbox: their names, who is still writing them, and where they are put away.

```
inbox/
├── keyed.db                    receipts with a dedupe key, shared by every process, never moved
├── 4711-1763632800000000.db    keyless receipts of one process since one instant (microseconds)
├── 4711-1763632800000000.lock  locked for as long as that process may still write the file
├── archive.lock                shared by readers, exclusive while files move
└── archive/                    files that every reader has passed
```

A lock is `flock`: the system drops it when its process dies, however that happens.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from tallystick.kit import clock
from tallystick.kit.durable import sync_directory
from tallystick.kit.failpoints import reach

KEYED: Final = "keyed.db"
ARCHIVE: Final = "archive"
ARCHIVE_LOCK: Final = "archive.lock"


@dataclass(frozen=True, slots=True)
class KeylessFile:
    """One file of keyless receipts, in use or put away."""

    path: Path
    archived: bool

    @property
    def name(self) -> str:
        """What positions call it: the same before and after it is put away."""
        return self.path.name

    @property
    def started_us(self) -> int:
        """When it was begun, in microseconds since 1970."""
        return int(self.path.stem.partition("-")[2])

    @property
    def lock_path(self) -> Path:
        return self.path.with_suffix(".lock")


def keyless_files(directory: Path, *, archived: bool) -> list[KeylessFile]:
    """The files of one place, oldest first."""
    place = directory / ARCHIVE if archived else directory
    found = [KeylessFile(path, archived) for path in place.glob("*-*.db")]
    return sorted(found, key=lambda file: (file.started_us, file.name))


def made_us(receipt_id: UUID) -> int:
    """When a UUIDv7 was made, in microseconds since 1970, to the millisecond."""
    return (receipt_id.int >> 80) * 1000


def claim_name(directory: Path) -> tuple[KeylessFile, int]:
    """A new file of this process and the descriptor of its lock, held until that is closed.

    The lock is held before the database file exists, so a file without a held lock has lost its writer.
    """
    started_us = clock.to_micros(clock.now())
    while True:
        file = KeylessFile(directory / f"{os.getpid()}-{started_us}.db", archived=False)
        try:
            lock = os.open(file.lock_path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except FileExistsError:
            started_us += 1
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        return file, lock


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock file; yields False, holding nothing, when `wait` is off and somebody else has it."""
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(lock, mode)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)


def put_away(file: KeylessFile) -> None:
    """Move a file that nobody has open into the archive, durably."""
    archive = file.path.parent / ARCHIVE
    archive.mkdir(exist_ok=True)
    file.path.replace(archive / file.name)
    reach("inbox.archiving")
    sync_directory(archive)
    file.lock_path.unlink(missing_ok=True)
    sync_directory(file.path.parent)
