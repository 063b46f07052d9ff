"""Rows of a file as receipts: every row is in exactly one, also one that cannot be read.

What arrives twice is known by its key, and a key never depends on where in the file a row stands: it is made of the
columns that identify the row or its group, or else of its content and how often the same content stood before. Two
exact duplicates are two sales, and the same file read again, in any order, is the same receipts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tallystick.kit import ids
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.wire import EVENT, GROUP, ROW, UNREADABLE
from tallystick.tracking.imports.reading.original import BrokenOff
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.receiving.occurrences import Occurrences
from tallystick.tracking.imports.receiving.scratch import Memory, Room
from tallystick.tracking.imports.receiving.sorting import Grouped, Sorter
from tallystick.tracking.inbox.rules import CELLS, SPARSE_CELLS
from tallystick.tracking.inbox.wire import BODY_BYTES, HEAD_BYTES, TEXT_CHARS, Alike, Origin, Receipt

_JSON: Final = "application/json"
_MEMORY: Final = Memory()
_encode: Final = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all receipts of one import share. series: the import's id, from which those of its receipts come.

    is_sparse: whether its rows leave out cells that are empty.
    """

    brand_id: UUID
    source: str
    file: str
    received_at: datetime
    series: UUID
    is_sparse: bool = False


def receipts_of(
    rows: Iterator[Row],
    arrival: Arrival,
    *,
    mapping: Mapping | None,
    scratch: Path | None = None,
    memory: Memory = _MEMORY,
) -> Iterator[Receipt]:
    """The receipts of a file's rows; without a mapping every row is a canonical event. Identifier: IMPORT-RECEIPTS.

    scratch: where to put aside what is more than `memory` holds; None is the system's own directory for that.
    The same rows in the same order give the same receipts with the same ids, whatever the memory. In any order they
    give the same keys and bodies. Rows of a group may lie anywhere: what is in no group comes first, as it is read,
    then the groups, when all rows were read. Of a file that breaks off, the group of its last row is left out: it may
    have gone on. A row that cannot be read is a receipt of its own. One that is larger than
    a receipt leaves its head and takes no key; a group that is larger comes as several receipts without a key, each
    with as many of its rows as it can hold. Raises ScratchFull.
    """
    room = Room(scratch, memory)
    with room.told_when_full(), closing(Occurrences(room)) as seen:
        made = _Made(arrival, seen)
        if mapping is None:
            yield from map(made.event, rows)
        elif mapping.group_by:
            yield from _in_groups(rows, made, mapping.group_by, room)
        else:
            yield from (made.row(row, mapping.key) for row in rows)


def _in_groups(rows: Iterator[Row], made: _Made, group_by: Sequence[str], room: Room) -> Iterator[Receipt]:
    last, broken_off = "", None
    with closing(Sorter(room)) as sorter:
        try:
            for row in rows:
                body = _body(row)
                if body is None:
                    yield made.unreadable(row)
                elif key := _key(row, group_by):
                    sorter.add(Grouped(key, body, row.line, row.member.encode()))
                    last = key
                else:
                    yield made.ungrouped(row, body)
        except BrokenOff as wrong:
            broken_off = wrong
        for key, group in groupby(sorter.in_order(), attrgetter("key")):
            if broken_off is None or key != last:
                yield from made.group(key, group)
    if broken_off is not None:
        raise BrokenOff(
            "%(why)s What belongs together with the last of them is left out until then, since some of it is missing.",
            why=broken_off,
        )


