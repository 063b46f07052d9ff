"""Tallies: every row is one thing, and what is added up in any order is the same sum."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit import ids
from tallystick.partners.partnerships.rules import Origin
from tallystick.tracking.events import series
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.imports.rules.steps import STEPS, State, StepRefused, possible, refuse_unless
from tallystick.tracking.imports.rules.tally import Counting, Thing, thing_of
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.reported.rules import CostDraft

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PROGRAM = UUID(int=1)

things = st.builds(
    Thing,
    what=st.sampled_from(["click", "purchase", "costs"]),
    amount_minor=st.none() | st.integers(-(10**12), 10**12),
    currency=st.sampled_from(["EUR", "JPY"]),
    at=st.integers(0, 10**9).map(lambda seconds: AT + timedelta(seconds=seconds)),
)
rows = st.tuples(st.sampled_from(["counted", "duplicate", "ignored"]), st.integers(0, 50))
waiting = st.tuples(st.sampled_from(list(Reason)), st.integers(0, 50))


def added(parts):
    counting = Counting()
    for part in parts:
        match part:
            case Thing():
                counting.add_things([part])
            case (Reason() as reason, number):
                unknown = ("shop", "partner", "nobody") if reason is Reason.UNKNOWN_PARTNER else None
                counting.add_quarantined(reason, number, unknown)
            case (became, number):
                counting.add_rows(became, number)
    return counting.tally()


@given(st.lists(things | rows | waiting), st.randoms())
def test_a_tally_is_the_sum_of_its_parts_in_any_order(parts, chance):
    tally = added(parts)
    assert tally.rows == tally.counted + tally.duplicate + tally.ignored + tally.quarantined + tally.waiting
    assert tally.quarantined == sum(tally.reasons.values())
    shuffled = chance.sample(parts, len(parts))
    assert added(shuffled) == tally


@given(waiting)
def test_what_is_taken_back_was_never_there(one):
    reason, number = one
    counting = Counting()
    counting.add_quarantined(reason, number, ("shop", "partner", "nobody"))
    counting.add_quarantined(reason, -number, ("shop", "partner", "nobody"))
    assert counting.tally() == Counting().tally()


def test_things_are_called_by_their_kind_and_days_begin_at_midnight():
    draft = Draft(PROGRAM, "purchase", AT, Origin(), amount_minor=800, currency="EUR")
    assert thing_of(draft) == Thing("purchase", 800, "EUR", AT)
    cost = CostDraft(
        program_id=PROGRAM,
        reference="",
        kind="spend",
        on=date(2026, 3, 2),
        amount_minor=1,
        currency="EUR",
    )
    assert thing_of(cost) == Thing("costs", 1, "EUR", datetime(2026, 3, 2, tzinfo=UTC))
    assert thing_of("a partner to open") is None


def test_what_can_be_done_follows_from_the_state():
    assert possible(State.ARRIVED) == ("map", "start", "discard")
    assert possible(State.RECEIVED) == ()
    for verb, states in STEPS.items():
        for state in State:
            if state not in states:
                with pytest.raises(StepRefused, match=r"orders\.csv"):
                    refuse_unless(verb, state, name="orders.csv")


def test_a_correction_takes_a_place_of_its_own_in_the_series_of_its_import():
    first = ids.in_series(ids.new(), 0, at=AT)
    receipt: UUID | None = ids.in_series(ids.new(), 41, at=AT)
    seen = set()
    while receipt is not None:
        begins, ends = series.range_of(ids.first_of_series(receipt))
        assert begins < receipt <= ends
        assert receipt not in seen
        seen.add(receipt)
        receipt = series.successor(receipt)
    assert len(seen) == 16
    assert series.successor(first) != series.successor(UUID(int=first.int + 1))
    assert series.successor(ids.new()).version == 7
