"""One conversion shared among its candidate touchpoints, and the reason of each that got nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.shares import PPB
from tallystick.measurement.attribution.rules.credit import Policy, Source, Touch, credit
from tallystick.measurement.attribution.rules.models import MODELS, ModelSettings, UnknownModel
from tallystick.measurement.attribution.rules.reasons import NoCredit

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
ALICE, BOB = Source(partner_id=UUID(int=1)), Source(partner_id=UUID(int=2))
SEARCH = Source(house_channel="search")
WINDOWS = {"click": 30, "impression": 1, "code_use": 30}


def touch(number, *, days=0.0, kind="click", source=ALICE, **more):
    return Touch(UUID(int=number), NOON - timedelta(days=days), kind, source, **more)


def shares(touches, *, model="last_touch", **policy):
    decision = credit(touches, converted_at=NOON, policy=Policy(model, WINDOWS, **policy))
    return [verdict.reason or verdict.share_ppb for verdict in decision.verdicts]


TOUCHES = st.lists(
    st.builds(
        lambda number, days, kind, source, coupon, barred: touch(
            number, days=days, kind=kind, source=source, is_coupon=coupon, barred=barred
        ),
        st.integers(0, 10**6),
        st.floats(-3, 40),
        st.sampled_from([*WINDOWS, "introduction"]),
        st.sampled_from([ALICE, BOB, SEARCH]),
        st.booleans(),
        st.sampled_from([None, None, None, NoCredit.KNOWN_BOT, NoCredit.PARTNERSHIP_NOT_ACTIVE]),
    ),
    max_size=12,
    unique_by=lambda touch: touch.event_id,
)
POLICIES = st.builds(
    lambda model, house, half_life: Policy(model, WINDOWS, house, ModelSettings(half_life)),
    st.sampled_from(sorted(MODELS)),
    st.booleans(),
    st.integers(1, 30),
)


@given(TOUCHES, POLICIES)
def test_shares_sum_to_exactly_one_whole_or_nobody_is_credited(touches, policy):
    decision = credit(touches, converted_at=NOON, policy=policy)
    assert sum(verdict.share_ppb for verdict in decision.credited) == (PPB if decision.credited else 0)
    assert sum(share for _, share in decision.shares()) == (PPB if decision.credited else 0)


@given(TOUCHES, POLICIES)
def test_every_candidate_has_either_a_share_or_a_reason(touches, policy):
    decision = credit(touches, converted_at=NOON, policy=policy)
    assert {verdict.touch.event_id for verdict in decision.verdicts} == {touch.event_id for touch in touches}
    assert all((verdict.share_ppb > 0) == (verdict.reason is None) for verdict in decision.verdicts)
    assert len(decision.credited) + len(decision.uncredited) == len(touches)


@given(TOUCHES.flatmap(lambda touches: st.tuples(st.just(touches), st.permutations(touches))), POLICIES)
def test_the_order_in_which_touches_arrive_changes_nothing(both, policy):
    given_order, shuffled = both
    assert credit(given_order, converted_at=NOON, policy=policy) == credit(
        shuffled, converted_at=NOON, policy=policy
    )


@given(TOUCHES, POLICIES)
def test_candidates_that_are_not_eligible_change_no_share(touches, policy):
    decision = credit(touches, converted_at=NOON, policy=policy)
    again = credit(
        [verdict.touch for verdict in decision.credited], converted_at=NOON, policy=Policy("linear", WINDOWS)
    )
    assert len(again.credited) == len(decision.credited)
    late = touch(10**7, days=-1)
    assert credit([*touches, late], converted_at=NOON, policy=policy).shares() == decision.shares()


def test_touches_of_the_same_instant_stand_in_the_order_of_their_events():
    assert shares([touch(2), touch(1)]) == [NoCredit.NOT_LAST, PPB]


def test_a_touch_at_the_very_end_of_its_window_still_counts():
    assert shares([touch(1, days=30)]) == [PPB]
    assert shares([touch(1, days=30 + 1e-6)]) == [NoCredit.OUTSIDE_WINDOW]


def test_every_kind_of_touchpoint_has_its_own_window():
    assert shares([touch(1, days=2, kind="click"), touch(2, days=2, kind="impression")]) == [
        PPB,
        NoCredit.OUTSIDE_WINDOW,
    ]


def test_a_touch_at_the_instant_of_the_conversion_counts_and_a_later_one_does_not():
    assert shares([touch(1), touch(2, days=-1e-6)]) == [PPB, NoCredit.AFTER_CONVERSION]


def test_a_kind_without_a_window_earns_nothing():
    assert shares([touch(1, kind="introduction")]) == [NoCredit.KIND_NOT_IN_DEFINITION]


def test_house_channels_take_credit_only_where_they_compete():
    path = [touch(1, days=2), touch(2, days=1, source=SEARCH)]
    assert shares(path) == [NoCredit.NOT_LAST, PPB]
    assert shares(path, house_channels_compete=False) == [PPB, NoCredit.HOUSE_DOES_NOT_COMPETE]


def test_what_is_known_against_a_touch_is_its_reason_whatever_else_is_wrong_with_it():
    bot = touch(1, days=90, kind="introduction", barred=NoCredit.KNOWN_BOT)
    shared = touch(2, days=1, barred=NoCredit.VISITOR_SHARED_BY_TOO_MANY)
    assert shares([bot, shared]) == [NoCredit.KNOWN_BOT, NoCredit.VISITOR_SHARED_BY_TOO_MANY]


def test_nobody_eligible_means_nobody_credited():
    decision = credit([touch(1, days=31)], converted_at=NOON, policy=Policy("linear", WINDOWS))
    assert decision.credited == ()
    assert decision.shares() == ()
    assert credit([], converted_at=NOON, policy=Policy("linear", WINDOWS)).verdicts == ()


def test_a_code_that_was_used_beats_the_click_that_came_after_it():
    path = [touch(1, days=2, kind="code_use", source=ALICE), touch(2, days=1, source=BOB)]
    assert shares(path, model="code_wins") == [PPB, NoCredit.BEATEN_BY_CODE]


def test_a_code_outside_its_window_beats_nothing():
    path = [touch(1, days=31, kind="code_use"), touch(2, days=1, source=BOB)]
    assert shares(path, model="code_wins") == [NoCredit.OUTSIDE_WINDOW, PPB]


def test_the_voucher_site_at_the_checkout_does_not_take_the_last_touch():
    path = [touch(1, days=2, source=ALICE), touch(2, source=BOB, is_coupon=True)]
    assert shares(path, model="last_non_coupon") == [PPB, NoCredit.COUPON_SKIPPED]


def test_three_equal_touches_share_one_whole_to_the_last_billionth():
    path = [touch(1, days=3), touch(2, days=2, source=BOB), touch(3, days=1)]
    assert shares(path, model="linear") == [333_333_334, 333_333_333, 333_333_333]


def test_the_touches_of_one_partner_add_up():
    path = [touch(1, days=3), touch(2, days=2, source=BOB), touch(3, days=1)]
    decision = credit(path, converted_at=NOON, policy=Policy("linear", WINDOWS))
    assert decision.shares() == ((ALICE, 666_666_667), (BOB, 333_333_333))


def test_a_share_below_one_billionth_is_none_and_says_so():
    path = [touch(1, days=30), touch(2)]
    assert shares(path, model="time_decay", settings=ModelSettings(half_life_days=1))[0] == 1
    assert shares(path, model="time_decay", settings=ModelSettings(half_life_days=1))[1] == PPB - 1
    older = [Touch(UUID(int=1), NOON - timedelta(days=45), "code_use", ALICE), touch(2)]
    policy = Policy("time_decay", {"click": 60, "code_use": 60}, settings=ModelSettings(half_life_days=1))
    first, last = credit(older, converted_at=NOON, policy=policy).verdicts
    assert (first.share_ppb, first.reason) == (0, NoCredit.ROUNDS_TO_NOTHING)
    assert last.share_ppb == PPB


def test_the_same_event_twice_is_refused_because_it_would_be_paid_twice():
    with pytest.raises(ValueError, match="twice"):
        shares([touch(1), touch(1, days=1)])


def test_a_touch_needs_a_time_zone_and_a_source_is_one_party():
    with pytest.raises(ValueError, match="zone"):
        Touch(UUID(int=1), datetime(2026, 3, 29), "click", ALICE)  # noqa: DTZ001 - the fault under test
    for parties in ({}, {"partner_id": UUID(int=1), "house_channel": "search"}):
        with pytest.raises(ValueError, match="either a partner or a house channel"):
            Source(**parties)


def test_a_policy_that_cannot_be_meant_is_refused():
    with pytest.raises(UnknownModel):
        Policy("best_touch", WINDOWS)
    with pytest.raises(ValueError, match="window for 'click'"):
        Policy("linear", {"click": -1})
