"""Which events are looked at before anything is decided: ATTR-CONCERN."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tallystick.measurement.attribution.rules.concern import Met, followed
from tallystick.measurement.attribution.rules.subjects import Identities

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY = Identities()


def click(*, visitor=None, customer=None, account=None, at=NOON):
    return Met("click", 1, visitor, customer, account, None, at)


def test_a_click_that_no_outcome_follows_decides_nothing():
    touches = [click(visitor="v")]
    assert followed(touches, identities=NOBODY, latest={}) == []
    assert followed(touches, identities=NOBODY, latest={("visitor", "v"): NOON - HOUR}) == []
    assert followed(touches, identities=NOBODY, latest={("visitor", "w"): NOON + HOUR}) == []


def test_a_click_that_came_late_is_looked_at_when_its_own_outcome_follows_it():
    for who in ("visitor", "customer", "account"):
        late = click(**{who: "x"})
        assert followed([late], identities=NOBODY, latest={(who, "x"): NOON + HOUR}) == [late]
        assert followed([late], identities=NOBODY, latest={(who, "x"): NOON}) == [late]


def test_it_is_looked_at_for_what_its_customer_did_elsewhere():
    known = Identities({"v": frozenset({"c"})}, {"c": frozenset({"v", "phone"})})
    late = click(visitor="v")
    assert followed([late], identities=known, latest={("customer", "c"): NOON + HOUR}) == [late]
    assert followed([late], identities=known, latest={("visitor", "phone"): NOON + HOUR}) == [late]


def test_a_visitor_that_too_many_share_is_looked_at_for_its_own_outcomes_only():
    shared = Identities(
        {"v": frozenset({"a", "b"})}, {"a": frozenset({"v"}), "b": frozenset({"v"})}, max_customers=1
    )
    late = click(visitor="v")
    assert followed([late], identities=shared, latest={("customer", "a"): NOON + HOUR}) == []
    assert followed([late], identities=shared, latest={("visitor", "v"): NOON + HOUR}) == [late]
