"""The bytes of imports on disk: `data_dir/imports/<brand>/<import>/file`, or where a command found them.

An upload is one file that grows piece by piece; whoever adds to it holds its lock. What lies elsewhere is only read:
nothing here ever changes or deletes a file that somebody else put where it is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast
from uuid import UUID

from django.conf import settings

from tallystick.kit.delimited import BadFile
from tallystick.kit.durable import sync_directory
from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.imports.models import Import

_FILE: Final = "file"


class DiskFault(Foreseen):
    """The disk cannot take or give bytes; the message says what is kept."""


class BytesGone(Foreseen):
    """An import whose file was deleted, or lies no more where it was."""

    exit = Exit.REFUSED


class Limits(Protocol):
    """The part of the Config that imports need."""

    @property
    def imports_dir(self) -> Path: ...

    @property
    def import_mb(self) -> int: ...

    @property
    def import_keep_days(self) -> int: ...


def limits() -> Limits:
    """What this installation's config says about imports."""
    return cast("Limits", settings.TALLYSTICK)


def place_of(brand_id: UUID, *, import_id: UUID) -> str:
    """Where the bytes of an upload lie, under the folder of all imports."""
    return f"{brand_id.hex}/{import_id.hex}/{_FILE}"


def scratch() -> Path:
    """Where rows are put aside while a large file is read; what lies there has no name and vanishes by itself."""
    return limits().imports_dir / "scratch"


def is_ours(row: Import) -> bool:
    """Whether the bytes are a copy that was made for the import, and not somebody's file."""
    return bool(row.path) and not Path(row.path).is_absolute()


def path_of(row: Import) -> Path:
    """The file that an import reads. Raises BytesGone where there is none any more."""
    if not row.path:
        raise BytesGone(
            "The file of %(name)s was deleted after its time; its rows are kept as receipts.", name=row.name
        )
    return limits().imports_dir / row.path


@contextmanager
def held(row: Import) -> Iterator[BinaryIO]:
    """The file of an upload, made where it is not there, to be read and written by nobody else meanwhile."""
    path = path_of(row)
    _make_folders(path.parent)
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        if is_new:
            sync_directory(path.parent)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def write_at(file: BinaryIO, *, offset: int, content: bytes) -> None:
    """Write a piece and cut off what stood behind it; it is on the disk when this returns."""
    file.seek(offset)
    file.write(content)
    file.truncate()
    file.flush()
    os.fsync(file.fileno())


def read_at(file: BinaryIO, *, offset: int, size: int) -> bytes:
    """So many bytes from a place, or those that are there."""
    file.seek(offset)
    return file.read(size)


def sha256_of(path: Path) -> str:
    """The digest of a whole file, in hexadecimal. Raises BadFile where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as wrong:
        raise BadFile(
            "%(name)s cannot be read: %(strerror)s.", name=path.name, strerror=wrong.strerror or wrong
        ) from wrong


def refuse_changed(row: Import) -> Path:
    """The file of an import, if it is the one that was brought. Raises BadFile, BytesGone."""
    path = path_of(row)
    if not path.is_file():
        raise BytesGone(
            "The file of %(name)s lies no more at %(path)s. Put it back there and resume, or import it again.",
            name=row.name,
            path=path,
        )
    if path.stat().st_size != row.size_bytes or sha256_of(path) != row.sha256:
        raise BadFile(
            "%(name)s is not the file any more that was brought: it was changed since. The rows read so far are kept; "
            "import it again as it is now.",
            name=row.name,
        )
    return path


def delete(row: Import) -> None:
    """Delete the copy that was made for an import, if there is one."""
    if is_ours(row):
        shutil.rmtree(path_of(row).parent, ignore_errors=True)


def folders_of(brand_id: UUID) -> Iterator[Path]:
    """The folders of a brand's uploads, each named for its import."""
    folder = limits().imports_dir / brand_id.hex
    if folder.is_dir():
        yield from (each for each in folder.iterdir() if each.is_dir())


def _make_folders(folder: Path) -> None:
    for each in (folder.parent.parent, folder.parent, folder):
        if not each.is_dir():
            each.mkdir(exist_ok=True)
            sync_directory(each.parent)
