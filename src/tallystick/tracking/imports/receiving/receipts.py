"""Rows of a file as receipts: each row one receipt, also a row that cannot be read.

The dedupe key of a row is made of the columns that identify it, or of its content and how often the
same content stood before in the file: two exact duplicates are two sales, and the same file read twice
is the same receipts, in any order of its rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tallystick.kit import ids
from tallystick.tracking.events.wire import EVENT, ROW, UNREADABLE
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.inbox.wire import BODY_BYTES, HEAD_BYTES, Origin, Receipt


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all receipts of one import share."""

    brand_id: UUID
    source: str
    file: str
    received_at: datetime


def row_receipts(rows: Iterator[Row], arrival: Arrival, *, key: Sequence[str]) -> Iterator[Receipt]:
    """Receipts of delimited rows. key: the columns that identify a row; none means content and occurrence.

    A row whose key is empty is identified by nothing, so its content and occurrence stand in: two of them are two.
    """
    seen: Counter[bytes] = Counter()
    for row in rows:
        if row.cells is None:
            named = "" if row.clipped_from else _occurrence(row.raw, seen)
            yield _receipt(arrival, row, ROW, named, UNREADABLE, row.raw)
            continue
        body = msgspec.json.encode(row.cells, order="sorted")
        parts = [row.cells[name] for name in key]
        named = _digest(msgspec.json.encode(parts)) if any(parts) else _occurrence(body, seen)
        yield _receipt(arrival, row, ROW, named, "application/json", body)


def event_receipts(rows: Iterator[Row], arrival: Arrival) -> Iterator[Receipt]:
    """Receipts of canonical events, one a line; keyed by content and occurrence."""
    seen: Counter[bytes] = Counter()
    for row in rows:
        named = "" if row.clipped_from else _occurrence(row.raw, seen)
        yield _receipt(arrival, row, EVENT, named, "application/json", row.raw)


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _occurrence(body: bytes, seen: Counter[bytes]) -> str:
    digest = hashlib.blake2b(body, digest_size=16).digest()
    seen[digest] += 1
    return f"{digest.hex()}#{seen[digest]}"


def _receipt(arrival: Arrival, row: Row, kind: str, key: str, content_type: str, body: bytes) -> Receipt:
    """A row too large to be kept whole leaves its head, which says so in quarantine and takes no key."""
    size = row.clipped_from or len(body)
    large = size > BODY_BYTES
    return Receipt(
        id=ids.new(),
        brand_id=arrival.brand_id,
        source=arrival.source,
        kind=kind,
        key=None if large else key,
        body=body[:HEAD_BYTES] if large else body,
        content_type=content_type,
        received_at=arrival.received_at,
        origin=Origin(file=arrival.file, line=row.line),
        clipped_from=size if large else None,
    )
