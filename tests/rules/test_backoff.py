"""Waiting longer after each failure."""

from tallystick.kit.backoff import backoff_seconds


def test_each_failure_doubles_the_wait_up_to_the_cap():
    waits = [backoff_seconds(count, first=0.5, longest=15) for count in (1, 2, 3, 6, 7)]
    assert waits == [0.5, 1, 2, 15, 15]


def test_a_night_of_failures_does_not_overflow():
    assert backoff_seconds(5_000, first=1, longest=60) == 60
