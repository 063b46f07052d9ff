"""What a definition may mean, and which of its versions is in force."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.programs.rules import (
    BadDefinition,
    Meaning,
    Version,
    plain,
    primaries_by_day,
    read_meaning,
    version_at,
)


def read(**fields):
    return read_meaning(fields, models=tuple(MODELS))


def a_version(number, on, *, definition=1, primary=True, zone="Europe/Berlin"):
    return Version(
        definition_id=UUID(int=definition),
        definition_key=f"d{definition}",
        definition_name="",
        program_id=UUID(int=9),
        zone=ZoneInfo(zone),
        version=number,
        effective_on=on,
        primary=primary,
        meaning=Meaning(),
    )


def test_the_defaults_are_a_meaning():
    assert read() == Meaning()
    assert Meaning().longest_window_days == 30
    assert Meaning(windows={}).longest_window_days == 0


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"events": []}, "`events` is empty"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"model": "magic"}, "known models: last_touch"),
        ({"windows": {"glance": 3}}, "touchpoint kinds: click"),
        ({"windows": {"click": 0}}, "must be 1 to 730"),
        ({"windows": {"click": 731}}, "must be 1 to 730"),
        ({"half_life_days": 0}, "must be 1 to 730"),
        ({"half_life_days": 100_000}, "must be 1 to 730"),
        ({"events": ["purchse"]}, "kinds of outcome: lead"),
        ({"events": ["purchase", "past_order"]}, "names .past_order.; kinds of outcome"),
        ({"events": ["refund"]}, "names .refund.; kinds of outcome"),
        ({"binding_days": 0}, "must be 1 to 36,500"),
        ({"break_after_days": -3}, "must be 1 to 36,500"),
        ({"denominator": "leads"}, "needs `leads_from`"),
        ({"alternates": ["leads"]}, "needs `leads_from`"),
        ({"dedupe": "moon"}, "dedupe"),
        ({"binds": "yes"}, "binds"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(fields, complaint):
    with pytest.raises(BadDefinition, match=complaint):
        read(**fields)


def test_a_meaning_that_was_kept_as_json_is_equal_to_itself():
    meaning = read(sources=["billing"], where={"plan": "pro"}, windows={"click": 7}, alternates=["exposures"])
    kept = msgspec.json.decode(msgspec.json.encode(plain(meaning)))
    assert kept == plain(meaning)
    assert msgspec.convert(kept, Meaning) == meaning
    assert list(kept) == sorted(kept)


def test_a_version_is_in_force_from_midnight_of_its_day_in_the_programs_zone():
    versions = [a_version(1, date(2026, 1, 1)), a_version(2, date(2026, 3, 4))]
    midnight = datetime(2026, 3, 3, 23, tzinfo=UTC)
    assert version_at(versions, midnight).version == 2
    assert version_at(versions, midnight.replace(hour=22, minute=59)).version == 1
    assert version_at(versions, datetime(2025, 12, 31, 12, tzinfo=UTC)) is None
    assert version_at([], midnight) is None


@given(
    st.permutations([date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]),
    st.datetimes(timezones=st.just(UTC)),
)
def test_the_order_in_which_versions_are_given_changes_nothing(days, at):
    versions = [a_version(day.month, day, zone="UTC") for day in days]
    found = version_at(versions, at)
    assert (found.effective_on if found else None) == max(
        (day for day in days if day <= at.date()), default=None
    )


def test_each_day_of_change_names_the_primaries_from_then_on():
    versions = [
        a_version(1, date(2026, 1, 1)),
        a_version(2, date(2026, 3, 1), primary=False),
        a_version(1, date(2026, 3, 1), definition=2),
    ]
    assert primaries_by_day(versions) == [(date(2026, 1, 1), ["d1"]), (date(2026, 3, 1), ["d2"])]
