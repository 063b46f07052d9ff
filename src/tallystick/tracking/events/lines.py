"""The lines of an order: their numbers exact, their sum rounded once for all of it. Pure. Identifier: EVENT-LINES."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from tallystick.tracking.claims.amounts import EXACT, BadAmount, decimal_in, plain, rounded
from tallystick.tracking.claims.rules import bounded, schema
from tallystick.tracking.events.wire import LineBody

LINE_LIMIT: Final = 10_000
TEXT_LIMIT: Final = 500
TEXTS: Final = ("sku", "name", "category")

Line = Mapping[str, str]


def lines_claimed(lines: Sequence[LineBody], *, currency: str, decimal: str) -> tuple[Line, ...]:
    """The claimed lines as they are kept: texts that are there, numbers as exact decimals with a point.

    Raises Rejected (schema) with the index of the line in `row`.
    """
    if len(lines) > LINE_LIMIT:
        raise schema("lines", str(len(lines)), f"{len(lines):,} lines", f"send at most {LINE_LIMIT:,}")
    return tuple(_line(line, at, currency=currency, decimal=decimal) for at, line in enumerate(lines))


def sum_of(lines: Sequence[Line], *, currency: str) -> int:
    """What verified lines add up to, in minor units: exact, then rounded once, half up. May be negative.

    A line is worth its amount, or quantity × unit price. Raises Rejected (schema) for one that is worth nothing known.
    """
    total = Decimal(0)
    for at, line in enumerate(lines):
        total = EXACT.add(total, _worth(line, at))
    try:
        return rounded(total, currency)
    except BadAmount as wrong:
        raise schema("lines", plain(total), str(wrong), "check the numbers of the lines") from wrong


def _line(line: LineBody, at: int, *, currency: str, decimal: str) -> Line:
    kept: dict[str, str] = {}
    for name in TEXTS:
        if text := getattr(line, name):
            bounded(f"lines.{name}", text, TEXT_LIMIT, row=at)
            kept[name] = text
    for name, unit in (("quantity", None), ("unit_price", currency), ("amount", currency)):
        if text := getattr(line, name):
            try:
                kept[name] = plain(decimal_in(text, decimal=decimal, currency=unit))
            except BadAmount as wrong:
                fix = "correct the number, or `decimal` in the mapping"
                raise schema(f"lines.{name}", text, str(wrong), fix, row=at) from wrong
    return kept


def _worth(line: Line, at: int) -> Decimal:
    if "amount" in line:
        return Decimal(line["amount"])
    for name in ("quantity", "unit_price"):
        if name not in line:
            raise schema(
                f"lines.{name}",
                "",
                "a line of the order has no amount, or no quantity and unit price to make it of",
                "correct the row, or leave it out of the lines with `lines.when`",
                row=at,
            )
    return EXACT.multiply(Decimal(line["quantity"]), Decimal(line["unit_price"]))
