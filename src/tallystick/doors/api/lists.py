"""Lists as operations: the parameters of a listing, and a page of it. The same for everything that is listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from tallystick.doors.api.calls import Call
from tallystick.doors.api.once import Answer
from tallystick.foundation.listing import Listing
from tallystick.kit.listing import MOST_ROWS, MOST_TEXT, Wish

MOST_CURSOR: Final = 1000
MOST_FILTER: Final = 200


def query_of(name: str, listing: Listing[Any]) -> type[BaseModel]:
    """The parameters of a listing."""
    sorts = tuple(each for name in listing.sorts for each in (name, f"-{name}"))
    fields: dict[str, Any] = {
        "limit": (int, Field(50, ge=1, le=MOST_ROWS, description="Most rows of a page.")),
        "after": (str, Field("", max_length=MOST_CURSOR, description="The `next` of the page before.")),
        "search": (
            str,
            Field("", max_length=MOST_TEXT, description="Words that a row holds, in any letter case."),
        ),
        "sort": (
            Literal[sorts],
            Field(listing.sort, description="The order; with `-` before it the other way round."),
        ),
    }
    for each in listing.filters:
        given = listing.given.get(each)
        says = f"Only rows with this `{each}`." + (f" Where it is left out: `{given}`." if given else "")
        fields[each] = (str, Field("", max_length=MOST_FILTER, description=says))
    made: type[BaseModel] = create_model(f"{name}Query", __config__=ConfigDict(), **fields)
    return made


def list_shape(row: type[BaseModel]) -> type[BaseModel]:
    """A page of a list of such rows."""
    fields: dict[str, Any] = {
        "data": (list[row], Field(description="The rows of this page.")),  # type: ignore[valid-type]
        "next": (str | None, Field(description="What `after` of the next page is; null on the last.")),
        "total": (int, Field(description="How many rows there are on all pages.")),
    }
    made: type[BaseModel] = create_model(f"{row.__name__}List", __doc__="A page of a list.", **fields)
    return made


def listed(listing: Listing[Any], call: Call, show: Callable[[Any], dict[str, Any]]) -> Answer:
    """The page of a listing that a call asks for. Raises BadWish."""
    asked = call.query
    page = listing.page(
        Wish(
            text=asked["search"],
            filters={name: asked[name] for name in listing.filters if asked[name]},
            sort=asked["sort"],
            after=asked["after"],
            limit=asked["limit"],
        )
    )
    rows = [show(row) for row in page.rows]
    return Answer({"data": rows, "next": page.next or None, "total": page.total})
