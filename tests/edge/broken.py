"""Ways to get it wrong, for the controls: a check of "exactly once" that does not notice these proves nothing."""

import time
from uuid import UUID

from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.kit import ids
from tallystick.kit.failpoints import reach
from tallystick.tracking.events import stage
from tallystick.tracking.events.queries import context
from tallystick.tracking.events.services import record
from tallystick.tracking.inbox.stores.port import Store

PAUSE = 0.05
"""Between the two transactions, so that random kills find the gap soon, too."""


def cursor_before_effects() -> None:
    """The cursor is committed first, the events in a second transaction: a kill between the two loses receipts."""

    def run(brand_id: UUID, *, limit: int, store: Store) -> Progress:
        with lane(brand_id):
            batch = store.read(brand_id, position(stage.NAME), limit)
            advance(stage.NAME, batch.position)
        reach("events.recording")
        time.sleep(PAUSE)
        with lane(brand_id):
            record(batch.receipts, context=context())
        return Progress(len(batch.receipts), store.backlog(brand_id, batch.position))

    stage.run = run


def effects_before_cursor() -> None:
    """The events are committed first, under random ids: a kill before the cursor's own transaction doubles them."""
    derive = ids.derive

    def run(brand_id: UUID, *, limit: int, store: Store) -> Progress:
        with lane(brand_id):
            batch = store.read(brand_id, position(stage.NAME), limit)
            record(batch.receipts, context=context())
        reach("events.recording")
        with lane(brand_id):
            advance(stage.NAME, batch.position)
        return Progress(len(batch.receipts), store.backlog(brand_id, batch.position))

    ids.derive = lambda *parts, at=None: ids.new() if parts[0] == "event" else derive(*parts, at=at)
    stage.run = run
