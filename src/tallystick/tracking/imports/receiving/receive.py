"""Import a file: its rows become receipts, durable before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tallystick.kit import clock
from tallystick.kit.batches import chunks
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.imports.reading.rows import csv_rows, json_rows, open_file
from tallystick.tracking.imports.receiving.receipts import Arrival, event_receipts, row_receipts
from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Store
from tallystick.tracking.inbox.wire import Receipt

STEP = 2_000
EVENTS_SOURCE = "events"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file's rows: every row is in exactly one of the three."""

    rows: int
    accepted: int
    duplicate: int
    conflict: int


def check_header(path: Path, *, mapping: Mapping) -> None:
    """Raise BadFile where the header of a file does not fit a mapping; nothing is kept."""
    with (
        closing(open_file(path)) as stream,
        closing(csv_rows(stream, path.name, needed=sorted(columns_of(mapping)))) as rows,
    ):
        next(rows, None)


def receive_rows(
    path: Path,
    *,
    brand_id: UUID,
    mapping: Mapping,
    store: Store,
    seen: Callable[[int], None] = lambda _rows: None,
) -> Received:
    """Keep every row of a delimited file as a receipt of the mapping's source. `seen` is told of every step.

    Reading the same file again gives duplicates only, but for rows too large to have a key. Raises BadFile where the
    file cannot be read or its header does not fit the mapping, and then nothing is kept; and when the disk fails on
    the way, and then the rows before are.
    """
    arrival = Arrival(brand_id, mapping.name, path.name, clock.now())
    with closing(open_file(path)) as stream:
        rows = csv_rows(stream, path.name, needed=sorted(columns_of(mapping)))
        return _append(row_receipts(rows, arrival, key=mapping.key), store=store, seen=seen)


def receive_events(
    path: Path, *, brand_id: UUID, store: Store, seen: Callable[[int], None] = lambda _rows: None
) -> Received:
    """Keep every line of an NDJSON file of canonical events as a receipt.

    Raises BadFile for a file that cannot be read or is packed, and then nothing is kept; and when the disk fails on the
    way, and then the lines before are.
    """
    arrival = Arrival(brand_id, EVENTS_SOURCE, path.name, clock.now())
    with closing(open_file(path)) as stream:
        return _append(event_receipts(json_rows(stream, path.name), arrival), store=store, seen=seen)


def _append(receipts: Iterable[Receipt], *, store: Store, seen: Callable[[int], None]) -> Received:
    accepted = conflict = rows = 0
    for step in chunks(receipts, STEP):
        answers = store.append(step)
        rows += len(answers)
        accepted += sum(isinstance(answer, Accepted) for answer in answers)
        conflict += sum(isinstance(answer, Conflict) for answer in answers)
        seen(len(answers))
    return Received(rows, accepted, rows - accepted - conflict, conflict)
