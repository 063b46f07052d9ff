"""A list of a noun as its page shows it: what is asked, read strictly from the address; cells; what can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.noun import Column, Noun, Text
from tallystick.doors.nouns.references import MOST_CHOICES
from tallystick.foundation.listing import Listing
from tallystick.kit.listing import Page, Wish

PAGE_ROWS: Final = 50
OWN: Final = ("q", "sort", "after")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column: its text, a day or moment as such, where it leads, the column’s label and name."""

    kind: str
    text: str
    label: Text = ""
    url: str = ""
    value: Any = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of the list: its id, what it is called, its cells; the first one leads to it."""

    id: str
    handle: str
    url: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that can be chosen. is_long: there are more rows than a select should offer."""

    name: str
    label: str
    chosen: str
    choices: Sequence[tuple[str, Text]]
    is_long: bool
    is_given: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column, with the address that sorts by it."""

    label: Text
    kind: str
    address: str
    sorted: str


def read_wish(query: QueryDict, listing: Listing[Any], *, known: Sequence[str] = OWN) -> Wish:
    """What an address asks of a list. Raises BadAddress for a parameter that the page has not, or has twice."""
    refuse_unknown(query, (*known, *listing.filters))
    asked = {name: text for name in listing.filters if (text := query.get(name, "").strip())}
    return Wish(query.get("q", "").strip(), asked, query.get("sort", ""), query.get("after", ""), PAGE_ROWS)


def query_of(wish: Wish, **changes: str) -> str:
    """A wish as the query of an address, with some of it changed."""
    said = {"q": wish.text, **wish.filters, "sort": wish.sort, "after": wish.after, **changes}
    text = urlencode({name: value for name, value in said.items() if value})
    return f"?{text}" if text else ""


def pager(wish: Wish, page: Page[Any]) -> dict[str, str]:
    """The addresses that `design/pager.html` leads to; empty where there is nothing more."""
    return {
        "earlier": (query_of(wish, after="") or "?") if wish.after else "",
        "later": query_of(wish, after=page.next) if page.next else "",
    }


def listed_row(brand: str, noun: Noun[Any], row: Any) -> ListedRow:
    """A row with its cells."""
    values = noun.values(row)
    url = reverse("console:noun", args=[brand, noun.plural, values["id"]])
    cells = tuple(cell_of(brand, noun, column, values) for column in noun.columns)
    return ListedRow(values["id"], values["handle"], url, cells)


def cell_of(brand: str, noun: Noun[Any], column: Column[Any], values: dict[str, Any]) -> Cell:
    """What of a row stands in a column."""
    value = values.get(column.value)
    text, url, set_as = "" if value is None else str(value), "", None
    kind = column.kind if text else "text"
    match kind:
        case "row":
            other = NOUNS[column.of]
            url = reverse("console:noun", args=[brand, other.plural, values[f"{column.value}_id"]])
        case "name":
            url = reverse("console:noun", args=[brand, noun.plural, values["id"]])
        case "link":
            url = text if text.startswith(("https://", "http://")) else ""
        case "choice":
            text = str(dict(noun.form.base_fields[column.value].choices).get(text, text))  # type: ignore[attr-defined]
        case "day":
            set_as = date.fromisoformat(text)
        case "moment":
            set_as = datetime.fromisoformat(text)
        case "money":
            text = f"{text} {values['currency']}"
    return Cell(kind, text, column.label, url, set_as, column.value)


def heads(noun: Noun[Any], wish: Wish) -> list[Head]:
    """The heads of the columns; one that can be sorted by leads to the list in its order, or in the reverse."""
    now = wish.sort or noun.listing.sort
    found = []
    for column in noun.columns:
        address = sorted_ = ""
        if column.sort:
            sorted_ = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(now, "")
            other = f"-{column.sort}" if now == column.sort else column.sort
            address = query_of(wish, sort=other, after="") or "?"
        found.append(Head(column.label, column.kind, address, sorted_))
    return found


def filters(noun: Noun[Any], wish: Wish) -> list[Filter]:
    """What the list can be narrowed by."""
    found = []
    for name, choices in noun.filters.items():
        offered = list(choices())
        chosen = wish.filters.get(name) or noun.listing.given.get(name, "")
        is_long = len(offered) > MOST_CHOICES
        label = _filter_label(name)
        found.append(Filter(name, label, chosen, offered[:MOST_CHOICES], is_long, name in noun.listing.given))
    return found


def _filter_label(name: str) -> str:
    labels = {
        "state": _("State"),
        "kind": _("Kind"),
        "program": _("Program"),
        "partner": _("Partner"),
    }
    return labels[name]
