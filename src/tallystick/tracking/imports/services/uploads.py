"""A file comes in: in pieces, each of which is on the disk before it is answered, or where it lies. IMPORT-UPLOAD."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from tallystick.foundation.attachments.names import plain_name
from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock, ids
from tallystick.kit.delimited import BadFile
from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import there
from tallystick.tracking.imports.rules.steps import State, refuse_unless
from tallystick.tracking.imports.services import files

PIECE_BYTES: Final = 8_000_000
MOST_UPLOADS: Final = 50
"""Uploads of one brand that are not complete: what is left lying is deleted after a week."""

_NAMELESS: Final = "file"
_MOST_CHARACTERS: Final = 200


class SizeRefused(Foreseen):
    """A file or a piece of one that is empty or too large."""

    exit = Exit.USAGE


class OffsetRefused(Foreseen):
    """A piece that does not go on where the upload stands. stands_at: the byte at which it does."""

    exit = Exit.REFUSED

    def __init__(self, message: str, /, *, stands_at: int, **values: object) -> None:
        super().__init__(message, stands_at=stands_at, **values)
        self.stands_at = stands_at


class TooManyUploads(Foreseen):
    """More uploads than are kept open at once."""

    exit = Exit.REFUSED


def begin(*, name: str, size_bytes: int | None, by: Actor) -> Import:
    """Announce a file that will come in pieces. size_bytes: None where it is not known yet.

    name: what it is called; its last part is kept, without what deceives the eye. Raises SizeRefused, TooManyUploads.
    """
    name = _name(name)
    _refuse_size(size_bytes, name)
    if Import.objects.filter(state=State.UPLOADING).count() >= MOST_UPLOADS:
        raise TooManyUploads(
            "%(most)s files are being uploaded and none of them is complete. Finish or discard some of them first.",
            most=MOST_UPLOADS,
        )
    row = Import(name=name, size_bytes=size_bytes, **_begun(by))
    row.path = files.place_of(current_brand(), import_id=row.id)
    row.save(force_insert=True)
    return row


def add_piece(row: Import, *, offset: int, content: bytes) -> Import:
    """Add the next piece of an upload; it is on the disk when this returns. offset: where it begins in the file.

    The last piece again, because its answer was lost, changes nothing. Raises OffsetRefused for any other place than
    the one where the upload stands, and says which that is; SizeRefused for a piece of more than PIECE_BYTES or a file
    of more than was announced or is taken; DiskFault, StepRefused.
    """
    if len(content) > PIECE_BYTES:
        raise SizeRefused("A piece has %(size)s bytes; send at most %(most)s at once.", **_sizes(content))
    row = there(row)
    refuse_unless("upload", row.state, name=row.name)
    with _disk(row), files.held(row) as file:
        row = there(row)
        refuse_unless("upload", row.state, name=row.name)
        end, stands_at = offset + len(content), row.arrived_bytes
        if end <= stands_at and files.read_at(file, offset=offset, size=len(content)) == content:
            return row
        if offset != stands_at:
            raise OffsetRefused(
                "%(name)s stands at byte %(stands_at)s, and this piece begins at byte %(offset)s. Go on from there.",
                name=row.name,
                stands_at=stands_at,
                offset=offset,
            )
        if row.size_bytes is not None and end > row.size_bytes:
            raise SizeRefused(
                "%(name)s was announced with %(size)s bytes, and this piece would make it %(end)s. "
                "Discard it and begin anew.",
                name=row.name,
                size=row.size_bytes,
                end=end,
            )
        _refuse_size(end, row.name)
        files.write_at(file, offset=offset, content=content)
        uploading = Import.objects.filter(id=row.id, state=State.UPLOADING, arrived_bytes=stands_at)
        uploading.update(arrived_bytes=end)
    return there(row)


def arrive(row: Import) -> Import:
    """Say that all pieces are here. Again, once it has arrived, changes nothing.

    Raises OffsetRefused where some of what was announced is missing, SizeRefused for an empty file.
    """
    row = there(row)
    if row.state != State.UPLOADING:
        return row
    with _disk(row), files.held(row):
        row = there(row)
        if row.size_bytes is not None and row.arrived_bytes < row.size_bytes:
            raise OffsetRefused(
                "%(name)s is not complete: %(stands_at)s of %(size)s bytes are here. Send the rest.",
                name=row.name,
                stands_at=row.arrived_bytes,
                size=row.size_bytes,
            )
        _refuse_size(row.arrived_bytes, row.name)
        said = {"sha256": files.sha256_of(files.path_of(row)), "size_bytes": row.arrived_bytes}
        Import.objects.filter(id=row.id, state=State.UPLOADING).update(state=State.ARRIVED, **said)
    return there(row)


def bring(source: BinaryIO | Path, *, name: str = "", by: Actor) -> Import:
    """Bring a whole file at once. A file on this machine is read where it lies, a stream is copied.

    name: what it is called, unless the path says it. Raises BadFile, SizeRefused, DiskFault; nothing is left then.
    """
    if not isinstance(source, Path):
        return _bring_stream(source, name=name, by=by)
    name = name or source.name
    try:
        found = source.stat()
        if stat.S_ISDIR(found.st_mode):
            raise BadFile(
                "%(name)s is a directory. Name one file, or pack the files as a zip file.", name=name
            )
        if stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
            raise BadFile("%(name)s is a device, not a file. Write its content to a file first.", name=name)
        if not stat.S_ISREG(found.st_mode):
            with source.open("rb") as stream:
                return _bring_stream(stream, name=name, by=by)
        path = source.resolve(strict=True)
    except (OSError, RuntimeError) as wrong:  # of a link that leads to itself
        why = getattr(wrong, "strerror", None) or wrong
        raise BadFile("%(name)s cannot be read: %(why)s.", name=name, why=why) from wrong
    _refuse_empty(found.st_size, name)
    size, sha256 = found.st_size, files.sha256_of(path)
    row = Import(name=_name(name), path=str(path), size_bytes=size, sha256=sha256, **_begun(by))
    row.arrived_bytes, row.state = size, State.ARRIVED
    row.save(force_insert=True)
    return row


def _bring_stream(stream: BinaryIO, *, name: str, by: Actor) -> Import:
    row = begin(name=name, size_bytes=None, by=by)
    try:
        while content := stream.read(PIECE_BYTES):
            row = add_piece(row, offset=row.arrived_bytes, content=content)
        return arrive(row)
    except BaseException:
        files.delete(row)
        Import.objects.filter(id=row.id).delete()
        raise


def _begun(by: Actor) -> dict[str, object]:
    return {"id": ids.new(), "by_name": by.name[:254], "by_id": by.id, "created_at": clock.now()}


def _name(name: str) -> str:
    plain = plain_name(name) or _NAMELESS
    # The ending tells what is in it, so it is the middle that goes.
    half = _MOST_CHARACTERS // 2
    return plain if len(plain) <= _MOST_CHARACTERS else f"{plain[: half - 1]}…{plain[-half:]}"


def _refuse_size(size: int | None, name: str) -> None:
    if size is None:
        return
    _refuse_empty(size, name)
    most = files.limits().import_mb
    if size > most * 1_000_000:
        raise SizeRefused(
            "%(name)s has %(size)s bytes, and at most %(most)s MB are taken. Pack it as gz or zip, split it, or raise "
            "`import_mb`.",
            name=name,
            size=size,
            most=most,
        )


def _refuse_empty(size: int, name: str) -> None:
    if size <= 0:
        raise SizeRefused("%(name)s is empty.", name=name)


def _sizes(content: bytes) -> dict[str, object]:
    return {"size": len(content), "most": PIECE_BYTES}


@contextmanager
def _disk(row: Import) -> Iterator[None]:
    """Say in a sentence what the disk refuses."""
    try:
        yield
    except OSError as wrong:
        raise files.DiskFault(
            "The disk does not take more of %(name)s: %(strerror)s. %(kept)s bytes are kept; go on from there once "
            "that is mended.",
            name=row.name,
            strerror=wrong.strerror or wrong,
            kept=there(row).arrived_bytes,
        ) from wrong
