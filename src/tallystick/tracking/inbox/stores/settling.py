"""What became of receipts, said from what a store holds under their keys. Pure, and the same for every store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from uuid import UUID

from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Duplicate, Outcome, StoreFault
from tallystick.tracking.inbox.stores.rows import Written

Key: TypeAlias = tuple[UUID, str, str, str]
"""What has one original for ever: brand, source, kind and key."""


class Original(NamedTuple):
    """The first receipt under a key: its id, and the digest of what it says."""

    id: UUID
    digest: bytes


class Against(NamedTuple):
    """Another body under a key: whose original it contradicts, and the digest of what it says instead."""

    original_id: UUID
    digest: bytes


def key_of(row: Written) -> Key | None:
    """The key of a receipt, if it has one."""
    return None if row.key is None else (row.brand_id, row.source, row.kind, row.key)


def refuse_changed(held: Sequence[Written], originals: Mapping[Key, Original]) -> None:
    """Raise StoreFault for receipts that could not be inserted although nothing but their id was kept before."""
    for row in held:
        key = key_of(row)
        original = originals.get(key) if key else None
        if key and original is None:
            raise StoreFault(f"Receipt {row.id} is kept already, under another key.")
        if original is not None and original.id == row.id and original.digest != row.digest:
            raise StoreFault(f"Receipt {row.id} is kept already, with another body.")


def contradictions(
    written: Sequence[Written], originals: Mapping[Key, Original]
) -> Iterator[tuple[Written, Against]]:
    """Those receipts whose key has an original that says something else."""
    for row in written:
        key = key_of(row)
        original = originals.get(key) if key else None
        if original is not None and original.digest != row.digest:
            yield row, Against(original.id, row.digest)


def settle(
    written: Sequence[Written], originals: Mapping[Key, Original], evidence: Mapping[Against, UUID]
) -> list[Outcome]:
    """The answer for each receipt, in order. Identifier: INBOX-ANSWER.

    originals: what is kept under their keys. evidence: under which id each other body is kept. What is in neither
    would be kept now: the first receipt of a key as its original, the first of another body as its evidence.
    """
    firsts, others = dict(originals), dict(evidence)
    outcomes: list[Outcome] = []
    for row in written:
        key = key_of(row)
        original = firsts.setdefault(key, Original(row.id, row.digest)) if key else None
        if original is None or original.id == row.id:
            outcomes.append(Accepted(row.id))
        elif original.digest == row.digest:
            outcomes.append(Duplicate(original.id))
        else:
            kept = others.setdefault(Against(original.id, row.digest), row.id)
            outcomes.append(Conflict(original.id, kept))
    return outcomes


def repeats(written: Sequence[Written], outcomes: Sequence[Outcome]) -> Counter[UUID]:
    """How often each kept receipt arrived again with these."""
    again: Counter[UUID] = Counter()
    for row, outcome in zip(written, outcomes, strict=True):
        if isinstance(outcome, Duplicate):
            again[outcome.original_id] += 1
        elif isinstance(outcome, Conflict) and outcome.evidence_id != row.id:
            again[outcome.evidence_id] += 1
    return again