class _Made:
    """Receipts of one arrival, each with the next id of its series."""

    def __init__(self, arrival: Arrival, seen: Occurrences) -> None:
        self._ids = ids.all_in_series(arrival.series, at=arrival.received_at)
        self._seen = seen
        self._file = arrival.file
        self._cells = SPARSE_CELLS if arrival.is_sparse else CELLS
        self._base = Receipt(
            id=arrival.series,
            brand_id=arrival.brand_id,
            source=arrival.source,
            kind=ROW,
            body=b"",
            received_at=arrival.received_at,
        )
        self._alike: dict[tuple[str, str, str], Alike] = {}

    def event(self, row: Row) -> Receipt:
        """A line of canonical events, as it stands."""
        return self._one(row, EVENT, _JSON, row.raw)

    def row(self, row: Row, key_columns: Sequence[str]) -> Receipt:
        """A row by itself; its key columns identify it, and where they are all empty its content does."""
        body = _body(row)
        if body is None:
            return self.unreadable(row)
        return self._one(row, ROW, self._cells, body, _key(row, key_columns) if key_columns else "")

    def unreadable(self, row: Row) -> Receipt:
        """A row without cells, as the bytes it has."""
        return self._one(row, ROW, UNREADABLE, row.raw)

    def ungrouped(self, row: Row, body: bytes) -> Receipt:
        """A row of which nothing says to what group it belongs: a group of its own, identified by its content."""
        key = self._occurrence(b"[" + body + b"]")
        return self._of_group([Grouped(key, body, row.line, row.member.encode())])

    def group(self, key: str, rows: Iterator[Grouped]) -> Iterator[Receipt]:
        """The rows of a group as one receipt, or as several without a key where they are too large for one."""
        size = part_size = len(b"[")
        part: list[Grouped] = []
        for row in rows:
            more = len(row.body) + len(b",")
            size += more
            if part and part_size + more > BODY_BYTES:
                yield self._of_group(part, clipped_from=size)
                part, part_size = [], len(b"[")
            part.append(row)
            part_size += more
        yield self._of_group(part, clipped_from=size if size > BODY_BYTES else None)

    def _of_group(self, rows: Sequence[Grouped], *, clipped_from: int | None = None) -> Receipt:
        members = {row.member for row in rows}
        lines = tuple(row.line for row in rows)
        member = members.pop().decode() if len(members) == 1 else ""
        return self._receipt(
            kind=GROUP,
            key=rows[0].key if clipped_from is None else None,
            content_type=self._cells,
            body=b"[" + b",".join(row.body for row in rows) + b"]",
            origin=Origin(file=self._name(member), line=min(lines), lines=lines),
            clipped_from=clipped_from,
        )

    def _one(self, row: Row, kind: str, content_type: str, body: bytes, key: str = "") -> Receipt:
        """key: what identifies the row; empty where only its content does."""
        sort = (kind, content_type, row.member)
        clipped_from = row.clipped_from or (len(body) if len(body) > BODY_BYTES else None)
        if clipped_from is None and (alike := self._alike.get(sort)):
            return alike.receipt(next(self._ids), key=key or self._occurrence(body), body=body, line=row.line)
        made = self._receipt(
            kind=kind,
            key=None if clipped_from else key or self._occurrence(body),
            content_type=content_type,
            body=body,
            origin=Origin(file=self._name(row.member), line=row.line),
            clipped_from=clipped_from,
        )
        if clipped_from is None:
            self._alike[sort] = Alike(made)
        return made

    def _receipt(self, *, body: bytes, **parts: Any) -> Receipt:
        head = body if len(body) <= BODY_BYTES else body[:HEAD_BYTES]
        return replace(self._base, id=next(self._ids), body=head, **parts)

    def _occurrence(self, body: bytes) -> str:
        digest = hashlib.blake2b(body, digest_size=16).digest()
        return f"{digest.hex()}#{self._seen.count(digest)}"

    def _name(self, member: str) -> str:
        """The file for people, with the member of the archive that it is; cut to what a receipt holds."""
        name = f"{self._file}/{member}" if member else self._file
        return name.replace("\0", "?").encode("utf-8", "replace")[:TEXT_CHARS].decode("utf-8", "ignore")


def _body(row: Row) -> bytes | None:
    """The cells of a row as JSON; None where it has none, or where they hold half of a surrogate pair."""
    if row.cells is None:
        return None
    try:
        return _encode(row.cells)
    except UnicodeEncodeError:
        return None


def _key(row: Row, columns: Sequence[str]) -> str:
    """What the cells in these columns say, as a digest; empty where they are all empty."""
    cells = row.cells or {}
    parts = [cells.get(name, "") for name in columns]
    return hashlib.blake2b(_encode(parts), digest_size=16).hexdigest() if any(parts) else ""
