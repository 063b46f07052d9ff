"""Lists of rows of the brand in scope: searched, filtered, ordered, and read page by page from a place, not a number.

A page begins after a row (keyset): what is added or removed meanwhile neither repeats nor skips anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from tallystick.kit.listing import MOST_ROWS, MOST_TEXT, BadWish, Page, Wish

Row = TypeVar("Row", bound=models.Model)
NO_PLACE = "the place to go on from is not one that this list gave; begin at the first page"

Filter = Callable[["models.QuerySet[Any]", str], "models.QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """How the rows of one kind are listed.

    rows: the query set of all of them, in the brand in scope. search: fields in which words are looked for. sorts:
    name of an order → the field it goes by; a field must never be NULL. sort: the order where none is asked for.
    filters: name → what narrows the rows to a value; raises BadWish for a value that it does not know. given: filters
    that hold where none of their name is asked for; what is put away is in no list until it is asked for.
    """

    rows: Callable[[], models.QuerySet[Row]]
    search: tuple[str, ...]
    sorts: Mapping[str, str]
    sort: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def page(self, wish: Wish) -> Page[Row]:
        """The rows that a wish asks for. Raises BadWish for an order, a filter or a place that there is not."""
        if not 1 <= wish.limit <= MOST_ROWS:
            raise BadWish(
                "`limit` is %(limit)s; a page has 1 to %(most)s rows",
                limit=wish.limit,
                most=MOST_ROWS,
            )
        wanted = self.narrowed(wish)
        name, is_reverse, column = self._order(wish.sort)
        ordered = wanted.order_by(*(f"{'-' if is_reverse else ''}{each}" for each in (column, "id")))
        if wish.after:
            ordered = _from(ordered, _read_place(wish.after, name), column, is_reverse=is_reverse)
        try:
            found = list(ordered[: wish.limit + 1])
        except OverflowError as wrong:  # a made-up place, whose instant is before the first year in UTC
            raise BadWish(NO_PLACE) from wrong
        rows = found[: wish.limit]
        more = len(found) > wish.limit
        return Page(rows, wanted.count(), _place(rows[-1], name, column) if more else "")

    def every(self, wish: Wish) -> Iterator[Row]:
        """All rows of a wish, page after page: for files."""
        here = replace(wish, limit=MOST_ROWS)
        while True:
            page = self.page(here)
            yield from page.rows
            if not page.next:
                return
            here = replace(here, after=page.next)

    def narrowed(self, wish: Wish) -> models.QuerySet[Row]:
        """All rows that a wish asks for, in no order and from no place on. Raises BadWish as `page` does."""
        rows = self.rows()
        if len(wish.text) > MOST_TEXT:
            raise BadWish(
                "the search has %(length)s characters; it may have %(most)s",
                length=len(wish.text),
                most=MOST_TEXT,
            )
        for word in _readable(wish.text).split():
            rows = rows.filter(
                reduce(or_, (models.Q(**{f"{name}__icontains": word}) for name in self.search))
            )
        for name in wish.filters:
            if name not in self.filters:
                raise BadWish(
                    "there is no filter %(name)r; filters: %(filters)s",
                    name=name,
                    filters=", ".join(self.filters) or "none",
                )
        asked = {name: value for name, value in wish.filters.items() if value}
        for name, value in {**self.given, **asked}.items():
            rows = self.filters[name](rows, _readable(value))
        return rows

    def _order(self, wanted: str) -> tuple[str, bool, str]:
        sort = wanted or self.sort
        name = sort.removeprefix("-")
        if name not in self.sorts:
            raise BadWish(
                "there is no order %(name)r; orders: %(sorts)s", name=name, sorts=", ".join(self.sorts)
            )
        return sort, sort.startswith("-"), self.sorts[name]


def equals(column: str) -> Filter:
    """A filter on a column that holds one of a few texts; an unknown text finds nothing."""
    return lambda rows, value: rows.filter(**{column: value})


def one_of(column: str, known: Collection[str]) -> Filter:
    """A filter on a column that holds one of a few texts; raises BadWish for another one."""

    def narrow(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if value not in known:
            raise BadWish("%(value)r is none of: %(known)s", value=value, known=", ".join(known))
        return rows.filter(**{column: value})

    return narrow


def _readable(text: str) -> str:
    """A text that every database can look for: without NUL and halves of characters."""
    return text.replace("\0", " ").encode(errors="replace").decode()


def _from(
    rows: models.QuerySet[Row], place: tuple[Any, UUID], column: str, *, is_reverse: bool
) -> models.QuerySet[Row]:
    """The rows after a place. Raises BadWish where its value is none that the column could hold."""
    beyond = "lt" if is_reverse else "gt"
    value, row_id = place
    if column == "id":
        return rows.filter(**{f"id__{beyond}": row_id})
    later = models.Q(**{f"{column}__{beyond}": value})
    try:
        return rows.filter(later | models.Q(**{column: value, f"id__{beyond}": row_id}))
    except (ValueError, TypeError, ValidationError) as wrong:
        raise BadWish(NO_PLACE) from wrong


def _place(row: models.Model, sort: str, column: str) -> str:
    value: Any = row
    for name in column.split("__"):
        value = getattr(value, name)
    said = json.dumps([sort, value, str(row.pk)], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _read_place(text: str, sort: str) -> tuple[Any, UUID]:
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        of_sort, value, row_id = json.loads(base64.urlsafe_b64decode(padded))
        place = (_readable(value) if isinstance(value, str) else value, UUID(row_id))
    except (ValueError, TypeError, AttributeError, RecursionError) as wrong:
        raise BadWish(NO_PLACE) from wrong
    if of_sort != sort:
        raise BadWish("the place to go on from belongs to another order; begin at the first page")
    return place
