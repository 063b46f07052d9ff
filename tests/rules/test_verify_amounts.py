"""Amounts as people write them: signs and codes that agree, brackets, minor units; anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.currencies import DIGITS, UnknownCurrency
from tallystick.kit.money import BadAmount, Money
from tallystick.tracking.claims.amounts import SIGNS, amount_in, negated


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("12.50", "EUR", ".", 1250),
        (" 12.50 ", "EUR", ".", 1250),
        ("€12.50", "EUR", ".", 1250),
        ("12,50 €", "EUR", ",", 1250),
        ("1.234,50\u00a0€", "EUR", ",", 123450),
        ("EUR 1 234,50", "EUR", ",", 123450),
        ("12.50EUR", "EUR", ".", 1250),
        ("5 eur", "EUR", ".", 500),
        ("-$5.00", "USD", ".", -500),
        ("$-5.00", "USD", ".", -500),
        ("$5 USD", "USD", ".", 500),
        ("$ 1,234.56", "AUD", ".", 123456),
        ("Rs.50", "INR", ".", 5000),
        ("kr. 5,00", "SEK", ",", 500),
        ("1'234.00 CHF", "CHF", ".", 123400),
        ("¥1,250", "JPY", ".", 1250),
        ("(12.00)", "EUR", ".", -1200),
        ("(€ 12.00)", "EUR", ".", -1200),
        ("\u22123.00", "EUR", ".", -300),
        ("1250 minor", "EUR", ".", 1250),
        ("-1250 minor", "JPY", ".", -1250),
        ("1,250 minor", "KWD", ".", 1250),
    ],
)
def test_what_stands_beside_a_number_may_say_its_currency(text, currency, decimal, minor):
    assert amount_in(text, currency, decimal=decimal) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.50 USD", "EUR"),
        ("$12.50", "EUR"),
        ("€12.50", "USD"),
        ("$.50", "USD"),
        ("Rs.50", "EUR"),
        ("12.50 apples", "EUR"),
        ("12.50-", "EUR"),
        ("--3", "EUR"),
        ("(-3)", "EUR"),
        ("(3", "EUR"),
        ("12.", "EUR"),
        ("12.505", "EUR"),
        ("12.50 minor", "EUR"),
        ("minor", "EUR"),
        ("1e999", "EUR"),
        ("1e2", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("", "EUR"),
        (" ", "EUR"),
        ("١٢", "EUR"),
        ("0x10", "EUR"),
        ("9" * 70, "EUR"),
        ("9" * 19 + " minor", "EUR"),
        ("1,250 €", "EUR,"),
    ],
)
def test_what_is_not_exactly_that_amount_is_refused(text, currency):
    decimal = "," if currency.endswith(",") else "."
    with pytest.raises(BadAmount):
        amount_in(text, currency.rstrip(","), decimal=decimal)


def test_a_currency_that_nobody_knows_has_no_minor_units():
    with pytest.raises(UnknownCurrency):
        amount_in("12.50", "XXX")


def test_every_sign_stands_for_currencies_that_exist():
    assert {code for codes in SIGNS.values() for code in codes} <= DIGITS.keys()


@given(st.integers(-(10**17), 10**17), st.sampled_from(sorted(DIGITS)))
def test_whatever_way_it_is_written_it_is_the_same_amount(minor, currency):
    shown = Money(minor, currency).show()
    number = shown.partition(" ")[0]
    assert amount_in(shown, currency) == amount_in(number, currency) == minor
    assert amount_in(f"{minor} minor", currency) == minor
    assert amount_in(negated(shown), currency) == amount_in(negated(number), currency) == -minor


@given(st.text(max_size=70))
def test_any_text_is_an_amount_or_refused(text):
    try:
        assert abs(amount_in(text, "EUR")) < 10**18
    except BadAmount as wrong:
        assert str(wrong)  # noqa: PT017 - a refusal says why
