"""Amounts are read exactly or refused, shown as they were meant, and never mixed."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.currencies import DIGITS
from tallystick.kit.money import (
    BadAmount,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    parse_amount,
    parse_money,
)

SHARED = Path(__file__).parents[3] / "shared"
ISO_LIST = SHARED / "fixtures" / "currency-iso4217" / "codes-all.csv"

CURRENCIES = st.sampled_from(sorted(DIGITS))
AMOUNTS = st.builds(Money, st.integers(-(10**18) + 1, 10**18 - 1), CURRENCIES)


@given(AMOUNTS)
def test_what_is_shown_can_be_read_again(money):
    assert parse_money(money.show()) == money


@given(st.integers(0, 10**15), CURRENCIES)
def test_thousands_groups_change_nothing(amount_minor, currency):
    plain = Money(amount_minor, currency).show().split()[0]
    whole, point, fraction = plain.partition(".")
    for separator in " '’\u00a0\u202f":
        grouped = f"{int(whole):,}".replace(",", separator)
        assert parse_amount(grouped + point + fraction, currency) == amount_minor
        assert (
            parse_amount(grouped + point.replace(".", ",") + fraction, currency, decimal=",") == amount_minor
        )


@pytest.mark.parametrize(
    ("text", "currency", "amount_minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        (".5", "EUR", 50),
        ("-0.01", "EUR", -1),
        ("−3", "JPY", -3),
        ("+3", "JPY", 3),
        (" 7 ", "JPY", 7),
        ("1.234", "KWD", 1234),
        ("0.0001", "CLF", 1),
        ("1,250", "EUR", 125_000),
        ("1,234,567.89", "USD", 123_456_789),
        ("-1,234.50", "USD", -123_450),
        ("1,250.000", "KWD", 1_250_000),
        ("1 250", "KWD", 1_250_000),
        ("007", "JPY", 7),
    ],
)
def test_an_amount_is_read_as_written(text, currency, amount_minor):
    assert parse_amount(text, currency) == amount_minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", ".", "12.", "1..2", "1.2.3", "--1", "1-", "(12.50)", "€12", "12 EUR", "12€"),
        *("NaN", "nan", "inf", "-Infinity", "1e3", "0x10", "1_000", "١٢", "１２"),
        *("12.345", "12.500", "12,50", "1,25", "1,2345", ",123", "1,,234", "12,34,567", "1234,567"),
        *("1,234 567", "1.234,56", "1,234.5,6", "- 1", "1.0 000", "1" * 19, "9" * 5000),
    ],
)
def test_what_is_not_an_exact_amount_of_euros_is_refused(text):
    with pytest.raises(BadAmount):
        parse_amount(text, "EUR")


def test_a_decimal_comma_is_read_only_when_it_is_announced():
    assert parse_amount("1.234,56", "EUR", decimal=",") == 123_456
    with pytest.raises(BadAmount, match="if the amount uses ',', say so"):
        parse_amount("12,50", "EUR")


def test_a_lone_group_of_three_is_refused_where_the_currency_has_three_digits():
    with pytest.raises(BadAmount, match="two ways"):
        parse_amount("1,250", "KWD")
    with pytest.raises(BadAmount, match="two ways"):
        parse_amount("1.250", "KWD", decimal=",")


def test_more_digits_than_the_currency_has_are_refused_not_rounded():
    with pytest.raises(BadAmount, match="1 decimal digits, but JPY has 0"):
        parse_amount("100.5", "JPY")


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "XAU", "XTS", "DEM", "HRK"])
def test_a_code_that_is_no_currency_in_use_is_refused(currency):
    with pytest.raises(UnknownCurrency):
        Money(1, currency)


def test_only_a_point_or_a_comma_can_be_the_decimal_mark():
    with pytest.raises(ValueError, match="decimal mark"):
        parse_amount("1", "EUR", decimal=";")


def test_money_without_a_currency_is_refused():
    with pytest.raises(BadAmount, match="names no currency"):
        parse_money("12.50")


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(1250, "EUR"), "12.50 EUR"),
        (Money(-5, "EUR"), "-0.05 EUR"),
        (Money(0, "JPY"), "0 JPY"),
        (Money(-3, "JPY"), "-3 JPY"),
        (Money(1, "KWD"), "0.001 KWD"),
    ],
)
def test_an_amount_is_shown_with_all_its_digits_and_its_currency(money, shown):
    assert str(money) == shown


def test_arithmetic_stays_within_one_currency():
    euro, yen = Money(100, "EUR"), Money(100, "JPY")
    assert euro + euro - Money(50, "EUR") == Money(150, "EUR")
    assert -euro * 2 == Money(-200, "EUR")
    assert Money(99, "EUR") < euro <= euro
    for mixed in (lambda: euro + yen, lambda: euro - yen, lambda: euro < yen, lambda: euro <= yen):
        with pytest.raises(CurrencyMismatch):
            mixed()
    assert euro != yen


def test_a_float_never_becomes_money():
    with pytest.raises(TypeError):
        Money(12.5, "EUR")
    with pytest.raises(TypeError):
        Money(1, "EUR") * 0.5
    with pytest.raises(TypeError):
        Money(1, "EUR") + 1


@given(AMOUNTS, st.lists(st.integers(0, 100), min_size=1, max_size=9).filter(any))
def test_splitting_loses_no_minor_unit(money, weights):
    assert sum(part.amount_minor for part in money.split(weights)) == money.amount_minor


@pytest.mark.skipif(not ISO_LIST.exists(), reason="the ISO 4217 list is not on this machine")
def test_the_currencies_are_those_of_the_iso_list():
    with ISO_LIST.open(encoding="utf-8-sig", newline="") as lines:
        listed = {
            row["AlphabeticCode"]: int(row["MinorUnit"])
            for row in csv.DictReader(lines)
            if row["AlphabeticCode"] and not row["WithdrawalDate"] and row["MinorUnit"].isdigit()
        }
    assert listed == DIGITS
