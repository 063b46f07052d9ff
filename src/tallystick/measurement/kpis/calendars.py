"""Which day it was somewhere, by one calendar for all: when a zone's clock was put forward or back, as plain numbers.

Engines bring rules of their own for time zones, each of another age. A text that asked the engine for the day would
put units beside the period that Python cut. So the shifts are parameters of the text. Identifier: KPI-CALENDAR.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from tallystick.kit import clock

SHIFT: Final = "shift_"
SHIFT_FROM: Final = "shift_from_"

_BEGINNING: Final = date(1970, 1, 1)
_A_DAY: Final = timedelta(days=1)
_A_MICROSECOND: Final = timedelta(microseconds=1)


class Shift(NamedTuple):
    """From an instant on (microseconds since 1970) a zone's clock is so many microseconds ahead of UTC."""

    from_us: int
    ahead_us: int


@lru_cache(maxsize=256)
def shifts(zone: str, first: date | None, last: date) -> tuple[Shift, ...]:
    """How far a zone was ahead of UTC on the UTC days from `first` to `last`, oldest first; never empty.

    The first entry holds for whatever lies before it, too. first: None for as far back as clocks are followed (1970).
    Found by looking once a day: no zone has put its clock forward and back within one.
    """
    there = ZoneInfo(zone)
    at = _midnight(first or _BEGINNING)
    found = [Shift(clock.to_micros(at), _ahead(at, there))]
    while at < _midnight(last) + _A_DAY:
        following = at + _A_DAY
        ahead = _ahead(following, there)
        if ahead != found[-1].ahead_us:
            found.append(Shift(_moment_of_change(at, following, there), ahead))
        at = following
    return tuple(found)


def calendar(zone: str, start: datetime | None, end: datetime) -> dict[str, int]:
    """The parameters by which LOCAL_DAY and its kin know the day of any instant from `start` up to `end`."""
    first = start.astimezone(UTC).date() if start else None
    values = {}
    for n, shift in enumerate(shifts(zone, first, end.astimezone(UTC).date())):
        values[f"{SHIFT}{n}"] = shift.ahead_us
        if n:
            values[f"{SHIFT_FROM}{n}"] = shift.from_us
    return values


def _moment_of_change(before: datetime, after: datetime, there: ZoneInfo) -> int:
    was = _ahead(before, there)
    while after - before > _A_MICROSECOND:
        middle = before + (after - before) / 2
        if _ahead(middle, there) == was:
            before = middle
        else:
            after = middle
    return clock.to_micros(after)


def _ahead(at: datetime, there: ZoneInfo) -> int:
    ahead = at.astimezone(there).utcoffset()
    assert ahead is not None
    return ahead // _A_MICROSECOND


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
