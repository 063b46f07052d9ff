"""The bytes of documents on disk: `data_dir/attachments/<brand>/<sha256>`, the same bytes once a brand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from uuid import UUID

from django.conf import settings

from tallystick.kit import ids
from tallystick.kit.durable import sync_directory
from tallystick.kit.errors import Foreseen

_UNFINISHED = ".part"


class BytesMissing(Foreseen):
    """A document whose file is not there."""


class Readable(Protocol):
    """Something open that yields bytes: an upload, a file."""

    def read(self, size: int, /) -> bytes: ...


class Limits(Protocol):
    """The part of the Config that documents need."""

    @property
    def attachments_dir(self) -> Path: ...

    @property
    def attachment_mb(self) -> int: ...


def limits() -> Limits:
    """What this installation's config says about documents."""
    return cast("Limits", settings.TALLYSTICK)


def path(brand_id: UUID, sha256: str) -> Path:
    """Where a brand's bytes with a digest lie."""
    return limits().attachments_dir / brand_id.hex / sha256


def write(brand_id: UUID, sha256: str, content: bytes) -> None:
    """Write bytes so that they are there after a power cut: a temporary file, synced, renamed, its folder synced."""
    target = path(brand_id, sha256)
    _make_folder(target.parent)
    unfinished = target.with_name(f"{sha256}-{ids.new().hex}{_UNFINISHED}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)
    sync_directory(target.parent)


def open_bytes(brand_id: UUID, sha256: str) -> BinaryIO:
    """The bytes, to be read. Raises BytesMissing."""
    try:
        return path(brand_id, sha256).open("rb")
    except FileNotFoundError:
        raise BytesMissing(
            "The document is listed, but its file %(file)s is missing. Restore it from a backup of the data directory.",
            file=f"attachments/{brand_id.hex}/{sha256}",
        ) from None


def written_before(brand_id: UUID, moment: float) -> Iterator[Path]:
    """Files of a brand, unfinished ones too, that were last written before a moment (seconds since 1970)."""
    folder = limits().attachments_dir / brand_id.hex
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if file.stat().st_mtime < moment)


def _make_folder(folder: Path) -> None:
    for each in (folder.parent, folder):
        if not each.is_dir():
            each.mkdir(exist_ok=True)
            sync_directory(each.parent)
