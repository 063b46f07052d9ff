"""Lanes: the stages of one brand run one after another, in short transactions, with their cursors inside.

A stage does its reading of receipts, its effects and the step of its cursor in one transaction of
the main database. A crash loses all three or none: this is what makes a receipt one effect. Identifier: EO-STEP.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction

from tallystick.foundation.models import Cursor, Lane
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock

log = structlog.get_logger(__name__)

LONG_SECONDS: Final = 0.2
"""How long a stage may hold a lane: on SQLite nobody else writes meanwhile."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What one run of a stage did. left: 0 when nothing waits, else at least so many; counting all would cost more
    than the run itself.
    """

    done: int
    left: int


class _Held(threading.local):
    seconds = 0.0


_HELD: Final = _Held()


@contextmanager
def lane(brand_id: UUID) -> Iterator[None]:
    """Hold a brand's lane for one transaction: opens its scope, waits its turn, commits at the end.

    On PostgreSQL the lane's row is locked; on SQLite BEGIN IMMEDIATE has the only writer's place.
    """
    began = None
    try:
        with brand_scope(brand_id), transaction.atomic():
            Lane.objects.get_or_create(brand_id=brand_id)
            list(Lane.objects.select_for_update())
            began = time.monotonic()
            yield
    finally:
        if began is not None:
            _HELD.seconds = time.monotonic() - began
            if _HELD.seconds > LONG_SECONDS:
                log.debug("held a lane for long", brand=str(brand_id), seconds=round(_HELD.seconds, 3))


def held_seconds() -> float:
    """How long this thread's last lane was held, its commit included and the wait for it not; 0 when asked again."""
    seconds, _HELD.seconds = _HELD.seconds, 0.0
    return seconds


def position(name: str) -> Any:
    """Where a stage stands in the brand in scope; None before its first step."""
    return Cursor.objects.filter(name=name).values_list("position", flat=True).first()


def advance(name: str, to: Any) -> None:
    """Move a stage's cursor. Only inside `lane`, in the transaction of the stage's effects."""
    Cursor.objects.update_or_create(name=name, defaults={"position": to, "moved_at": clock.now()})
