"""Amounts and numbers as shops write them, with signs, codes and brackets: read exactly or not at all. Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from functools import lru_cache
from typing import Final

from tallystick.kit import currencies, money
from tallystick.kit.money import BadAmount

__all__ = ["EXACT", "MINOR", "BadAmount", "amount_in", "decimal_in", "negated", "plain", "rounded"]

MINOR: Final = " minor"
"""How a text ends that counts minor units: `1250 minor` of EUR is 12.50."""

CELL_LIMIT: Final = 64
WHOLE_DIGITS: Final = money.MAX_DIGITS
PLACES: Final = 12

SIGNS: Final[dict[str, frozenset[str]]] = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "€": "EUR",
        "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
        "$": "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD "
        "TTD TWD UYU XCD",
        "US$": "USD",
        "A$": "AUD",
        "AU$": "AUD",
        "C$": "CAD NIO",
        "CA$": "CAD",
        "HK$": "HKD",
        "MX$": "MXN",
        "NZ$": "NZD",
        "R$": "BRL",
        "S$": "SGD",
        "¥": "JPY CNY",
        "￥": "JPY CNY",
        "円": "JPY",
        "元": "CNY",
        "₩": "KRW KPW",
        "₹": "INR",
        "Rs": "INR LKR MUR NPR PKR SCR",
        "Rs.": "INR LKR MUR NPR PKR SCR",
        "₺": "TRY",
        "TL": "TRY",
        "₽": "RUB",
        "₴": "UAH",
        "₪": "ILS",
        "₫": "VND",
        "₱": "PHP",
        "฿": "THB",
        "₦": "NGN",
        "₡": "CRC",
        "₸": "KZT",
        "zł": "PLN",
        "Kč": "CZK",
        "Ft": "HUF",
        "lei": "RON MDL",
        "kr": "SEK NOK DKK ISK",
        "kr.": "SEK NOK DKK ISK",
        "Fr.": "CHF",
        "SFr.": "CHF",
        "R": "ZAR",
        "RM": "MYR",
        "Rp": "IDR",
    }.items()
}
"""What stands beside a number for a currency, and for which ones it may stand."""

EXACT: Final = Context(prec=120, traps=[Inexact])
"""Adds and multiplies decimals without ever rounding."""

_MINUSES: Final = ("-", "\u2212")
_ROUNDING: Final = Context(prec=120)
_NO_NAME: Final = r"0-9()+\u2212-"
_CELL: Final = re.compile(
    rf"(?P<sign>[-+\u2212]?)\s*(?P<before>[^\s.,{_NO_NAME}][^{_NO_NAME}]*)?"
    rf"(?P<inner>[-+\u2212]?)\s*(?P<number>[0-9.,](?:[0-9.,'\u2019\s]*[0-9])?)"
    rf"(?P<after>[^.,{_NO_NAME}][^{_NO_NAME}]*)?"
)


def amount_in(text: str, currency: str, *, decimal: str = ".") -> int:
    """The minor units that a cell says, of either sign. Identifier: EVENT-AMOUNT.

    Beside the number may stand the currency's code or sign; `(12.00)` is negative; `1250 minor` counts minor units.
    decimal: the mark between units and minor units. Raises BadAmount for anything else: what is not exact in the
    currency, another currency, NaN, infinity, exponents; UnknownCurrency for an unknown code.
    """
    if text[:1].isdigit() and text[-1:].isdigit() and len(text) <= CELL_LIMIT:
        return money.parse_amount(text, currency, decimal=decimal)
    number = _bare(text, currency)
    if number.endswith(MINOR):
        whole = _decimal(number, decimal, currency).scaleb(currencies.digits(currency), context=EXACT)
        return _bounded(int(whole), text)
    return money.parse_amount(number, currency, decimal=decimal)


@lru_cache(maxsize=65_536)
def decimal_in(text: str, *, decimal: str = ".", currency: str | None = None) -> Decimal:
    """The number that a cell says, exactly: at most 18 digits before the mark and 12 behind it, no exponent.

    currency: of prices, whose code or sign may stand beside the number, and which may be `… minor`.
    Raises BadAmount. Identifier: EVENT-AMOUNT.
    """
    return _decimal(_bare(text, currency), decimal, currency)


def rounded(value: Decimal, currency: str) -> int:
    """A decimal of units as whole minor units, half up (away from zero). Raises BadAmount for over 18 digits."""
    minor = value.scaleb(currencies.digits(currency), context=EXACT)
    whole = minor.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_ROUNDING)
    return _bounded(int(whole), str(value))


def plain(value: Decimal) -> str:
    """A decimal as text with a point and without an exponent, the digits as they are: 2.50 stays 2.50, -0 is 0."""
    return f"{value:f}" if value else "0"


def negated(text: str) -> str:
    """The same amount with the other sign, as text; what is no amount stays none."""
    text = text.strip()
    brackets = text.startswith("(") and text.endswith(")")
    inside = text[1:-1].strip() if brackets else text
    match = _CELL.fullmatch(inside) if len(inside) <= CELL_LIMIT else None
    if match is None or len(sign := match["sign"] + match["inner"]) + brackets > 1:
        return text
    if brackets:
        return inside
    if not sign:
        return f"-{inside}"
    at = match.start("sign" if match["sign"] else "inner")
    return f"{inside[:at]}{'' if sign in _MINUSES else '-'}{inside[at + 1 :]}".strip()


def _bare(text: str, currency: str | None) -> str:
    """The number alone, its sign in front and `minor` behind. Refuses a name beside it that is not the currency's."""
    if len(text) > CELL_LIMIT:
        raise BadAmount(f"{text[:CELL_LIMIT]!r}… has {len(text):,} characters: it is no amount.")
    inside, minor = text.strip(), ""
    if inside.endswith(MINOR):
        inside, minor = inside.removesuffix(MINOR).rstrip(), MINOR
    brackets = inside.startswith("(") and inside.endswith(")")
    match = _CELL.fullmatch(inside[1:-1].strip() if brackets else inside)
    if match is None:
        raise _no_amount(text)
    signs = [sign for sign in (match["sign"], match["inner"], "-" if brackets else "") if sign]
    if len(signs) > 1:
        raise BadAmount(f"{text!r} has more than one sign.")
    for name in (match["before"], match["after"]):
        _agree(name, currency, text)
    return f"{signs[0] if signs else ''}{match['number']}{minor}"


