"""What every receipt store does, in the terms its callers use."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeAlias
from uuid import UUID

import msgspec

from tallystick.kit.errors import Foreseen
from tallystick.tracking.inbox.wire import Receipt

APPEND_LIMIT: Final = 10_000
READ_LIMIT: Final = 10_000
READ_BYTES: Final = 32 << 20

Position: TypeAlias = object
"""How far a brand's receipts are read: JSON-able, opaque, made by `Store.read`. None is the beginning."""


class Accepted(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The receipt is kept and is the original of its key, if it has one."""

    receipt_id: UUID


class Duplicate(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The same key said the same before: the answer is the original's, and its `repeats` went up."""

    original_id: UUID


class Conflict(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The same key said something else before: this body is kept as evidence, once per distinct body."""

    original_id: UUID
    evidence_id: UUID


Outcome: TypeAlias = Accepted | Duplicate | Conflict


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as the store holds it.

    place: the file or table and the row in it, for a person who wants to look. repeats: how often it arrived
    again. conflict_of: the original, when this is evidence of another body under its key. erased_at: since
    when the body is only the SHA-256 of what it was, in hexadecimal.
    """

    receipt: Receipt
    place: str
    digest: bytes
    repeats: int = 0
    conflict_of: UUID | None = None
    erased_at: datetime | None = None


class Batch(msgspec.Struct, frozen=True):
    """Receipts in the order to read them, and the position after the last of them.

    An empty batch means that there is nothing more for now, or that what there is must wait for an older transaction:
    `backlog` tells. A short one means neither.
    """

    receipts: tuple[Stored, ...]
    position: Position


class StoreFault(RuntimeError):
    """The store cannot go on safely; the message says what happened and what to do."""


class StoreFull(Foreseen):
    """The disk on which receipts are kept is full."""

    def __init__(self, place: object) -> None:
        super().__init__(
            "The disk of %(place)s is full. These receipts were not kept; those that were answered before are. "
            "Make room and try again: nothing is kept twice.",
            place=place,
        )


class Store(Protocol):
    """Receipts, durable and in reading order. One instance belongs to one thread of one process."""

    def append(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        """Keep receipts and say for each, in order, what became of it. Durable when it returns: EO-RECEIPT.

        At most APPEND_LIMIT at once. Raises StoreFull or the driver's error when nothing could be promised; the
        same receipts may then be appended again, and those that were kept after all are not kept twice.
        """

    def look(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        """What `append` would answer to these receipts now, changing nothing. At most APPEND_LIMIT at once."""

    def read(self, brand_id: UUID, position: Position, limit: int) -> Batch:
        """Receipts of a brand after a position, evidence of conflicts included; changes nothing. EO-READ.

        At most `limit` (1 to READ_LIMIT) receipts and about READ_BYTES of bodies.
        """

    def get(self, receipt_id: UUID) -> Stored | None:
        """One receipt, archived ones included."""

    def get_many(self, receipt_ids: Iterable[UUID]) -> list[Stored]:
        """The receipts that exist among these ids, in no particular order."""

    def backlog(self, brand_id: UUID, position: Position) -> int:
        """How many receipts lie after a position, those included that `read` must still hold back."""

    def oldest(self, brand_id: UUID, position: Position) -> datetime | None:
        """When the oldest of those receipts was received; None where there are none. Rows of a file were received
        when its import began, so this need not be the first of them.
        """

    def erase(self, receipt_id: UUID, *, at: datetime) -> bool:
        """Replace a body by its hash and forget path, headers and address; so, too, the evidence against it. EO-ERASE.

        The dedupe key and the digest stay, so that a repeat is still known as one. False when there is no
        such receipt. Erasing twice changes nothing.
        """

    def archive(self, positions: Iterable[tuple[UUID, Position]]) -> int:
        """Put away what every reader has read; returns the number of files moved.

        positions: (brand, position) of every cursor there is, so a brand may occur more than once. What holds
        receipts of a brand without a position stays where it is.
        """

    def close(self) -> None:
        """Give the connections back. The next call opens them again."""


def refuse_over(count: int, limit: int, *, least: int = 0) -> None:
    """Raise ValueError for a batch outside its limits: a transaction must stay short."""
    if not least <= count <= limit:
        raise ValueError(f"A batch holds {least:,} to {limit:,} receipts, not {count:,}.")
