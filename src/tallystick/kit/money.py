"""Money as whole minor units of one currency: exact, never a float, never two currencies at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.kit.currencies import UnknownCurrency, digits
from tallystick.kit.shares import apportion

__all__ = ["BadAmount", "CurrencyMismatch", "Money", "UnknownCurrency", "parse_amount", "parse_money"]

MAX_DIGITS = 18
"""More digits than this do not fit the 64-bit columns that amounts are kept in."""

_SPACES_AND_APOSTROPHES = "' \u2019\u00a0\u202f"
_NUMBER = re.compile(r"(?P<sign>[-+\u2212]?)(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]+))?")


class BadAmount(ValueError):
    """The text is not an amount that can be read exactly in its currency."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were added, subtracted or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units: Money(1250, "EUR") is 12.50 EUR.

    Adding, subtracting and comparing need the same currency, else CurrencyMismatch.
    Multiplying takes a whole number; to divide, use `split`, which loses no minor unit.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError(f"Money counts whole minor units, not {self.amount_minor!r}.")
        digits(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same_currency(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        if type(times) is not int:
            raise TypeError(
                f"Money is multiplied by whole numbers only, not {times!r}; to divide, use split."
            )
        return Money(self.amount_minor * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same_currency(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same_currency(other)

    def __str__(self) -> str:
        return self.show()

    def show(self) -> str:
        """The amount as a decimal string with its currency: "12.50 EUR", "-3 JPY"."""
        return f"{self.number()} {self.currency}"

    def number(self) -> str:
        """The amount as a decimal string alone: "12.50", "-3"."""
        places = digits(self.currency)
        text = str(abs(self.amount_minor)).rjust(places + 1, "0")
        amount = f"{text[:-places]}.{text[-places:]}" if places else text
        return f"-{amount}" if self.amount_minor < 0 else amount

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Parts in proportion to whole weights that add up to exactly this amount (see `apportion`)."""
        return tuple(Money(part, self.currency) for part in apportion(self.amount_minor, weights))

    def _same_currency(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"Money goes only with Money, not with {other!r}.")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.show()} and {other.show()} are in different currencies.")
        return other.amount_minor


def parse_money(text: str) -> Money:
    """Read what `Money.show` writes: an amount with a decimal point, a space, a currency code.

    Raises BadAmount or UnknownCurrency. Guarantee: parse_money(money.show()) == money.
    """
    amount, space, currency = text.strip().rpartition(" ")
    if not space:
        raise BadAmount(f"{text!r} names no currency. Write the amount, a space and the code: 12.50 EUR.")
    return Money(parse_amount(amount, currency), currency)


def parse_amount(text: str, currency: str, *, decimal: str = ".") -> int:
    """Read a decimal amount as whole minor units, exactly or not at all.

    text: ASCII digits with at most one decimal mark and one sign in front ("-", "+" or U+2212).
    decimal: the mark between units and minor units, "." or ","; the other one may group thousands.
    Groups are of three digits and use one separator throughout: the other mark, a space or an
    apostrophe. A lone group such as "1,250" is refused for currencies with three decimal digits,
    where it could as well be a fraction.
    Raises BadAmount for more decimal digits than the currency has (even zeros: "12.500" may mean
    twelve thousand), for NaN, infinity, exponents, brackets, currency signs and anything longer
    than 18 digits; UnknownCurrency for an unknown code. Identifier: MONEY-PARSE.
    """
    if decimal not in (".", ","):
        raise ValueError(f'The decimal mark is "." or ",", not {decimal!r}.')
    places = digits(currency)
    plain = _without_groups(text.strip(), text, places=places, decimal=decimal).replace(decimal, ".")
    match = _NUMBER.fullmatch(plain)
    if match is None or not (match["whole"] or match["fraction"]):
        raise BadAmount(
            f"{text!r} is not an amount. Write digits with {decimal!r} before the minor units "
            "and no currency sign, bracket or exponent."
        )
    fraction = match["fraction"] or ""
    if len(fraction) > places:
        raise BadAmount(f"{text!r} has {len(fraction)} decimal digits, but {currency} has {places}.")
    number = match["whole"] + fraction.ljust(places, "0")
    if len(number.lstrip("0")) > MAX_DIGITS:
        raise BadAmount(f"{text!r} is longer than the {MAX_DIGITS} digits an amount may have.")
    return -int(number) if match["sign"] in ("-", "\u2212") else int(number)


def _without_groups(amount: str, text: str, *, places: int, decimal: str) -> str:
    other = "," if decimal == "." else "."
    separators = dict.fromkeys(
        character for character in amount if character == other or character in _SPACES_AND_APOSTROPHES
    )
    if not separators:
        return amount
    separator, *more = separators
    whole, mark, fraction = amount.partition(decimal)
    first, *groups = whole.lstrip("-+\u2212").split(separator)
    well_grouped = 1 <= len(first) <= 3 and groups and all(len(group) == 3 for group in groups)
    if more or separator in fraction or not well_grouped:
        raise BadAmount(
            f"{text!r} has {separator!r} where it does not group thousands. "
            f"The decimal mark is set to {decimal!r}: if the amount uses {other!r}, say so."
        )
    if separator == other and len(groups) == 1 and not mark and places == 3:
        raise BadAmount(
            f"{text!r} can be read in two ways: {separator!r} may group thousands or begin the three decimal "
            f"digits of this currency. Write it without {separator!r}, or with all decimal digits."
        )
    return amount.replace(separator, "")
