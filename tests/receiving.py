"""A file straight into receipts, without an import around it."""

from pathlib import Path
from uuid import UUID

from tallystick.kit import clock, ids
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.imports.reading.source import open_source
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of
from tallystick.tracking.imports.receiving.receive import EVENTS_SOURCE, Received, append, steps
from tallystick.tracking.inbox.stores.port import Store


def receive_file(path: Path, *, brand_id: UUID, store: Store, mapping: Mapping | None = None) -> Received:
    """Keep every row of a file as a receipt; without a mapping its lines are canonical events."""
    source_name = mapping.name if mapping else EVENTS_SOURCE
    with open_source(
        path, reading=mapping.reading if mapping else None, needed=columns_of(mapping) if mapping else ()
    ) as source:
        arrival = Arrival(brand_id, source_name, path.name, clock.now(), ids.new(), source.is_sparse)
        receipts = receipts_of(source.rows, arrival, mapping=mapping)
        return sum((append(step, store=store) for step in steps(receipts)), Received())
