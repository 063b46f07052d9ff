"""Time: aware UTC instants, whole microseconds in storage, calendar days only in a named zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def to_micros(at: datetime) -> int:
    """Whole microseconds since 1970 of an aware instant: exact, unlike a float of seconds."""
    return (at - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of `to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


def day_start(on: date, zone: ZoneInfo) -> datetime:
    """The instant at which a calendar day begins in a zone, as UTC.

    Where a clock change removes midnight the day begins at the first moment that exists.
    """
    return datetime.combine(on, time.min, tzinfo=zone).astimezone(UTC)


def midnight(on: date) -> datetime:
    """The instant at which a day begins in UTC: it stands, too, for a day of which only the date is known."""
    return datetime.combine(on, time.min, UTC)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone."""
    return at.astimezone(zone).date()
