"""What a noun is: a form, a list, verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django import forms
from django.db import models
from django.utils.functional import _StrPromise

from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.listing import Listing

Text = str | _StrPromise
Values = Mapping[str, Any]


Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Act(Generic[Row]):
    """A verb for one row or many, beside opening and changing: pause, archive.

    name: as in an address and on the command line. label: on a button. says: what it will do, asked before it is done.
    fits: whether it can be done to a row now; where not, the button is not there. run: does it; raises a foreseen
    error. asks_reason: whether a reason must be given. is_grave: shown as something to think about.
    """

    name: str
    label: Text
    says: Text
    right: str
    run: Callable[[Row, Actor, str], object]
    fits: Callable[[Row], bool] = lambda _row: True
    asks_reason: bool = False
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column of the list. value: name in `Noun.values`. sort: the order of the listing that the head offers; empty
    for none. kind: how it is set: text, key, state, count, money, day, moment, link.
    """

    value: str
    label: Text
    kind: str = "text"
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Noun(Generic[Row]):
    """One kind of thing, for every door.

    name, plural: as in addresses and commands (`partner`, `partners`). prefix: of its ids. label, label_plural: for
    people. read, change: rights of `accounts.rules.RIGHTS`.
    form: asks for everything that can be said of one; its cleaned data is what `open_` and `put` are given. fixed:
    fields that cannot change once it is open. handle: how people name one on the command line and in files (`alice`,
    `shop/alice`); unique in the brand. find: the row with a handle, else None.
    values: everything about a row as JSON values, in the order of a file: the API's object, the CSV's line, and the
    form's beginning. open_: makes one from cleaned data; refuses a handle that is taken. put: changes one to cleaned
    data. listing: search, filters and orders.
    """

    name: str
    plural: str
    prefix: str
    label: Text
    label_plural: Text
    says: Text
    read: str
    change: str
    form: type[forms.Form]
    handle: Callable[[Row], str]
    find: Callable[[str], Row | None]
    values: Callable[[Row], dict[str, Any]]
    open_: Callable[[Values, Actor], Row]
    put: Callable[[Row, Values, Actor], Row]
    listing: Listing[Row]
    columns: tuple[Column[Row], ...]
    fixed: tuple[str, ...] = ()
    acts: tuple[Act[Row], ...] = ()
    empty: Text = ""
    """What to do where there is none yet."""
    filters: Mapping[str, Callable[[], list[tuple[str, Text]]]] = field(default_factory=dict)
    """Filter of the listing → its choices, value and label."""
