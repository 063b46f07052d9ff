"""The shop's orders against the tracked ones: every order has one verdict, and the sums add up."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit import ids
from tallystick.tracking.imports.reconciling.rules import (
    Held,
    Kind,
    Known,
    ShopOrder,
    TrackedOrder,
    Verdict,
    Why,
    compare,
    loose,
    spellings,
    summed,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEGAN = Known(began_at=NOON - timedelta(days=100))


def ordered(number: str, *, days: float = 0, **parts: Any) -> ShopOrder:
    at = NOON + timedelta(days=days)
    given = {"source": "shop", "amount_minor": 8000, "currency": "EUR", "received_at": NOON}
    return ShopOrder(number, at, **{**given, "receipt_id": ids.new(), **parts})


def seen(number: str, *, days: float = 0, **parts: Any) -> TrackedOrder:
    at = NOON + timedelta(days=days)
    given = {"source": "pixel", "amount_minor": 8000, "currency": "EUR", "receipt_id": ids.new()}
    return TrackedOrder(number, at, **{**given, **parts})


def one(shop: ShopOrder, *tracked: TrackedOrder, known: Known = BEGAN) -> Verdict:
    """The verdict about the only order of the shop."""
    return compare([shop], tracked, known=known)[0]


def test_an_order_that_both_have_is_matched_with_its_money():
    verdict = one(ordered("1001"), seen(" 1001 "))
    assert (verdict.kind, verdict.found_as, verdict.differences) == (Kind.MATCHED, "", ())
    summary = summed([verdict])
    assert (summary.lost, summary.expected, summary.tracking_loss_rate) == (0, 1, 0.0)
    assert [(m.currency, m.shop, m.here, m.missing) for m in summary.money] == [("EUR", 8000, 8000, 0)]


@pytest.mark.parametrize(("shop", "here"), [("#1001", "1001"), ("A-7", "a-7"), ("007", "7"), ("7", "#007")])
def test_another_way_to_write_a_number_is_found_and_named(shop, here):
    verdict = one(ordered(shop), seen(here))
    assert (verdict.kind, verdict.order, verdict.found_as) == (Kind.MATCHED, shop, here)


def test_a_number_that_could_be_two_orders_is_none_of_them():
    verdicts = compare([ordered("#7"), ordered("007")], [seen("7")], known=BEGAN)
    assert [(v.order, v.why) for v in verdicts[:2]] == [("#7", Why.NOTHING), ("007", Why.NOTHING)]
    exact = compare([ordered("#7"), ordered("7")], [seen("7")], known=BEGAN)
    assert [v.kind for v in exact] == [Kind.MISSING, Kind.MATCHED]
    assert loose("000") == "000"
    assert "#7" in spellings("7")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_minor": 7999}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"days": 1.1}, "day"),
        ({"days": -1.1}, "day"),
        ({"customer": "dora"}, "customer"),
    ],
)
def test_what_differs_is_named(change, field):
    verdict = one(ordered("1001", customer="carol"), seen("1001", **change))
    assert (verdict.kind, [d.field for d in verdict.differences]) == (Kind.DIFFERING, [field])


def test_what_one_side_does_not_say_does_not_differ():
    quiet = seen("1001", days=1, amount_minor=None, currency=None)
    assert one(ordered("1001", customer="carol"), quiet).kind is Kind.MATCHED


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_an_order_taken_back_at_the_shop_and_counted_here_differs_until_we_know_of_it(status):
    verdict = one(ordered("1001", status=status), seen("1001"))
    assert [(d.field, d.shop) for d in verdict.differences] == [("status", status)]
    known = replace(BEGAN, taken_back=frozenset({"1001"}))
    assert one(ordered("1001", status=status), seen("1001"), known=known).kind is Kind.MATCHED


def test_the_first_reason_for_a_missing_order_is_told():
    held = Held(ids.new(), "schema")
    file_only, robot = seen("1", source="shop"), seen("1", label="known_robot")
    told = [
        (one(ordered("1"), robot, known=replace(BEGAN, held={"1": held})), Why.QUARANTINE, "schema"),
        (one(ordered("1"), robot, file_only), Why.LABELLED, "known_robot"),
        (
            one(ordered("1"), known=replace(BEGAN, other_kinds={"1": ["checkout_started"]})),
            Why.OTHER_KINDS,
            "checkout_started",
        ),
        (one(ordered("1"), file_only), Why.ONLY_THE_FILE, "shop"),
        (one(ordered("1", days=-101)), Why.BEFORE_TRACKING, ""),
        (one(ordered("1"), known=Known()), Why.BEFORE_TRACKING, ""),
        (one(ordered("1")), Why.NOTHING, ""),
    ]
    for verdict, why, detail in told:
        assert (verdict.kind, verdict.why, verdict.detail) == (Kind.MISSING, why, detail)
    assert told[0][0].held == held.receipt_id


def test_events_of_the_list_itself_do_not_stand_before_those_of_tracking():
    verdict = one(ordered("#9"), seen("#9", source="shop"), seen("9"))
    assert (verdict.kind, verdict.found_as) == (Kind.MATCHED, "9")


def test_a_cancelled_order_that_was_not_tracked_is_not_lost():
    verdicts = compare(
        [
            ordered("1", status="cancelled"),
            ordered("2", status="other"),
            ordered("3", days=-200),
            ordered("4"),
        ],
        [],
        known=BEGAN,
    )
    summary = summed(verdicts)
    assert {v.order: v.kind for v in verdicts} == {
        "1": Kind.ABSENT,
        "2": Kind.ABSENT,
        "3": Kind.MISSING,
        "4": Kind.MISSING,
    }
    assert (summary.lost, summary.expected) == (1, 1)
    assert summed([]).tracking_loss_rate is None


def test_only_orders_inside_the_span_of_the_file_and_of_other_sources_are_more_than_the_shop_has():
    shop = [ordered("1"), ordered("9", days=9)]
    tracked = [
        seen("1"),
        seen("9", days=9),
        seen("inside", days=3),
        seen("before", days=-1),
        seen("after", days=10),
        seen("robot", days=3, label="known_robot"),
        seen("own", days=3, source="shop"),
    ]
    verdicts = compare(shop, tracked, known=BEGAN)
    assert [(v.order, v.kind) for v in verdicts if v.kind is not Kind.MATCHED] == [
        ("inside", Kind.UNREPORTED)
    ]
    assert summed(verdicts).money[0].unreported == 8000
    assert compare([], tracked, known=BEGAN) == []


NUMBERS = st.sampled_from(["1", "#1", "01", "2", "a", "A", "3", " 3"])


@given(
    shop=st.lists(st.builds(ordered, NUMBERS, days=st.integers(-2, 2)), max_size=6),
    tracked=st.lists(st.builds(seen, NUMBERS, days=st.integers(-2, 2)), max_size=6),
    seed=st.integers(0, 9),
)
def test_every_order_has_one_verdict_whatever_the_order_they_come_in(shop, tracked, seed):
    verdicts = compare(shop, tracked, known=BEGAN)
    shuffled = random.Random(seed)
    again = compare(shuffled.sample(shop, len(shop)), shuffled.sample(tracked, len(tracked)), known=BEGAN)
    assert again == verdicts
    of_shop = [v.order for v in verdicts if v.shop]
    assert sorted(of_shop) == sorted({order.order.strip() for order in shop})
    assert len({v.tracked.receipt_id for v in verdicts if v.tracked}) == sum(
        bool(v.tracked) for v in verdicts
    )
    for money in summed(verdicts).money:
        assert money.shop == money.missing + 8000 * sum(
            v.tracked is not None and v.is_expected for v in verdicts
        )
