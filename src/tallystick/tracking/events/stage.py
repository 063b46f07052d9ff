"""The first stage of the journey: receipts become events or wait in quarantine. Identifier: EVENT-STAGE.

One transaction a batch holds the events, the identities they show, the quarantine rows and the step of
the cursor; the inbox is only read. A crash anywhere repeats the batch and makes the same rows.
"""

from __future__ import annotations

from uuid import UUID

from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.kit.failpoints import reach
from tallystick.tracking.events.queries import context
from tallystick.tracking.events.services import record
from tallystick.tracking.inbox.stores.port import Store

NAME = "events"


def run(brand_id: UUID, *, limit: int, store: Store) -> Progress:
    """Record the next receipts of a brand, at most `limit`. Idempotent; resumes where the cursor stands."""
    with lane(brand_id):
        batch = store.read(brand_id, position(NAME), limit)
        if not batch.receipts:
            # On PostgreSQL receipts wait for every older transaction: there may be some that cannot be read yet.
            return Progress(done=0, left=store.backlog(brand_id, position(NAME)))
        record(batch.receipts, context=context())
        advance(NAME, batch.position)
        reach("events.recording")
    reach("events.recorded")
    return Progress(done=len(batch.receipts), left=1)
