"""The content of a file, or of one inside an archive: bytes in pieces, from the beginning as often as wanted."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import IO, Final, Protocol

from tallystick.tracking.imports.reading.original import Broken

PIECE_BYTES: Final = 1 << 18


class Bytes(Protocol):
    """What gives at most so many bytes, and none at its end."""

    def __call__(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Content:
    """One readable thing: a file, the inside of a gzip file, or a member of an archive.

    name: what it is called, without `.gz`. member: the same for one in an archive, "" otherwise. begin: opens it, from
    its first byte. lies_at: where its bytes lie plainly in a file that other programs can open, if they do.
    """

    name: str
    begin: Callable[[], AbstractContextManager[Bytes]]
    member: str = ""
    lies_at: str = ""

    @contextmanager
    def pieces(self) -> Iterator[Pieces]:
        """Open it. What goes wrong with the disk or the packing is raised as Broken, with the reason."""
        with reasons_said(), self.begin() as read:
            yield Pieces(read)


@dataclass(slots=True)
class Pieces:
    """Bytes that come once, piece after piece; the first of them can be looked at before."""

    _read: Bytes
    _ahead: list[bytes] = field(default_factory=list)
    _broken: Broken | None = None

    def head(self, size: int) -> bytes:
        """The first bytes, without reading them away. Raises Broken only where there are none."""
        try:
            while sum(map(len, self._ahead)) < size and (piece := self._next()):
                self._ahead.append(piece)
        except Broken as broken:
            self._broken = broken
            if not self._ahead:
                raise
        return b"".join(self._ahead)[:size]

    def more(self) -> bytes:
        """The next piece; nothing at the end."""
        if self._ahead:
            return self._ahead.pop(0)
        if self._broken:
            raise self._broken
        return self._next()

    def _next(self) -> bytes:
        with reasons_said():
            return self._read(PIECE_BYTES)


@contextmanager
def reasons_said() -> Iterator[None]:
    """Turn what a disk or a packed file does into Broken, with the reason in words."""
    try:
        yield
    except EOFError as wrong:
        raise Broken("its packed content ends in the middle") from wrong
    except (zlib.error, zipfile.BadZipFile, NotImplementedError) as wrong:
        raise Broken(f"its packed content is damaged ({wrong})") from wrong
    except OSError as wrong:
        raise Broken(wrong.strerror or f"its packed content is damaged ({wrong})") from wrong


def copied(content: Content, into: IO[bytes]) -> None:
    """Write all of it into a file, for what can only be read there. Raises Broken."""
    with content.pieces() as pieces:
        while piece := pieces.more():
            into.write(piece)
