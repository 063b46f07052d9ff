"""What somebody reports is exact, of a closed list of kinds and states, and about something that can be named again."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.partners.partnerships.rules import Directory, Origin, ProgramFacts
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.reported.rules import verify_reported
from tallystick.tracking.reported.wire import CommissionBody, CostBody, OrderBody, TotalBody

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ALICE, SEARCH, SPRING = Origin(partnership_id=UUID(int=1)), Origin(channel_id=UUID(int=2)), UUID(int=3)
SHOP = ProgramFacts(
    "shop",
    "EUR",
    Directory(
        UUID(int=9), partners={"alice": ALICE}, channels={"search": SEARCH}, campaigns={"spring": SPRING}
    ),
    choices={("partner", "Old Alice"): ALICE, ("partner", "a test"): None},
)
TOTAL = {"measure": "sends", "on": "2026-03-02", "value": "1200"}
COST = {"kind": "spend", "on": "2026-03-02", "amount": "12.50"}
COMMISSION = {"partner": "alice", "earned_at": "2026-03-02T10:00:00Z", "amount": "8.00"}
ORDER = {"order": "1001", "ordered_at": "2026-03-02T10:00:00Z"}


def verified(body, *, decimal="."):
    return verify_reported(body, programs={"shop": SHOP}, received_at=NOW, decimal=decimal)


def refusal(body, **how):
    with pytest.raises(Rejected) as caught:
        verified(body, **how)
    return caught.value


@given(st.integers(-(10**17), 10**17))
def test_a_number_is_kept_exactly_in_millionths(millionths):
    sign, digits = "-" if millionths < 0 else "", f"{abs(millionths):07d}"
    value = f"{sign}{digits[:-6]}.{digits[-6:]}"
    assert verified(TotalBody(**TOTAL | {"value": value})).value_millionths == millionths
    said = verified(TotalBody(**TOTAL | {"value": value.replace(".", ",")}), decimal=",")
    assert said.value_millionths == millionths


@pytest.mark.parametrize("value", ["1e3", "NaN", "0.1234567", "1234567890123", "-", "a lot"])
def test_a_number_that_cannot_be_kept_exactly_is_refused(value):
    assert refusal(TotalBody(**TOTAL | {"value": value})).column == "value"


def test_a_total_is_a_number_or_money_and_not_both():
    assert verified(TotalBody(measure="revenue", on="2026-03-02", amount="8.00")).amount_minor == 800
    for wrong in ({"amount": "8.00"}, {"value": None}):
        assert refusal(TotalBody(**TOTAL | wrong)).column == "value"
    assert refusal(TotalBody(**TOTAL | {"measure": "e-mails sent"})).column == "measure"


def test_totals_of_one_measure_day_and_origin_are_about_the_same_thing():
    def reference(**fields):
        return verified(TotalBody(**TOTAL | fields)).reference

    assert reference() == reference(value="7")
    assert reference(partner="alice") == reference(partner="Old Alice")
    distinct = [
        reference(),
        reference(partner="alice"),
        reference(channel="search"),
        reference(campaign="spring"),
        reference(on="2026-03-03"),
        reference(measure="reach"),
        reference(reference="mine"),
    ]
    assert len(set(distinct)) == len(distinct)


def test_a_cost_is_of_a_known_kind_and_may_be_a_credit_note():
    draft = verified(CostBody(**COST | {"amount": "-12.50", "campaign": "spring", "channel": "search"}))
    assert (draft.amount_minor, draft.currency, draft.on) == (-1250, "EUR", date(2026, 3, 2))
    assert (draft.origin, draft.campaign_id, draft.reference) == (SEARCH, SPRING, "")
    assert refusal(CostBody(**COST | {"kind": "lunch"})).column == "kind"
    assert refusal(CostBody(**COST | {"amount": ""})).column == "amount"
    assert refusal(CostBody(**COST | {"campaign": "autumn"})).column == "campaign"
    other = refusal(CostBody(**COST | {"currency": "USD"}))
    assert other.reason is Reason.CURRENCY_NO_RATE


@pytest.mark.parametrize(
    ("status", "raw", "kept"),
    [
        ("paid", "Settled", ("paid", "Settled")),
        ("paid", None, ("paid", "paid")),
        (None, "Approved", ("approved", "Approved")),
        (None, "due", ("other", "due")),
        (None, None, ("other", "")),
    ],
)
def test_the_status_is_one_of_ours_and_the_word_stays_as_it_came(status, raw, kept):
    draft = verified(CommissionBody(**COMMISSION, status=status, status_raw=raw))
    assert (draft.status, draft.status_raw) == kept


def test_a_commission_is_somebodys():
    assert verified(CommissionBody(**COMMISSION)).origin == ALICE
    unknown = refusal(CommissionBody(**COMMISSION | {"partner": "zoe"}))
    assert (unknown.reason, unknown.program, unknown.unknown, unknown.value) == (
        Reason.UNKNOWN_PARTNER,
        "shop",
        "partner",
        "zoe",
    )
    assert refusal(CommissionBody(**COMMISSION | {"partner": ""})).column == "partner"
    assert refusal(CommissionBody(**COMMISSION, status="due")).column == "status"
    assert refusal(CommissionBody(**COMMISSION, paid_at="soon")).column == "paid_at"
    assert refusal(CommissionBody(**COMMISSION, sale_amount="lots")).column == "sale_amount"


@pytest.mark.parametrize(
    "body",
    [
        TotalBody(**TOTAL, partner="a test"),
        CostBody(**COST, partner="a test"),
        CommissionBody(**COMMISSION | {"partner": "a test"}),
    ],
)
def test_nothing_comes_of_what_bears_a_name_that_is_ignored(body):
    assert verified(body) is None


def test_an_order_is_named_by_its_number_and_is_placed_unless_the_shop_says_otherwise():
    assert verified(OrderBody(**ORDER)).reference == "1001"
    assert verified(OrderBody(**ORDER)).status == "placed"
    assert verified(OrderBody(**ORDER, status_raw="On hold")).status == "other"
    assert verified(OrderBody(**ORDER, status_raw="Refunded")).status == "refunded"
    assert refusal(OrderBody(**ORDER, amount="-1.00")).column == "amount"
    assert refusal(OrderBody(**ORDER | {"order": ""})).column == "order"


@pytest.mark.parametrize("on", ["2026-03-12", "1969-12-31", "2.3.2026", "", "2026-02-30"])
def test_a_day_that_cannot_be_is_refused(on):
    assert refusal(TotalBody(**TOTAL | {"on": on})).column == "on"


def test_a_day_may_be_written_as_an_instant_and_lie_ahead_by_one():
    assert verified(TotalBody(**TOTAL | {"on": "2026-03-11"})).on == date(2026, 3, 11)
    assert verified(TotalBody(**TOTAL | {"on": "2026-03-02T23:30:00-08:00"})).on == date(2026, 3, 2)


@pytest.mark.parametrize(
    "body",
    [
        TotalBody(**TOTAL, reference="x" * 301),
        CostBody(**COST, attributes={str(at): "" for at in range(51)}),
        OrderBody(**ORDER, attributes={"note": "x" * 1001}),
        OrderBody(**ORDER, customer="a\0b"),
    ],
)
def test_what_is_too_long_to_keep_is_refused(body):
    assert refusal(body).reason is Reason.SCHEMA
