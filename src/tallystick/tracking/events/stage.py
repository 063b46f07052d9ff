"""The first stage of the journey: receipts become events or wait in quarantine. Identifier: EVENT-STAGE.

One transaction a batch holds the events, the identities they show, the quarantine rows and the step of
the cursor; the inbox is only read. A crash anywhere repeats the batch and makes the same rows.
"""

from __future__ import annotations

from uuid import UUID

from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.kit.failpoints import reach
from tallystick.tracking.events.opening import missing, wanted_by
from tallystick.tracking.events.opening_rules import is_known
from tallystick.tracking.events.queries import context
from tallystick.tracking.events.receipts import Context
from tallystick.tracking.events.series import count_verified
from tallystick.tracking.events.services import NAMES, record
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.queries import PAGE_LIMIT, tries, waiting
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.inbox.stores.port import Store

NAME = "events"
MOST_THAT_OPEN = 20
"""Receipts of one step where many of them open a partner, a link or a code: that takes longer than recording."""


def run(brand_id: UUID, *, limit: int, store: Store) -> Progress:
    """Record the next receipts of a brand, at most `limit`. Idempotent; resumes where the cursor stands."""
    with lane(brand_id):
        batch = store.read(brand_id, position(NAME), limit)
        if not batch.receipts:
            return _ask_again(brand_id, limit=limit, store=store)
        facts = context()
        if missing(wanted_by(batch.receipts, facts), facts.programs) > MOST_THAT_OPEN:
            batch = store.read(brand_id, position(NAME), MOST_THAT_OPEN)
        # A correction is recorded as soon as it is made, before its turn in the inbox comes.
        early = tries({one.receipt.id for one in batch.receipts if one.conflict_of})
        record([one for one in batch.receipts if one.receipt.id not in early], context=facts)
        count_verified(batch.receipts)
        advance(NAME, batch.position)
        reach("events.recording")
    reach("events.recorded")
    return Progress(done=len(batch.receipts), left=1)


def _ask_again(brand_id: UUID, *, limit: int, store: Store) -> Progress:
    """Record what waited for names that were opened since, once there is nothing new to read. Identifier: EVENT-OPEN.

    Each receipt that waits for an unknown name is looked at once after the last opening, a page a step.
    """
    # On PostgreSQL receipts wait for every older transaction: there may be some that cannot be read yet.
    unread = store.backlog(brand_id, position(NAME))
    after = position(NAMES)
    if after is None:
        return Progress(done=0, left=unread)
    page = waiting(
        reasons=[Reason.UNKNOWN_PARTNER],
        after=UUID(after) if after else None,
        limit=min(limit, PAGE_LIMIT),
    )
    facts = context()
    known = [row.receipt_id for row in page if _is_known(row, facts)]
    recorded = record(sorted(store.get_many(known), key=lambda one: one.receipt.id), context=facts)
    if not recorded.opened:
        advance(NAMES, page[-1].receipt_id.hex if page else None)
    return Progress(done=len(page), left=len(page) + unread)


def _is_known(row: Quarantined, facts: Context) -> bool:
    program = facts.programs.get(row.program)
    return program is not None and bool(row.unknown) and is_known(program, row.unknown, row.value)
