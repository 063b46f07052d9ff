"""How long to wait after a failure: longer each time, up to a cap, however often it fails."""

from __future__ import annotations

_DOUBLINGS = 16
"""More doublings than any cap in use needs; without a bound the power itself overflows after a night of failures."""


def backoff_seconds(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after so many failures in a row: `first`, doubled for each further one, at most `longest`.

    failures: at least 1; fewer count as one.
    """
    return min(first * 2.0 ** min(max(failures - 1, 0), _DOUBLINGS), longest)
