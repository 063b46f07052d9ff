"""How much of a file may be received before its brand's journey has caught up. Identifier: IMPORT-ROOM.

Receipts are verified in the order in which they came. Were a file of twenty million rows received at once, a click that
comes next would wait for hours; so an import pauses while too many receipts of its brand wait, whoever sent them, and
what comes meanwhile stands behind no more than these.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tallystick.foundation.lanes import position
from tallystick.tracking.events.stage import NAME as EVENTS
from tallystick.tracking.inbox.stores.port import Store

PAUSE_SECONDS: Final = 0.3


def rest() -> None:
    """Wait a little for somebody else's work on the journey."""
    time.sleep(PAUSE_SECONDS)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many receipts of the brand may wait, and what is done while there are more: by default, waiting."""

    most_waiting: int
    meanwhile: Callable[[], object] = rest


@dataclass(slots=True)
class Room:
    """What one import may still append. None as limit: all of it. What waits is counted when the room is used up."""

    brand_id: UUID
    store: Store
    limit: Limit | None
    free: int = 0

    def has(self, receipts: int) -> bool:
        """Whether so many may be appended now; then that room is taken. Always, where nothing waits."""
        if self.limit is None:
            return True
        if self.free < receipts:
            waiting = self.store.backlog(self.brand_id, position(EVENTS))
            self.free = self.limit.most_waiting - waiting
            if waiting and self.free < receipts:
                return False
        self.free -= receipts
        return True
