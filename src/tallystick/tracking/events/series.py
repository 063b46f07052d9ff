"""What became of the rows of each import, added up as the journey reads them: then it is known at any time, exactly.

The ids of an import's receipts are one series (`kit.ids.in_series`). A corrected body, which stands for one of them
later, takes an id of the same series, so that everything that came of a file lies in one range of ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from tallystick.foundation.lanes import advance, position
from tallystick.kit import ids
from tallystick.tracking.inbox.stores.port import Stored

MOST_RECEIPTS: Final = 2**28
"""Receipts of one import. The numbers above are those of corrected bodies: a receipt's own number, and this once more
for every time it was corrected.
"""

VERIFIED, COUNTED = "verified", "counted"
"""Rows of which the journey has said what they are; and those of them behind something that it wrote or opened."""

_PLACES: Final = 2**32


def count_verified(receipts: Iterable[Stored]) -> None:
    """Add the rows in these receipts to those of their imports, in the caller's lane and transaction.

    Call it once for every receipt, in the transaction that moves the reader's cursor past it. What stands for another
    receipt, as its correction, was added up with that.
    """
    rows = Counter[tuple[UUID, str]]()
    for stored in receipts:
        receipt = stored.receipt
        if is_in_series(receipt.id) and ids.number_in_series(receipt.id) < MOST_RECEIPTS:
            rows[receipt.id, VERIFIED] += receipt.origin.rows
    add_up(rows)


def add_up(numbers: Mapping[tuple[UUID, str], int]) -> None:
    """Add numbers to those of the imports whose receipts they are of, in the caller's lane and transaction.

    numbers: (receipt, what is counted) → how many more. Receipts of no import are passed over.
    """
    of_series: dict[UUID, Counter[str]] = {}
    for (receipt_id, what), more in numbers.items():
        if is_in_series(receipt_id):
            of_series.setdefault(ids.first_of_series(receipt_id), Counter())[what] += more
    for first, more_of in sorted(of_series.items()):
        advance(_cursor(first), dict(Counter(added_up(first)) + more_of))


def added_up(first: UUID) -> Mapping[str, int]:
    """What was added up so far for the series that begins with an id."""
    return position(_cursor(first)) or {}


def range_of(first: UUID) -> tuple[UUID, UUID]:
    """The first and the last id that anything of a series can have."""
    return first, UUID(int=first.int + _PLACES - 1)


def successor(receipt_id: UUID) -> UUID | None:
    """The id for a corrected body of a receipt: of the same series, if that is of one. None when there are no more."""
    if not is_in_series(receipt_id):
        return ids.new()
    if ids.number_in_series(receipt_id) + MOST_RECEIPTS >= _PLACES:
        return None
    return UUID(int=receipt_id.int + MOST_RECEIPTS)


def is_in_series(receipt_id: UUID) -> bool:
    """Whether a receipt is one of a series: all other receipts have random ids, of another version."""
    return receipt_id.int >> 76 & 0xF == 8  # What `UUID.version` says, at a fifth of the time.


def _cursor(first: UUID) -> str:
    return f"events.of.{first.hex}"
