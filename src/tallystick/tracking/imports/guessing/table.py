"""A table of a file as guessing sees it: its columns with what they are, and fields made from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from tallystick.tracking.events.mapping.form import FieldFrom, LinesFrom, Target, When
from tallystick.tracking.imports.guessing.columns import Column
from tallystick.tracking.imports.guessing.countries import table_for
from tallystick.tracking.imports.guessing.form import Known, Note
from tallystick.tracking.imports.guessing.roles import CALLED, Found, measures_of, roles_of, words_in

TIMES: Final = ("occurred_at", "cancelled_at", "paid_at")
MONEY: Final = ("amount", "unit_price", "refund_amount", "commission", "cost")

AROUND: Final = ("campaign", "landing_page", "sub_id", "device", "browser", "country")

SURE: Final = 60
"""The sureness, of 100, from which a column is taken for what it seems to be."""


@dataclass(frozen=True)
class Table:
    """The columns of one table of a file, with the words of its name: `refunds_2026.csv` is likely to hold refunds.

    header: the names that the columns are given where the file has no line of names.
    """

    name: str
    columns: tuple[Column, ...]
    known: Known
    header: tuple[str, ...] = ()

    @cached_property
    def roles(self) -> dict[str, Found]:
        return roles_of(self.columns, self.known)

    @cached_property
    def measures(self) -> dict[str, Column]:
        return measures_of(self.columns)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(words_in(self.name))

    @property
    def rows(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0

    def is_called(self, what: str) -> bool:
        """Whether the file's name says that it holds this: a name of `[called]` in `names.toml`."""
        return bool(CALLED[what] & self.words)

    def has(self, *roles: str) -> bool:
        """Whether there is a column for each of these roles."""
        return all(role in self.roles for role in roles)

    def column(self, role: str) -> Column | None:
        """The column of a role."""
        return self.roles[role].column if role in self.roles else None

    def first(self, *roles: str) -> str | None:
        """The first of these roles that there is a column for."""
        return next((role for role in roles if role in self.roles), None)

    def surely(self, role: str) -> bool:
        """Whether a column says by its name or by what it holds that it is this."""
        return role in self.roles and self.roles[role].sureness >= SURE

    def source(self, role: str) -> FieldFrom:
        """Where a field of this role comes from, with the format of times and the table of countries."""
        column = self.roles[role].column
        if role in TIMES:
            return FieldFrom(column=column.name, format=column.time.format if column.time else None)
        if role == "country" and (values := table_for(column.distinct)):
            return FieldFrom(column=column.name, values=values, otherwise="")
        return FieldFrom(column=column.name)

    def sources(self, **fields: str) -> dict[str, FieldFrom]:
        """Field → source for the roles that there are columns for."""
        return {name: self.source(role) for name, role in fields.items() if role in self.roles}

    def around(self) -> dict[str, FieldFrom]:
        """The fields that say by what somebody came: campaign, landing page, sub-id, device, browser, country."""
        return self.sources(**{role: role for role in AROUND})

    def attributes(self, *roles: str) -> dict[str, str]:
        """Attributes for the roles that there are columns for, under the names of the roles."""
        return {role: self.roles[role].column.name for role in roles if role in self.roles}

    def filled(self, role: str) -> When:
        """The condition that a row says something there."""
        return When(column=self.roles[role].column.name, filled=True)

    @cached_property
    def decimal(self) -> str:
        """The decimal mark of the file's numbers: that of most columns in which one was seen."""
        marks = [column.number.decimal for column in self.columns if column.number and not column.time]
        marks = [mark for mark in marks if mark]
        return max(sorted(set(marks)), key=marks.count, default=".")


@dataclass(frozen=True)
class Sketch:
    """A mapping before it has a name, a zone and a program. target: the list that its targets go to.

    fit: from 0 to 100. notes: what is to be said besides where each field comes from.
    """

    title: str
    fit: int
    fields: dict[str, FieldFrom] = field(default_factory=dict)
    targets: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def key_of(table: Table, *roles: str) -> tuple[str, ...]:
    """The columns that identify a row: that of the first of these roles in which all cells differ, and the status.

    With the status, a later export in which it has changed adds rows, and contradicts none.
    """
    for role in roles:
        column = table.column(role)
        if column and column.is_unique:
            status = table.column("status")
            return (column.name, status.name) if status else (column.name,)
    return ()


def somebody(table: Table) -> tuple[dict[str, FieldFrom], str]:
    """The field that says who it was, and its role; nothing where no column does."""
    role = table.first("customer", "email")
    if role:
        return {"customer": table.source(role)}, role
    if table.has("visitor"):
        return {"visitor": table.source("visitor")}, "visitor"
    if table.has("account"):
        return {"account": table.source("account")}, "account"
    return {}, ""


def day_to_say(table: Table, name: str) -> tuple[FieldFrom, Note]:
    """A constant for a time that no column holds, and the note that a person has to say it."""
    why = "no column holds a time: every row is dated on this day. Write the day that is right"
    return FieldFrom(constant=table.known.today.isoformat()), Note(name, "", why, must_look=True)


def line_fields(table: Table) -> LinesFrom:
    """The lines of an order as far as columns tell them."""
    fields = table.sources(
        sku="sku", name="product", category="category", quantity="quantity", unit_price="unit_price"
    )
    return LinesFrom(fields=fields)


def is_same_in_each(column: Column, groups: Sequence[str]) -> bool:
    """Whether rows of one group never say two things in a column; empty cells say nothing."""
    said: dict[str, str] = {}
    return all(
        said.setdefault(group, cell) == cell for group, cell in zip(groups, column.cells, strict=True) if cell
    )
