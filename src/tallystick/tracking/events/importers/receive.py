"""Import a file: its rows become receipts, durable before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from tallystick.kit import clock
from tallystick.tracking.events.importers.files import (
    Arrival,
    csv_rows,
    event_receipts,
    json_rows,
    open_file,
    row_receipts,
)
from tallystick.tracking.events.importers.mapping import Mapping, columns_of
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
        closing(csv_rows(stream, needed=sorted(columns_of(mapping)))) as rows,
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

    Reading the same file again gives duplicates only. Raises BadFile where the header does not fit the mapping.
    """
    arrival = Arrival(brand_id, mapping.name, path.name, clock.now())
    with closing(open_file(path)) as stream:
        rows = csv_rows(stream, needed=sorted(columns_of(mapping)))
        return _append(row_receipts(rows, arrival, key=mapping.key), store=store, seen=seen)


def receive_events(
    path: Path, *, brand_id: UUID, store: Store, seen: Callable[[int], None] = lambda _rows: None
) -> Received:
    """Keep every line of an NDJSON file of canonical events as a receipt. Raises BadFile."""
    arrival = Arrival(brand_id, EVENTS_SOURCE, path.name, clock.now())
    with closing(open_file(path)) as stream:
        return _append(event_receipts(json_rows(stream), arrival), store=store, seen=seen)


def _append(receipts: Iterable[Receipt], *, store: Store, seen: Callable[[int], None]) -> Received:
    accepted = conflict = rows = 0
    for step in _steps(iter(receipts)):
        answers = store.append(step)
        rows += len(answers)
        accepted += sum(isinstance(answer, Accepted) for answer in answers)
        conflict += sum(isinstance(answer, Conflict) for answer in answers)
        seen(len(answers))
    return Received(rows, accepted, rows - accepted - conflict, conflict)


def _steps(receipts: Iterator[Receipt]) -> Iterator[list[Receipt]]:
    while step := list(islice(receipts, STEP)):
        yield step
