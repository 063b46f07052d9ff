"""New, returning or unknown: a customer is new only where the history would show otherwise."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tallystick.measurement.attribution.rules.customers import customer_type

BERLIN = ZoneInfo("Europe/Berlin")
ORDER = datetime(2026, 3, 1, 10, tzinfo=UTC)


def kind(*, at=ORDER, earlier=None, history_from=date(2026, 1, 1)):
    return customer_type(at, earlier_order_at=earlier, history_from=history_from, zone=BERLIN)


def test_an_earlier_order_makes_a_customer_returning_even_before_the_history_begins():
    earlier = ORDER - timedelta(days=1)
    assert kind(earlier=earlier) == "returning"
    assert kind(earlier=earlier, history_from=None) == "returning"
    assert kind(earlier=earlier, history_from=date(2027, 1, 1)) == "returning"


def test_without_an_earlier_order_a_customer_is_new_where_the_history_reaches():
    assert kind() == "new"


def test_before_the_history_begins_a_customer_is_unknown_never_new():
    assert kind(history_from=date(2026, 3, 2)) == "unknown"
    assert kind(history_from=None) == "unknown"


def test_the_first_day_of_the_history_begins_in_the_programs_zone():
    half_past_midnight_in_berlin = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert kind(at=half_past_midnight_in_berlin, history_from=date(2026, 3, 1)) == "new"
    a_minute_before = half_past_midnight_in_berlin - timedelta(minutes=31)
    assert kind(at=a_minute_before, history_from=date(2026, 3, 1)) == "unknown"


def test_an_earlier_order_cannot_be_later():
    with pytest.raises(ValueError, match="later"):
        kind(earlier=ORDER + timedelta(seconds=1))
