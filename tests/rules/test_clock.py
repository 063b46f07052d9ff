"""Time: microseconds are exact, and a day begins where its zone says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit import clock

ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Africa/Cairo",
        "America/St_Johns",
    ]
)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2040, 1, 1))


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_the_way_through_microseconds(at):
    assert clock.from_micros(clock.to_micros(at)) == at


def test_now_is_aware_and_utc():
    assert clock.now().utcoffset() == timedelta(0)


@given(DAYS, ZONES)
def test_the_first_moment_of_a_day_is_of_that_day_and_the_one_before_is_not(on, name):
    zone = ZoneInfo(name)
    start = clock.day_start(on, zone)
    if clock.day_of(start, zone) != on:
        # Samoa left out a whole day when it crossed the date line.
        assert (name, on) == ("Pacific/Apia", date(2011, 12, 30))
        return
    assert clock.day_of(start - timedelta(microseconds=1), zone) < on


@pytest.mark.parametrize(
    ("on", "name", "start"),
    [
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 30), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
    ],
)
def test_a_day_begins_with_the_offset_of_its_own_midnight(on, name, start):
    assert clock.day_start(on, ZoneInfo(name)) == start
