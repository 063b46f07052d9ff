"""How many calls a key may make in a minute; counted together by all processes, in the cache that they share.

A process takes calls from the shared count some at a time and then spends them from memory: a call that only reads
would otherwise wait for the database's writer. What one process took and did not spend is lost to the others, which is
a twentieth of the limit at most.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

from django.core.cache import cache

SECONDS: Final = 60
SHARES: Final = 20
MOST_KEYS: Final = 10_000
"""Keys that a process keeps in mind; with more it begins anew."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has left. left: calls; below zero for a call too many. resets_in: seconds until it is whole again."""

    limit: int
    left: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        """The allowance as every answer tells it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.left)),
            "RateLimit-Reset": str(self.resets_in),
        }


@dataclass(slots=True)
class _Taken:
    """What this process took for a key in a minute. count: of all processes together. unspent: here."""

    minute: int
    count: int
    unspent: int


_TAKEN: Final[dict[UUID, _Taken]] = {}
_ONE_AT_A_TIME: Final = Lock()


def count_call(key_id: UUID, *, limit: int) -> Allowance:
    """Count one more call of a key in the minute that is running. Every key has its own count, whoever else calls."""
    minute, second = divmod(int(time.time()), SECONDS)
    resets_in = SECONDS - second
    with _ONE_AT_A_TIME:
        taken = _TAKEN.get(key_id)
        if taken is None or taken.minute != minute:
            taken = _take(key_id, minute, limit)
        elif not taken.unspent:
            if taken.count >= limit:
                return Allowance(limit, -1, resets_in)
            taken = _take(key_id, minute, limit)
        taken.unspent -= 1
        return Allowance(limit, limit - taken.count + taken.unspent, resets_in)


def _take(key_id: UUID, minute: int, limit: int) -> _Taken:
    some = max(1, limit // SHARES)
    place = f"api-calls:{key_id.hex}:{minute}"
    cache.add(place, 0, timeout=2 * SECONDS)
    try:
        count = cache.incr(place, some)
    except ValueError:  # the cache was full and forgot it
        count = some
    if len(_TAKEN) >= MOST_KEYS:
        _TAKEN.clear()
    _TAKEN[key_id] = _Taken(minute, count, some)
    return _TAKEN[key_id]
