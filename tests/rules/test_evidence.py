"""Which events are evidence of which conversion, and which of them decides."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.measurement.attribution.rules.evidence import (
    Evidence,
    conversion_keys,
    deciding,
    dedupe_key,
    fits,
)
from tallystick.partners.programs.rules import DedupeKey, Meaning, Version

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = UUID(int=9)
BOUGHT = Evidence(
    event_id=UUID(int=1),
    program_id=SHOP,
    kind="purchase",
    source="events",
    occurred_at=NOON,
    counts=True,
    visitor="v1",
    customer="carol",
    account=None,
    order="1001",
    amount_minor=8000,
    currency="EUR",
    attributes={"plan": "pro"},
)


def a_version(meaning=None, *, definition=1, program=SHOP, on=date(2026, 1, 1)):
    return Version(
        UUID(int=definition),
        f"d{definition}",
        "",
        program,
        ZoneInfo("UTC"),
        1,
        on,
        True,
        meaning or Meaning(),
    )


def test_an_event_is_evidence_for_every_definition_it_fits():
    versions = [
        a_version(),
        a_version(Meaning(dedupe=DedupeKey.EVENT), definition=2),
        a_version(program=UUID(int=8), definition=3),
    ]
    assert conversion_keys(BOUGHT, versions) == [
        (UUID(int=1), "order:1001"),
        (UUID(int=2), f"event:{BOUGHT.event_id.hex}"),
    ]


def test_an_event_that_does_not_count_is_evidence_of_nothing():
    assert conversion_keys(replace(BOUGHT, counts=False), [a_version()]) == []


def test_an_event_before_the_first_version_is_evidence_of_nothing():
    assert conversion_keys(BOUGHT, [a_version(on=date(2026, 3, 3))]) == []


def test_kind_and_attributes_must_fit():
    assert fits(BOUGHT, Meaning(where={"plan": "pro"}))
    assert not fits(BOUGHT, Meaning(where={"plan": "free"}))
    assert not fits(BOUGHT, Meaning(where={"colour": "red"}))
    assert not fits(BOUGHT, Meaning(events=("lead",)))


@pytest.mark.parametrize(
    ("changes", "by", "key"),
    [
        ({}, DedupeKey.ORDER, "order:1001"),
        ({"order": None}, DedupeKey.ORDER, f"event:{UUID(int=1).hex}"),
        ({}, DedupeKey.CUSTOMER, "customer:carol"),
        ({"customer": None}, DedupeKey.CUSTOMER, "visitor:v1"),
        ({"customer": None, "visitor": None}, DedupeKey.CUSTOMER, f"event:{UUID(int=1).hex}"),
        ({}, DedupeKey.EVENT, f"event:{UUID(int=1).hex}"),
    ],
)
def test_what_makes_two_events_one_conversion(changes, by, key):
    assert dedupe_key(replace(BOUGHT, **changes), Meaning(dedupe=by)) == key


pieces = st.builds(
    lambda number, source, minute: replace(
        BOUGHT, event_id=UUID(int=number), source=source, occurred_at=NOON + timedelta(minutes=minute)
    ),
    st.integers(1, 50),
    st.sampled_from(("billing", "pixel", "events")),
    st.integers(0, 3),
)


@given(st.lists(pieces, min_size=1, max_size=8, unique_by=lambda piece: piece.event_id), st.randoms())
def test_the_order_in_which_evidence_is_given_decides_nothing(found, chance):
    shuffled = chance.sample(found, len(found))
    assert deciding(found, ("billing", "pixel")) == deciding(shuffled, ("billing", "pixel"))


def test_rank_goes_before_time_and_time_before_id():
    late = replace(BOUGHT, source="billing", occurred_at=NOON + timedelta(days=9), event_id=UUID(int=5))
    assert deciding([BOUGHT, late], ("billing",)) == late
    assert deciding([BOUGHT, late], ()) == BOUGHT
    twin = replace(BOUGHT, event_id=UUID(int=2))
    assert deciding([twin, BOUGHT], ()) == BOUGHT
