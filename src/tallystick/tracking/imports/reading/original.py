"""The file as it lies on the disk: only a plain one, and one that nobody writes to while it is read."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import Final

from tallystick.kit.delimited import BadFile

# A zip file's list of members is read at once. 4 MB are some 50,000 names: an archive that lists more is no export.
_AT_ONCE: Final = 4 << 20


class Broken(Exception):
    """The content cannot be read on; the message says why, and may follow "cannot be read on:"."""


class BrokenOff(BadFile):
    """A file cannot be read to its end. All rows before have come; the message says after which line that is."""


class Original(io.FileIO):
    """An open file that is to stay as it is until all of it is read."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "rb")
        self._begun = _state(descriptor)
        self.total_bytes = self._begun[0]

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. Raises Broken when the file has changed since it was opened, OSError for a failing disk."""
        if size is not None and size > _AT_ONCE:
            raise Broken("its list of members is too long")
        found = super().read(-1 if size is None else size) or b""
        if not found and size and _state(self.fileno()) != self._begun:
            raise Broken("it was changed while it was read")
        if self.tell() > self.total_bytes:
            raise Broken("it was written to while it was read")
        return found


def open_original(path: Path, name: str) -> Original:
    """Open a plain file for reading. Raises BadFile for what is none, or is not to be read, with the reason."""
    try:
        # TRICKY: without O_NONBLOCK, opening a pipe that nobody writes to waits for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as wrong:
        raise BadFile("%(name)s cannot be read: %(strerror)s.", name=name, strerror=wrong.strerror) from wrong
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return Original(descriptor)
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise BadFile(
            "%(name)s is a directory. Name one file in it, or pack them into a zip file.", name=name
        )
    raise BadFile("%(name)s is a device or a pipe, not a file. Write its content to a file first.", name=name)


def _state(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_size, found.st_mtime_ns
