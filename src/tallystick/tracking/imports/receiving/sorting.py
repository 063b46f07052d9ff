"""Rows of one group beside each other, however far apart they lie in a file: sorted on disk, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from struct import Struct
from typing import IO, Final, NamedTuple

from tallystick.tracking.imports.receiving.scratch import Room

_HEAD = Struct("<HQHI")
_RUNS_AT_ONCE: Final = 64
_OBJECTS_BYTES: Final = 250
"""About what Python takes for a row beside its body."""


class Grouped(NamedTuple):
    """A row on its way to its group: the group's key, what the row says, and where it stands."""

    key: str
    body: bytes
    line: int
    member: bytes


class Sorter:
    """Takes rows in any order and gives them back by group, and inside of it by content, then by line."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held: list[Grouped] = []
        self._size = 0
        self._runs: list[IO[bytes]] = []

    def add(self, row: Grouped) -> None:
        """Take a row; what is more than may be held in memory goes to disk."""
        self._held.append(row)
        self._size += len(row.body) + _OBJECTS_BYTES
        if self._size >= self._room.memory.sorted_bytes:
            self._held.sort()
            self._put_aside(self._held)
            self._held, self._size = [], 0

    def in_order(self) -> Iterator[Grouped]:
        """All rows that were taken, sorted."""
        self._held.sort()
        return merge(*map(_read, self._runs), self._held)

    def close(self) -> None:
        """Give up what lies on disk."""
        for run in self._runs:
            run.close()

    def _put_aside(self, rows: Iterable[Grouped]) -> None:
        if len(self._runs) == _RUNS_AT_ONCE:
            whole = self._write(merge(*map(_read, self._runs)))
            self.close()
            self._runs = [whole]
        self._runs.append(self._write(rows))

    def _write(self, rows: Iterable[Grouped]) -> IO[bytes]:
        run = self._room.open_file()
        try:
            for key, body, line, member in rows:
                named = key.encode()
                run.write(_HEAD.pack(len(named), line, len(member), len(body)) + named + member + body)
            run.flush()
        except BaseException:
            run.close()
            raise
        return run


def _read(run: IO[bytes]) -> Iterator[Grouped]:
    run.seek(0)
    while head := run.read(_HEAD.size):
        key_size, line, member_size, body_size = _HEAD.unpack(head)
        key, member = run.read(key_size).decode(), run.read(member_size)
        yield Grouped(key, run.read(body_size), line, member)