def _agree(name: str | None, currency: str | None, text: str) -> None:
    name = (name or "").strip()
    if not name or name == currency or (currency and name.upper() == currency):
        return
    meant = SIGNS.get(name) or {name.upper()} & currencies.DIGITS.keys()
    if not meant:
        raise _no_amount(text)
    if currency not in meant:
        raise BadAmount(f"{text!r} says {name}, but the currency is {currency or 'not asked for here'}.")


_NUMBERS: Final = {
    mark: re.compile(
        rf"(?P<sign>[-+\u2212]?)"
        rf"(?P<whole>[0-9]{{1,3}}(?P<group>[{other}'\u2019\u00a0\u202f ])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|[0-9]*)"
        rf"(?:[{mark}](?P<fraction>[0-9]+))?"
    )
    for mark, other in ((".", ","), (",", "."))
}


def _decimal(text: str, mark: str, currency: str | None) -> Decimal:
    number = text.removesuffix(MINOR)
    match = _NUMBERS[mark].fullmatch(number)
    if match is None or not (match["whole"] or match["fraction"]):
        raise BadAmount(f"{number!r} is not a number. Write digits with {mark!r} before the fraction.")
    whole, fraction = re.sub(r"[^0-9]", "", match["whole"]).lstrip("0"), match["fraction"] or ""
    if len(whole) > WHOLE_DIGITS or len(fraction) > PLACES:
        raise BadAmount(
            f"{number!r} is longer than {WHOLE_DIGITS} digits before the mark and {PLACES} behind it."
        )
    sign = "-" if match["sign"] in _MINUSES else ""
    value = Decimal(f"{sign}{whole or '0'}.{fraction}")
    if not text.endswith(MINOR):
        return value
    if fraction or currency is None:
        raise BadAmount(f"{text!r} is no whole number of minor units.")
    return value.scaleb(-currencies.digits(currency), context=EXACT)


def _bounded(minor: int, text: str) -> int:
    if len(str(abs(minor))) > money.MAX_DIGITS:
        raise BadAmount(f"{text!r} is longer than the {money.MAX_DIGITS} digits an amount may have.")
    return minor


def _no_amount(text: str) -> BadAmount:
    return BadAmount(
        f"{text!r} is not an amount. Write digits, with no more than a sign and the currency beside them."
    )
