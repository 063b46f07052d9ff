"""How often the same content stood before in a file: exact, in an amount of memory that does not grow with it."""

from __future__ import annotations

import os
from struct import Struct
from typing import Final

from tallystick.tracking.imports.receiving.scratch import Room

_PAGE_BYTES: Final = 4096
_HEAD = Struct("<H")
_RECORD = Struct("<16sI")
_FIRST_BITS: Final = 10


class Occurrences:
    """Counts digests of 16 bytes: the first different ones in memory, all others in a file."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._known: dict[bytes, int] = {}
        self._others: _Pages | None = None

    def count(self, digest: bytes) -> int:
        """How often a digest has come by now, this time included."""
        known = self._known
        times = known.get(digest, 0)
        if times or len(known) < self._room.memory.contents:
            known[digest] = times + 1
            return times + 1
        if self._others is None:
            self._others = _Pages(self._room)
        return self._others.count(digest)

    def close(self) -> None:
        """Give up what lies on disk."""
        if self._others is not None:
            self._others.close()


class _Pages:
    """A table of digests in a file: the leading bits of a digest are the number of its page.

    When a page is full, a file with twice as many takes over: what lay in page n then lies in 2n and 2n + 1. Digests
    are spread evenly, so one page is not full long before the others.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._bits = _FIRST_BITS
        self._file = room.open_file()

    def count(self, digest: bytes) -> int:
        """See `Occurrences.count`."""
        while True:
            place = _page_of(digest, self._bits) * _PAGE_BYTES
            page = bytearray(self._read(place))
            at, times = _find(page, digest)
            if times or at + _RECORD.size <= _PAGE_BYTES:
                break
            self._double()
        _RECORD.pack_into(page, at, digest, times + 1)
        if not times:
            _HEAD.pack_into(page, 0, _HEAD.unpack_from(page)[0] + 1)
        os.pwrite(self._file.fileno(), page, place)
        return times + 1

    def close(self) -> None:
        """Give up the file."""
        self._file.close()

    def _read(self, place: int) -> bytes:
        """A page; one that was never written is empty."""
        return os.pread(self._file.fileno(), _PAGE_BYTES, place).ljust(_PAGE_BYTES, b"\0")

    def _double(self) -> None:
        larger = self._room.open_file()
        for number in range(1 << self._bits):
            page = self._read(number * _PAGE_BYTES)
            halves: tuple[list[bytes], list[bytes]] = [], []
            for at in range(_HEAD.size, _end(page), _RECORD.size):
                record = page[at : at + _RECORD.size]
                halves[_page_of(record, self._bits + 1) & 1].append(record)
            for half in halves:
                larger.write((_HEAD.pack(len(half)) + b"".join(half)).ljust(_PAGE_BYTES, b"\0"))
        larger.flush()
        self._file.close()
        self._file, self._bits = larger, self._bits + 1


def _page_of(digest: bytes, bits: int) -> int:
    return int.from_bytes(digest[:8], "big") >> (64 - bits)


def _end(page: bytes | bytearray) -> int:
    """Where the records of a page end."""
    return _HEAD.size + int(_HEAD.unpack_from(page)[0]) * _RECORD.size


def _find(page: bytearray, digest: bytes) -> tuple[int, int]:
    """Where the record of a digest is, or would come, and how often it has come."""
    at, end = _HEAD.size - 1, _end(page)
    while (at := page.find(digest, at + 1, end)) >= 0:
        if (at - _HEAD.size) % _RECORD.size == 0:
            return at, int(_RECORD.unpack_from(page, at)[1])
    return end, 0
