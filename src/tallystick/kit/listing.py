"""What a list is asked for and what it gives: the same words for a page, an API answer and a command. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from tallystick.kit.errors import Exit, Foreseen

Row = TypeVar("Row")

MOST_ROWS: Final = 200
MOST_TEXT: Final = 200


class BadWish(Foreseen, ValueError):
    """A filter, an order or a place that the list has not; the message says which there are."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows, in which order, from where on.

    text: words that a row must hold, in any letter case. filters: name of a filter → its value. sort: the name of
    an order, with `-` before it for the reverse; empty for the list's own. after: the `next` of the page before;
    empty for the first. limit: rows of a page, 1 to 200.
    """

    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list. total: how many there are under the same wish. next: what `after` of the next page is; empty
    on the last.
    """

    rows: Sequence[Row]
    total: int
    next: str = ""
