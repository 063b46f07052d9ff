"""Receipts of a file into the store, step by step; and what became of them, counted in rows of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tallystick.kit import clock, ids
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.imports.reading.source import open_source
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of, rows_in
from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Outcome, Store
from tallystick.tracking.inbox.wire import Receipt

STEP = 10_000
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
        here = rows_in(receipt)
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


def receive_rows(
    path: Path,
    *,
    brand_id: UUID,
    mapping: Mapping,
    store: Store,
    seen: Callable[[int], None] = lambda _rows: None,
) -> Received:
    """Keep every row of a file as a receipt of the mapping's source. `seen` is told of every step.

    Reading the same file again gives duplicates only, but for rows too large to have a key. Raises BadFile where the
    file cannot be read or its header does not fit the mapping, and then nothing is kept; and when the disk fails on
    the way, and then the rows before are.
    """
    arrival = Arrival(brand_id, mapping.name, path.name, clock.now(), ids.new())
    with open_source(path, reading=mapping.reading, needed=columns_of(mapping)) as source:
        return _append(receipts_of(source.rows, arrival, mapping=mapping), store=store, seen=seen)


def receive_events(
    path: Path, *, brand_id: UUID, store: Store, seen: Callable[[int], None] = lambda _rows: None
) -> Received:
    """Keep every line of an NDJSON file of canonical events as a receipt.

    Raises BadFile for a file that cannot be read, and then nothing is kept; and when the disk fails on the way, and
    then the lines before are.
    """
    arrival = Arrival(brand_id, EVENTS_SOURCE, path.name, clock.now(), ids.new())
    with open_source(path) as source:
        return _append(receipts_of(source.rows, arrival, mapping=None), store=store, seen=seen)


def _append(receipts: Iterable[Receipt], *, store: Store, seen: Callable[[int], None]) -> Received:
    total = Received()
    for step in steps(receipts):
        received = append(step, store=store)
        total += received
        seen(received.rows)
    return total
