"""Power cuts, simulated: a file system that keeps what was synced, and of the rest what chance leaves.

The inbox store runs on it through its connection factory, with all its statements and transactions. At a random write
or sync the power goes. What is left is opened by the driver that Tallystick runs on: the file must be sound and hold
every receipt that was acknowledged. With synchronous=NORMAL, the control, some must be missing.

It tests the store's commit protocol on apsw's build of SQLite, not the build inside pysqlite3. Names of files are
taken to be durable, and WAL runs with an exclusive lock, because a file system in Python has no shared memory.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import apsw

from tallystick.foundation.sqlite.connect import connect
from tallystick.kit import ids
from tallystick.tracking.inbox.stores.sqlite import SqliteStore
from tallystick.tracking.inbox.wire import Receipt

BRAND = UUID("01930000-0000-7000-8000-00000000ac3e")
AT = datetime(2026, 11, 20, tzinfo=UTC)
SECTOR = 512
MOST_BATCHES = 30


class PowerCut(Exception):
    """The power is gone; nothing reaches the disk any more."""


@dataclass
class File:
    """One file: what programs see, what is on the platter, and the writes between the two."""

    seen: bytearray = field(default_factory=bytearray)
    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes]] = field(default_factory=list)


@dataclass
class Disk:
    """Files by name, and how many writes and syncs are left until the power goes."""

    chance: random.Random
    left: int
    files: dict[str, File] = field(default_factory=dict)

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise PowerCut

    def after_the_cut(self, name: str) -> bytes:
        """The file as it is found: its synced bytes, and on some disks some of the later sectors, in no order."""
        file = self.files[name]
        found = bytearray(file.synced)
        share = self.chance.choice((0.0, 0.0, 0.5, 1.0))
        for offset, sector in file.pending:
            if self.chance.random() < share:
                _put(found, offset, sector)
        return bytes(found)


def _put(target: bytearray, offset: int, piece: bytes) -> None:
    target.extend(bytes(max(0, offset - len(target))))
    target[offset : offset + len(piece)] = piece


class DiskFile(apsw.VFSFile):
    """An open file of the disk, as SQLite asks for it."""

    def __init__(self, disk: Disk, name: str) -> None:
        self.disk, self.file = disk, disk.files.setdefault(name, File())

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self.file.seen[offset : offset + amount])

    def xWrite(self, piece: bytes, offset: int) -> None:  # noqa: N802
        self.disk.spend()
        _put(self.file.seen, offset, piece)
        for start in range(0, len(piece), SECTOR):
            self.file.pending.append((offset + start, bytes(piece[start : start + SECTOR])))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.disk.spend()
        del self.file.seen[size:]

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.disk.spend()
        self.file.synced, self.file.pending = bytearray(self.file.seen), []

    def xFileSize(self) -> int:  # noqa: N802
        return len(self.file.seen)

    def xLock(self, level: int) -> None: ...  # noqa: N802

    def xUnlock(self, level: int) -> None: ...  # noqa: N802

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xClose(self) -> None: ...  # noqa: N802


class DiskVfs(apsw.VFS):
    """The disk as a file system of SQLite's."""

    def __init__(self, disk: Disk) -> None:
        self.disk, self.vfs_name = disk, f"powercut-{id(disk)}"
        super().__init__(self.vfs_name, base="")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> DiskFile:  # noqa: N802
        flags[1] = flags[0]
        return DiskFile(self.disk, name.filename() if isinstance(name, apsw.URIFilename) else str(name))

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        return name in self.disk.files

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802
        self.disk.files.pop(name, None)

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


@dataclass(frozen=True)
class Found:
    """What one cut left: receipts acknowledged, those of them that are gone, and whether all files are sound."""

    acknowledged: int
    lost: int
    sound: bool


def cut_once(seed: str, *, synchronous: str) -> Found:
    """Append batches until the power goes at a random moment; look what is there afterwards."""
    chance = random.Random(seed)
    disk = Disk(chance, left=chance.randrange(20, 400))
    with _rooms() as (place, after), _silence():
        acknowledged = _append_until_the_cut(place, disk, chance, synchronous)
        for name in disk.files:
            (after / Path(name).name).write_bytes(disk.after_the_cut(name))
        kept, sound = _found(after)
    return Found(len(acknowledged), len(acknowledged - kept), sound)


@contextmanager
def _rooms() -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as before, tempfile.TemporaryDirectory() as after:
        yield Path(before), Path(after)


@contextmanager
def _silence() -> Iterator[None]:
    """Where SQLite takes no error from its file system, apsw shows it to these hooks. A cut is no news here."""
    hooks = sys.excepthook, sys.unraisablehook
    sys.excepthook, sys.unraisablehook = lambda *_: None, lambda *_: None
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook = hooks


def _append_until_the_cut(place: Path, disk: Disk, chance: random.Random, synchronous: str) -> set[UUID]:
    vfs = DiskVfs(disk)
    opened = []

    def factory(path: Path) -> apsw.Connection:
        path.touch()
        connection = apsw.Connection(str(path), vfs=vfs.vfs_name)
        opened.append(connection)
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", f"synchronous = {synchronous}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {chance.choice((4, 20, 1000))}")
        return connection

    acknowledged: set[UUID] = set()
    store = SqliteStore(place, connect=factory)  # type: ignore[arg-type]
    try:
        for number in range(MOST_BATCHES):
            batch = [_receipt(chance, number, n) for n in range(chance.randrange(1, 12))]
            store.append(batch)
            acknowledged |= {receipt.id for receipt in batch}
    except (PowerCut, apsw.Error):
        pass
    finally:
        disk.left = 0
        for connection in opened:
            # Closing would write; the power is off. Its errors are those of a disk that is gone.
            try:
                connection.close(True)
            except (PowerCut, apsw.Error):
                continue
        vfs.unregister()
    return acknowledged


def _receipt(chance: random.Random, batch: int, number: int) -> Receipt:
    key = f"{batch}-{number}" if chance.random() < 0.6 else None
    body = chance.randbytes(chance.randrange(1, 3000))
    return Receipt(
        id=ids.new(), brand_id=BRAND, source="edge", kind="event", key=key, body=body, received_at=AT
    )


def _found(directory: Path) -> tuple[set[UUID], bool]:
    kept: set[UUID] = set()
    sound = True
    for path in directory.glob("*.db"):
        connection = connect(path)
        sound &= connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        if connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'receipts'").fetchone()[0]:
            kept |= {UUID(bytes=row[0]) for row in connection.execute("SELECT id FROM receipts")}
        connection.close()
    return kept, sound
