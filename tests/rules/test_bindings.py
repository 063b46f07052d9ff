"""A customer's first credited conversion ties them to partners; renewals follow until the tie ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.shares import PPB
from tallystick.measurement.attribution.rules.bindings import (
    BindingPolicy,
    CreditedConversion,
    binding_for,
    shares_at,
)
from tallystick.measurement.attribution.rules.credit import Source
from tallystick.measurement.attribution.rules.reasons import NoBinding

START = datetime(2026, 1, 1, tzinfo=UTC)
ALICE, BOB = Source(partner_id=UUID(int=1)), Source(partner_id=UUID(int=2))
EMAIL = Source(house_channel="email")
FOR_LIFE = BindingPolicy()


def day(days):
    return START + timedelta(days=days)


def conversion(number, *, days, shares=((ALICE, PPB),)):
    return CreditedConversion(UUID(int=number), day(days), shares)


def bound(**policy):
    binding = binding_for([conversion(1, days=0)], policy=BindingPolicy(**policy))
    assert binding is not None
    return binding


def test_the_earliest_credited_conversion_ties_the_customer():
    first = conversion(3, days=1, shares=((ALICE, 600_000_000), (EMAIL, 400_000_000)))
    later = conversion(1, days=2, shares=((BOB, PPB),))
    binding = binding_for([later, first], policy=FOR_LIFE)
    assert binding is not None
    assert (binding.conversion_id, binding.since, binding.shares) == (
        UUID(int=3),
        day(1),
        ((ALICE, 600_000_000), (EMAIL, 400_000_000)),
    )


def test_conversions_without_a_partner_tie_nobody():
    assert binding_for([], policy=FOR_LIFE) is None
    nobody = [conversion(1, days=0, shares=()), conversion(2, days=1, shares=((EMAIL, PPB),))]
    assert binding_for(nobody, policy=FOR_LIFE) is None
    binding = binding_for([*nobody, conversion(3, days=2)], policy=FOR_LIFE)
    assert binding is not None
    assert binding.conversion_id == UUID(int=3)


@given(st.permutations([conversion(number, days=number // 2) for number in range(6)]))
def test_the_order_of_arrival_does_not_decide_who_is_bound(conversions):
    binding = binding_for(conversions, policy=FOR_LIFE)
    assert binding is not None
    assert binding.conversion_id == UUID(int=0)


def test_a_binding_for_life_lasts():
    assert shares_at(bound(), day(20_000), earlier_conversions=[]) == ((ALICE, PPB),)


def test_a_conversion_before_the_binding_does_not_follow_it():
    assert shares_at(bound(), day(-1), earlier_conversions=[]) is NoBinding.BEFORE_BINDING


def test_a_binding_ends_after_its_duration():
    binding = bound(duration_days=365)
    assert shares_at(binding, day(365), earlier_conversions=[]) == ((ALICE, PPB),)
    assert shares_at(binding, day(365.01), earlier_conversions=[]) is NoBinding.DURATION_OVER


def test_a_binding_breaks_at_a_long_pause_and_stays_broken():
    binding = bound(breaks_after_days=40)
    monthly = [day(30), day(60), day(90)]
    assert shares_at(binding, day(120), earlier_conversions=monthly) == ((ALICE, PPB),)
    assert shares_at(binding, day(131), earlier_conversions=monthly) is NoBinding.BROKEN_BY_PAUSE
    back_again = [*monthly, day(131), day(140)]
    assert shares_at(binding, day(141), earlier_conversions=back_again) is NoBinding.BROKEN_BY_PAUSE


@given(st.lists(st.integers(-50, 200), max_size=8), st.integers(0, 150), st.randoms())
def test_conversions_outside_the_tie_and_their_order_change_nothing(days, at, random):
    binding = bound(breaks_after_days=40)
    inside = sorted(day(earlier) for earlier in days if 0 < earlier < at)
    everything = [day(earlier) for earlier in days]
    random.shuffle(everything)
    assert shares_at(binding, day(at), earlier_conversions=everything) == shares_at(
        binding, day(at), earlier_conversions=inside
    )


@pytest.mark.parametrize("days", [0, -1, 1.5])
def test_a_binding_is_measured_in_whole_days(days):
    with pytest.raises(ValueError, match="whole days"):
        BindingPolicy(duration_days=days)
    with pytest.raises(ValueError, match="whole days"):
        BindingPolicy(breaks_after_days=days)
