"""Times and days as files write them. Pure. Identifier: EVENT-TIME."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tallystick.kit.clock import EPOCH
from tallystick.tracking.events.mapping.form import FieldFrom

UNIX: Final = "unix"
UNIX_MS: Final = "unix_ms"

REMEMBERED: Final = 4_096
"""Texts whose time is kept in mind: the rows of a file often share theirs."""

_STAMP: Final = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,9})?")
_COUNT: Final = re.compile(r"([0-9]{1,6})(?:\.0+)?")
_MICROS: Final = {UNIX: 1_000_000, UNIX_MS: 1_000}


def zone_named(name: str) -> ZoneInfo:
    """The zone with a name out of the time zone database. Raises ValueError for any other text."""
    try:
        return ZoneInfo(name)
    except (OSError, LookupError) as unknown:
        raise ValueError(f"there is no time zone {name!r}") from unknown


def time_text(source: FieldFrom, zone: ZoneInfo) -> Callable[[str], str]:
    """What makes ISO 8601 with an offset of a cell. It raises ValueError for a cell that is no such time.

    A time without an offset is of the zone. One that the clocks showed twice is the earlier one; one that they skipped
    is read by the offset before the change. Identifier: EVENT-TIME.
    """
    read = _reader(source)

    def text_of(cell: str) -> str:
        at = read(cell.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()

    return lru_cache(maxsize=REMEMBERED)(text_of)


def day_text(source: FieldFrom, zone: ZoneInfo) -> Callable[[str], str]:
    """What makes `2026-11-20` of a cell: the day that it names, or that its instant lies in, in the zone.

    It raises ValueError for a cell that is no such time.
    """
    read = _reader(source)

    def text_of(cell: str) -> str:
        at = read(cell.strip())
        try:
            return (at.astimezone(zone) if at.tzinfo else at).date().isoformat()
        except OverflowError as far:
            raise ValueError(str(far)) from far

    return lru_cache(maxsize=REMEMBERED)(text_of)


def wanted(source: FieldFrom) -> str:
    """What a cell of this source should be, in words."""
    if source.months_before or source.days_before:
        unit = "months" if source.months_before else "days"
        return f"a number of {unit} before {source.months_before or source.days_before}"
    if source.format == UNIX:
        return "a time in seconds since 1970"
    if source.format == UNIX_MS:
        return "a time in milliseconds since 1970"
    return f"a time in the format {source.format!r}" if source.format else "a time in ISO 8601"


def why_not_format(pattern: str) -> str | None:
    """Why no time can be read by a format; None for one that serves."""
    if pattern in _MICROS:
        return None
    if "%Z" in pattern.replace("%%", ""):
        return "names of zones (%Z) mean different offsets: leave them out and give `zone`, or use %z"
    try:
        at = datetime.strptime(datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(pattern), pattern)  # noqa: DTZ007
    except ValueError as wrong:
        return f"no time can have it: {wrong}"
    return None if at.year == 2001 else "it names no year"


def _reader(source: FieldFrom) -> Callable[[str], datetime]:
    if source.months_before:
        return _before(date.fromisoformat(source.months_before), _months_before)
    if source.days_before:
        return _before(date.fromisoformat(source.days_before), _days_before)
    if source.format in _MICROS:
        micros = _MICROS[source.format]
        return lambda text: _since_1970(text, micros)
    if pattern := source.format:
        return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007
    return datetime.fromisoformat


def _before(day: date, go_back: Callable[[date, int], date]) -> Callable[[str], datetime]:
    def read(text: str) -> datetime:
        match = _COUNT.fullmatch(text)
        if match is None:
            raise ValueError(text)
        try:
            return datetime.combine(go_back(day, int(match[1])), time.min)
        except OverflowError as far:
            raise ValueError(text) from far

    return read


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first_after = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(day.day - 1), first_after - timedelta(1))


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days)


def _since_1970(text: str, micros: int) -> datetime:
    if _STAMP.fullmatch(text) is None:
        raise ValueError(text)
    whole, _, fraction = text.partition(".")
    places = len(str(micros)) - 1
    count = abs(int(whole)) * micros + int(fraction.ljust(places, "0")[:places] or "0")
    try:
        return EPOCH + timedelta(microseconds=-count if text.startswith("-") else count)
    except OverflowError as far:
        raise ValueError(text) from far
