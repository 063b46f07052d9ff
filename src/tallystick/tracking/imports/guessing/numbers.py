"""How numbers are written in a column, found out from its cells. Pure. Identifier: IMPORT-GUESS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tallystick.kit.currencies import DIGITS
from tallystick.tracking.claims.amounts import SIGNS

_SHARE: Final = 0.7
"""How many of the cells must be alike: some rows of a file are broken."""
_NUMBER: Final = re.compile(
    r"(?P<before>[^\d().,+\u2212-]{0,5})(?P<sign>[-+\u2212]?)\s?"
    r"(?P<number>\d[\d.,'\u2019\u00a0\u202f ]*\d|\d|[.,]\d+)\s?(?P<after>[^\d().,+\u2212-]{0,5})"
)
_ONE_GROUP: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class NumberShape:
    """How a column writes numbers. decimal: the mark, empty where none was seen. places: the most digits behind it.

    is_ambiguous: the only marks stand before three digits, and may be either. has_negative: some are below zero.
    currency: the one that stands beside the numbers, empty where none or several do.
    """

    decimal: str
    places: int
    is_ambiguous: bool
    has_negative: bool
    currency: str = ""


def number_shape(cells: Sequence[str]) -> NumberShape | None:
    """How the cells are written; None where they are no numbers. The mark is found out from all of them together.

    A mark that stands once, and not before exactly three digits, is the decimal mark; so is the last of two different
    ones; one that stands twice groups thousands. Identifier: IMPORT-GUESS.
    """
    found = [match for cell in cells if (match := _match(cell))]
    if not found or len(found) < _SHARE * len(cells):
        return None
    texts = [match["number"] for match in found]
    said = [mark for text in texts if (mark := _mark_of(text))]
    mark = max(sorted(set(said)), key=said.count, default="")
    is_ambiguous = not mark and any(_ONE_GROUP.fullmatch(text) for text in texts)
    if is_ambiguous:
        mark = "." if any("." in text for text in texts) else ""
    places = [len(text.rpartition(mark)[2]) for text in texts if mark and mark in text]
    names = {name for match in found for name in (match["before"].strip(), match["after"].strip()) if name}
    return NumberShape(
        decimal=mark,
        places=max(places, default=0),
        is_ambiguous=is_ambiguous,
        has_negative=any(_is_negative(cell) for cell in cells),
        currency=_currency(names),
    )


def _match(cell: str) -> re.Match[str] | None:
    inside = cell.strip()
    if inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1]
    match = _NUMBER.fullmatch(inside)
    if match is None:
        return None
    names = (match["before"].strip(), match["after"].strip())
    return match if all(not name or name in SIGNS or name.upper() in DIGITS for name in names) else None


def _mark_of(text: str) -> str:
    """The decimal mark as far as one number shows it: empty for whole numbers and for `1,250`, which may be either."""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return max(".,", key=text.rindex)
    mark = "." if points else ","
    if points + commas != 1:
        # Several of one mark group thousands, so that the other one is the decimal mark.
        return "" if not points + commas else "," if points else "."
    return "" if _ONE_GROUP.fullmatch(text) else mark


def _is_negative(cell: str) -> bool:
    return cell.strip().startswith(("-", "\u2212", "(")) or "-" in cell.strip()[1:-1]


def _currency(names: set[str]) -> str:
    if len(names) != 1:
        return ""
    (name,) = names
    meant = SIGNS.get(name) or frozenset({name.upper()}) & DIGITS.keys()
    return next(iter(meant)) if len(meant) == 1 else ""
