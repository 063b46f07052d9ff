"""Receipts of a file into the store, step by step; and what became of them, counted in rows of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Outcome, Store
from tallystick.tracking.inbox.wire import Receipt

STEP = 4_000
STEP_BYTES = 8 << 20
EVENTS_SOURCE = "events"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of rows: every one is in exactly one of the three."""

    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0

    def __add__(self, more: Received) -> Received:
        """Both together."""
        return Received(
            self.rows + more.rows,
            self.accepted + more.accepted,
            self.duplicate + more.duplicate,
            self.conflict + more.conflict,
        )


def append(receipts: Sequence[Receipt], *, store: Store) -> Received:
    """Keep receipts, durably, and say what became of the rows in them. Those that were kept before are not kept twice.

    Raises StoreFull where the disk is full: then nothing of these receipts was promised, and what was appended before
    stays.
    """
    return counted(receipts, store.append(receipts))


def counted(receipts: Sequence[Receipt], answers: Sequence[Outcome]) -> Received:
    """The answers of a store, counted in rows of the file.

    A row that contradicts its key just as one before did is a duplicate of that one: nothing new is kept of it.
    """
    rows = accepted = conflict = 0
    for receipt, answer in zip(receipts, answers, strict=True):
        here = receipt.origin.rows
        rows += here
        if isinstance(answer, Accepted):
            accepted += here
        elif isinstance(answer, Conflict) and answer.evidence_id == receipt.id:
            conflict += here
    return Received(rows, accepted, rows - accepted - conflict, conflict)


def steps(receipts: Iterable[Receipt]) -> Iterator[list[Receipt]]:
    """Receipts in parts of at most STEP, and of about STEP_BYTES: what is appended at once stays small.

    When they end in an error, those before it come first; then the error is raised.
    """
    step: list[Receipt] = []
    size = 0
    try:
        for receipt in receipts:
            step.append(receipt)
            size += len(receipt.body)
            if len(step) == STEP or size >= STEP_BYTES:
                yield step
                step, size = [], 0
    except Exception:
        if step:
            yield step
        raise
    if step:
        yield step
