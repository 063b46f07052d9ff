"""Room on disk for what does not fit into memory: files without a name, which vanish with their process."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from tallystick.kit.errors import Foreseen

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class ScratchFull(Foreseen):
    """There is no more room for what an import puts aside while it is read."""


class Memory(NamedTuple):
    """How much of a file may be held in memory: how many different rows to count, how many bytes of rows to sort."""

    contents: int = 250_000
    sorted_bytes: int = 32 << 20


@dataclass(frozen=True, slots=True)
class Room:
    """Memory, and a directory for what is more than that: made when it is first needed, None is the system's own."""

    scratch: Path | None
    memory: Memory

    def open_file(self) -> IO[bytes]:
        """A new file that has no name: the system removes it when it is closed, however its process ends."""
        if self.scratch is not None:
            self.scratch.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self.scratch)

    @contextmanager
    def told_when_full(self) -> Iterator[None]:
        """Raise ScratchFull instead of the system's error."""
        try:
            yield
        except OSError as wrong:
            if wrong.errno not in _FULL:
                raise
            raise ScratchFull(
                "The disk under %(place)s is full: the rows of a large file are put aside there while it is read. "
                "What was received before is kept. Make room, then go on with the import.",
                place=self.scratch or tempfile.gettempdir(),
            ) from wrong
