"""Several imports at once: one of each brand, a step of each in turn. Identifier: IMPORT-TURNS.

A paused import is not closed: reading a long file again to where it stood would cost more than the pause. It stays at
hand and is asked in every round whether it has room by now, which also keeps its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from tallystick.foundation.lanes import Progress
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.tracking.imports.queries.imports import next_in_turn
from tallystick.tracking.imports.rules.steps import StepRefused
from tallystick.tracking.imports.services.room import Limit, rest
from tallystick.tracking.imports.services.running import receiving
from tallystick.tracking.inbox.stores.port import Store

MOST_AT_ONCE: Final = 16
"""Brands whose imports are at hand: each has a file open, and none may be silent for its lease."""


def run_waiting(*, store: Store, stopping: Callable[[], bool], limit: Limit | None = None) -> Progress:
    """Receive the imports of all brands that wait, or whose worker was not heard of any more, until none does.

    A brand's imports come one after another, the oldest first; those of several brands take turns, step by step, so
    that none waits for the end or the pause of another's. Returns how many were at work. Not to be called inside a
    transaction.
    """
    at_hand: dict[UUID, Iterator[bool]] = {}
    done = 0
    meanwhile = limit.meanwhile if limit else rest
    while True:
        while len(at_hand) < MOST_AT_ONCE and not stopping():
            row = next_in_turn(clock.now(), but=at_hand)
            if row is None:
                break
            at_hand[row.brand_id] = receiving(row, store=store, stopping=stopping, limit=limit)
        if not at_hand:
            return Progress(done, 0)
        steps = {brand_id: _step(brand_id, rows) for brand_id, rows in at_hand.items()}
        at_hand = {brand_id: rows for brand_id, rows in at_hand.items() if steps[brand_id] is not None}
        done += len(steps) - len(at_hand)
        if not any(step is not False for step in steps.values()):
            meanwhile()


def _step(brand_id: UUID, rows: Iterator[bool]) -> bool | None:
    """Ask for one more step: whether there was room for it, or None at the end."""
    with brand_scope(brand_id):
        try:
            return next(rows, None)
        except StepRefused:
            return None  # Somebody else was quicker.
