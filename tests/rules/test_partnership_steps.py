"""How a partnership moves from state to state, and when it was active."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.partners.partnerships.rules import (
    ALWAYS,
    STEPS,
    ReasonMissing,
    State,
    StepRefused,
    possible,
    standing_of,
    step_from,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hours(count):
    return NOON + timedelta(hours=count)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (State.APPLIED, ("invite", "activate", "end")),
        (State.INVITED, ("accept", "end")),
        (State.ONBOARDING, ("activate", "end")),
        (State.ACTIVE, ("pause", "end")),
        (State.PAUSED, ("resume", "end")),
        (State.ENDED, ("invite",)),
    ],
)
def test_from_each_state_lead_these_steps_and_no_others(state, verbs):
    assert possible(state) == verbs
    for verb in STEPS:
        if verb in verbs:
            assert step_from(state, verb, reason="said").target is not state
        else:
            with pytest.raises(StepRefused) as refused:
                step_from(state, verb, reason="said")
            assert f"possible now: {', '.join(verbs)}" in str(refused.value)


@pytest.mark.parametrize("verb", ["pause", "end"])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_to_pause_and_to_end_one_says_why(verb, reason):
    with pytest.raises(ReasonMissing, match="say why"):
        step_from(State.ACTIVE, verb, reason=reason)


def test_every_state_can_be_reached_and_left():
    assert {step.target for step in STEPS.values()} | {State.APPLIED} == set(State)
    assert all(possible(state) for state in State)


def test_opened_active_it_was_active_since_ever():
    standing = standing_of([(NOON, State.ACTIVE)])
    assert standing == ALWAYS
    assert standing.is_active_at(hours(-100_000))


def test_opened_by_an_invitation_it_is_active_from_its_activation_on():
    standing = standing_of(
        [(hours(0), State.INVITED), (hours(1), State.ONBOARDING), (hours(2), State.ACTIVE)]
    )
    assert [standing.is_active_at(hours(at)) for at in (-9, 0, 1.9, 2, 99)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_a_pause_holds_from_its_own_instant_up_to_the_resumption():
    standing = standing_of([(NOON, State.ACTIVE), (hours(1), State.PAUSED), (hours(2), State.ACTIVE)])
    assert [standing.is_active_at(hours(at)) for at in (-9, 0.999, 1, 1.999, 2)] == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_from_paused_to_ended_nothing_turns():
    paused = [(NOON, State.ACTIVE), (hours(1), State.PAUSED)]
    assert standing_of([*paused, (hours(5), State.ENDED)]) == standing_of(paused)


def test_a_change_that_a_wrong_clock_dated_back_holds_from_the_one_before_it():
    standing = standing_of([(NOON, State.ACTIVE), (hours(5), State.PAUSED), (hours(1), State.ACTIVE)])
    assert [standing.is_active_at(hours(at)) for at in (0, 3, 5, 9)] == [True, True, True, True]


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from(State)), min_size=1, unique_by=lambda change: change[0]
    ),
    st.integers(-5, 55),
)
def test_a_standing_says_what_the_newest_change_up_to_the_instant_says(changes, at):
    history = sorted((hours(hour), state) for hour, state in changes)
    before = [state for since, state in history if since <= hours(at)]
    state = before[-1] if before else history[0][1]
    assert standing_of(history).is_active_at(hours(at)) is (state is State.ACTIVE)
