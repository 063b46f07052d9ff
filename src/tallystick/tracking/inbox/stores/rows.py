"""How a receipt lies in a row: the same columns in SQLite files and in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from tallystick.kit import clock
from tallystick.tracking.inbox.rules import canonical_digest
from tallystick.tracking.inbox.stores.port import Stored
from tallystick.tracking.inbox.wire import Origin, Receipt


class Written(NamedTuple):
    """What is written of a receipt, column by column."""

    id: UUID
    brand_id: UUID
    source: str
    kind: str
    key: str | None
    body: bytes
    envelope: str
    received_us: int
    digest: bytes


WRITTEN: Final = Written._fields
READ: Final = (*WRITTEN, "repeats", "conflict_of", "erased_us")


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept of an arrival around its body; JSON text in one column."""

    content_type: str = ""
    method: str = ""
    path: str = ""
    headers: dict[str, str] = {}
    origin: Origin = Origin()
    clipped_from: int | None = None


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Envelope).decode
# All receipts of a file were received at one time.
_to_micros: Final = lru_cache(maxsize=16)(clock.to_micros)


def write(receipt: Receipt) -> Written:
    """A receipt as a row, with the digest of what its body says."""
    envelope = Envelope(
        receipt.content_type,
        receipt.method,
        receipt.path,
        receipt.headers,
        receipt.origin,
        receipt.clipped_from,
    )
    return Written(
        receipt.id,
        receipt.brand_id,
        receipt.source,
        receipt.kind,
        receipt.key,
        receipt.body,
        _encode(envelope).decode(),
        _to_micros(receipt.received_at),
        canonical_digest(receipt.body, receipt.content_type),
    )


def read(place: str, row: Sequence[Any]) -> Stored:
    """A stored receipt from the values of the READ columns; ids may be UUIDs or 16 bytes."""
    receipt_id, brand_id, source, kind, key, body, envelope, received_us, digest, repeats, *marks = row
    around = _decode(envelope)
    conflict_of, erased_us = marks
    return Stored(
        receipt=Receipt(
            id=_uuid(receipt_id),
            brand_id=_uuid(brand_id),
            source=source,
            kind=kind,
            key=key,
            body=bytes(body),
            content_type=around.content_type,
            method=around.method,
            path=around.path,
            headers=around.headers,
            origin=around.origin,
            clipped_from=around.clipped_from,
            received_at=clock.from_micros(received_us),
        ),
        place=place,
        digest=bytes(digest),
        repeats=repeats,
        conflict_of=None if conflict_of is None else _uuid(conflict_of),
        erased_at=None if erased_us is None else clock.from_micros(erased_us),
    )


def erased(body: bytes, envelope: str, at: datetime) -> tuple[bytes, str, int]:
    """What stays after an erasure: the body's hash, an envelope with type and place in a file, and when."""
    around = _decode(envelope)
    origin = Origin(file=around.origin.file, line=around.origin.line)
    left = Envelope(content_type=around.content_type, origin=origin, clipped_from=around.clipped_from)
    return sha256(body).hexdigest().encode(), _encode(left).decode(), clock.to_micros(at)


def _uuid(value: UUID | bytes) -> UUID:
    return value if isinstance(value, UUID) else UUID(bytes=bytes(value))
