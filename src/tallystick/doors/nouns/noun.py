"""What a noun is: a form, a list, verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise

from tallystick.doors.nouns.forms import NounForm
from tallystick.doors.nouns.references import Reference, handle_of
from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.listing import Listing

Text = str | Promise
Values = Mapping[str, Any]

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Act(Generic[Row]):
    """A verb for one row or many, beside opening and changing: pause, archive.

    name: as in an address and on the command line. label: on a button. says: what it will do, asked before it is done.
    right: of `accounts.rules.RIGHTS`. run: does it; raises a foreseen error. fits: whether it can be done to a row now;
    where not, the button is not there. asks_reason: whether a reason must be given. is_grave: shown as something to
    think about.
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
    for none. kind: how it is set: text, key, state, count, money, day, moment, link; `name` leads to the row itself.
    of: the name of the noun that a reference leads to; its id is the value `<value>_id`.
    """

    value: str
    label: Text
    kind: str = "text"
    sort: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Noun(Generic[Row]):
    """One kind of thing, for every door.

    name, plural: as in addresses and commands (`partner`, `partners`). label, label_plural: for people. says: what it
    is. read, change: rights of `accounts.rules.RIGHTS`.
    reference: how its rows are named from elsewhere: prefix of the ids, handle, the live ones. named_by: the fields
    whose values, joined by `/`, are the handle (`alice`, `shop/alice`); the handle is unique in the brand.
    form: asks for everything that can be said of one. fixed: fields that cannot change once it is open.
    values: everything about a row as JSON values, in the order of a file: the API's object, the CSV's line, and the
    form's beginning. It asks the database nothing that the listing has not brought along.
    opener, changer: the services that open one and that change one, whose arguments are the form's cleaned data, the
    fixed fields only when one is opened. within: the field whose row the opener takes first, without a name.
    listing: search, filters and orders. filters: filter of the listing → its choices, value and label.
    """

    name: str
    plural: str
    label: Text
    label_plural: Text
    says: Text
    read: str
    change: str
    reference: Reference[Row]
    named_by: tuple[str, ...]
    form: type[NounForm]
    values: Callable[[Row], dict[str, Any]]
    opener: Callable[..., Row]
    changer: Callable[..., object]
    listing: Listing[Row]
    columns: tuple[Column[Row], ...]
    fixed: tuple[str, ...] = ()
    within: str = ""
    acts: tuple[Act[Row], ...] = ()
    filters: Mapping[str, Callable[[], list[tuple[str, Text]]]] = field(default_factory=dict)
    empty: Text = ""
    """What to do where there is none yet."""

    @property
    def prefix(self) -> str:
        """The prefix of its ids."""
        return self.reference.prefix

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of what its form asks, in order."""
        return tuple(self.form.base_fields)

    def handle(self, row: Row) -> str:
        """How people name a row on the command line and in files; unique in the brand."""
        return handle_of(row)

    def find(self, text: str) -> Row | None:
        """The row with an id or a handle, put away or not, else None."""
        return self.reference.find(text)

    def handle_in(self, cleaned: Values) -> str:
        """The handle that cleaned data gives a row."""
        return "/".join(handle_of(cleaned[name]) for name in self.named_by)

    def named_in(self, given: Values) -> str:
        """The handle in what is given, before the form has read it; empty where it cannot be read."""
        try:
            said = {name: self.form.base_fields[name].clean(given.get(name, "")) for name in self.named_by}
        except ValidationError:
            return ""
        return self.handle_in(said)

    def asked(self, given: Values, row: Row | None = None) -> NounForm:
        """The form with what is given, and where a row is to change, with what it is in all that is not given.

        given: texts or JSON values by name of field. A fixed field may be given as it is; anything else is an error
        beside the field. Names that the form has not are for the door to refuse.
        """
        before = self.form_values(row) if row is not None else {}
        return self.form({**before, **given}, initial=before, fixed=self.fixed if row is not None else ())

    def form_values(self, row: Row) -> dict[str, Any]:
        """What the form would have to be given to leave a row as it is."""
        values = self.values(row)
        return {name: "" if values[name] is None else values[name] for name in self.fields}

    def open_(self, cleaned: Values, by: Actor) -> Row:
        """Open one from the form's cleaned data; raises what its service raises, also where the handle is taken."""
        said = dict(cleaned)
        first = [said.pop(self.within)] if self.within else []
        return self.opener(*first, **said, by=by)

    def put(self, row: Row, cleaned: Values, by: Actor) -> Row:
        """Change one to the form's cleaned data, and read it anew; raises what its service raises."""
        self.changer(row, by=by, **{name: said for name, said in cleaned.items() if name not in self.fixed})
        return self.reference.rows().get(pk=row.pk)

    def act(self, name: str) -> Act[Row] | None:
        """The act with a name, else None."""
        return next((act for act in self.acts if act.name == name), None)
