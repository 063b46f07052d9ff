"""What an order's lines add up to: exact, and rounded once for the whole order."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.currencies import digits
from tallystick.partners.partnerships.rules import Directory, ProgramFacts
from tallystick.tracking.claims.amounts import decimal_in, plain
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.lines import lines_claimed, sum_of
from tallystick.tracking.events.rules import verify
from tallystick.tracking.events.wire import EventBody, LineBody

RECEIVED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def order(*lines, currency="EUR", decimal=".", **fields):
    claim = {"kind": "purchase", "occurred_at": "2026-11-20T11:00:00Z", "customer": "carol", "lines": lines}
    programs = {"shop": ProgramFacts("shop", currency, Directory(UUID(int=9)))}
    return verify(EventBody(**claim | fields), programs=programs, received_at=RECEIVED, decimal=decimal)


def line(quantity="1", unit_price="1", **fields):
    return LineBody(quantity=quantity, unit_price=unit_price, **fields)


def test_an_order_without_an_amount_is_worth_its_lines():
    draft = order(line("6", "2.55", sku="85123A", name="Heart"), line("2", "3.39"))
    assert (draft.amount_minor, draft.currency) == (2208, "EUR")
    assert draft.lines[0] == {"sku": "85123A", "name": "Heart", "quantity": "6", "unit_price": "2.55"}


def test_an_amount_of_its_own_goes_before_the_lines():
    draft = order(line("6", "2.55"), LineBody(name="Gift"), amount="12.00")
    assert (draft.amount_minor, len(draft.lines)) == (1200, 2)


def test_what_is_rounded_is_the_order_and_not_the_line():
    lines = [line("1", "0.004")] * 3
    assert order(*lines).amount_minor == 1
    assert order(line("1", "0.005")).amount_minor == 1
    assert order(line("1", "0.0049")).amount_minor == 0


def test_a_discount_is_a_line_below_nothing_and_an_order_below_nothing_is_refused():
    assert order(line("1", "10.00"), LineBody(amount="-2.50", name="Voucher")).amount_minor == 750
    with pytest.raises(Rejected, match="negative: a purchase is not") as refused:
        order(line("-1", "10.00"))
    assert refused.value.column == "amount"
    assert "refund" in refused.value.fix


def test_what_goes_back_is_positive():
    assert order(line("2", "3.00"), kind="refund").amount_minor == 600
    with pytest.raises(Rejected, match="is not positive") as refused:
        order(line("-2", "3.00"), kind="refund")
    assert "negate" in refused.value.fix


def test_numbers_are_read_by_the_mappings_mark_and_kept_with_a_point():
    draft = order(line("1.000", "2,5550 €"), decimal=",")
    assert draft.lines[0] == {"quantity": "1000", "unit_price": "2.5550"}
    assert draft.amount_minor == 255500


def test_minor_units_of_a_line_are_of_the_orders_currency():
    assert order(line("2", "1250 minor")).amount_minor == 2500
    assert order(line("2", "1250 minor"), currency="JPY").amount_minor == 2500
    assert order(line("2", "1250 minor"), currency="KWD").lines[0]["unit_price"] == "1.250"


@pytest.mark.parametrize(
    "text", ["1e3", "NaN", "Infinity", "-", "1.2.3", "１", "0x10", "1_000", "9" * 19, "0." + "1" * 13]
)
def test_a_line_that_is_no_number_is_refused_with_its_place(text):
    with pytest.raises(Rejected) as refused:
        order(line(), line(quantity=text))
    found = refused.value
    assert (found.reason, found.column, found.value, found.row) == ("schema", "lines.quantity", text, 1)


def test_a_line_that_is_worth_nothing_known_is_refused_with_its_place():
    with pytest.raises(Rejected, match="no amount, or no quantity and unit price") as refused:
        order(line(), LineBody(quantity="2"))
    assert (refused.value.column, refused.value.row) == ("lines.unit_price", 1)


def test_too_much_is_refused():
    with pytest.raises(Rejected, match="18 digits"):
        order(*[line("999999999999", "999999999999")])
    with pytest.raises(Rejected, match="10,001 lines"):
        order(*[line()] * 10_001)
    with pytest.raises(Rejected, match="501 characters") as refused:
        order(line(), line(name="x" * 501))
    assert (refused.value.column, refused.value.row) == ("lines.name", 1)


decimals = st.decimals(-(10**6), 10**6, places=6, allow_nan=False, allow_infinity=False)
pairs = st.lists(st.tuples(decimals, decimals), min_size=1, max_size=30)


@given(pairs, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_the_sum_is_what_fractions_say_and_half_goes_away_from_zero(pairs, currency):
    claimed = [line(plain(quantity), plain(price)) for quantity, price in pairs]
    kept = lines_claimed(claimed, currency=currency, decimal=".")
    exact = sum(Fraction(quantity) * Fraction(price) for quantity, price in pairs) * 10 ** digits(currency)
    away = floor(abs(exact) + Fraction(1, 2)) * (-1 if exact < 0 else 1)
    assert sum_of(kept, currency=currency) == away
    assert sum_of(kept[::-1], currency=currency) == away


@given(st.decimals(-(10**17), 10**17, places=12, allow_nan=False, allow_infinity=False))
def test_a_decimal_is_kept_digit_by_digit(value):
    text = plain(value)
    assert decimal_in(text) == Decimal(text) == value
    assert plain(decimal_in(text)) == text
