"""A mapping: what the rows of a file stand for, and where each field of it comes from. Pure.

Written in TOML, kept with versions, applied when a receipt is verified - so that a mistake in it is mended by
a new version and a replay, without reading the file again. docs/how/import.md shows the whole of it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from tallystick.kit.errors import Foreseen


class BadMapping(Foreseen, ValueError):
    """A mapping that cannot be used; the message says where and what to write instead."""


class FieldFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where one field comes from: a column (perhaps through a table of values), several columns joined by a space, a
    constant, or the row itself.

    values: cell → text; a cell that is not in it is refused unless `otherwise` is given; without `values`, `otherwise`
    stands for an empty cell. row: the row's own key, for rows without a visitor id.
    Of times: format: of strptime, or `unix`, `unix_ms`; without one the cell is ISO 8601. zone: of times without an
    offset, instead of the mapping's. months_before, days_before: a day; the cell is a number of months or days, and the
    time lies so long before that day.
    Of amounts: minor: the cell counts minor units. negate: the other sign.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    constant: str | None = None
    row: bool = False
    values: dict[str, str] | None = None
    otherwise: str | None = None
    format: str | None = None
    zone: str | None = None
    months_before: str | None = None
    days_before: str | None = None
    minor: bool = False
    negate: bool = False


class OriginFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a touchpoint came from, by the values of one column: each names a partner, placement or channel."""

    column: str
    values: dict[str, dict[str, str]]
    otherwise: dict[str, str] | None = None


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition on a row: what its cell in a column is. Exactly one of `in`, `filled`, `starts`, `above`, `below`.

    in: one of some values (letter case counts). filled: anything but nothing. starts: begins so. above, below: a number
    that is greater, or less, than this; what is no number is neither. not: the opposite.
    """

    column: str
    is_in: tuple[str, ...] = msgspec.field(name="in", default=())
    filled: bool = False
    starts: str | None = None
    above: str | None = None
    below: str | None = None
    is_not: bool = msgspec.field(name="not", default=False)


class LinesFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The lines of an order, one of each row of its group. when: the rows that are lines; without it all.

    fields: sku, name, category, quantity, unit_price, amount.
    """

    when: When | tuple[When, ...] = ()
    fields: dict[str, FieldFrom] = {}


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that a row stands for. when: conditions that must all hold; a single one may stand without brackets.

    Of a group they are asked of every row: those that fail are no part of the thing, and without any there is none.
    attributes: name → column.
    """

    when: When | tuple[When, ...] = ()
    fields: dict[str, FieldFrom] = {}
    attributes: dict[str, str] = {}


class EventFrom(Target, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One kind of event that a row, or a group of rows, stands for."""

    kind: str
    origin: OriginFrom | None = None
    lines: LinesFrom | None = None


class ReadAs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the file is read, where that cannot be seen from it.

    encoding: as Python names it; without one UTF-8, or what a byte order mark says. separator: one character, `tab`, or
    `spaces` for columns that any number of blanks divides. header: the names of the columns of a file without a first
    line of names. section: the one that is read of a file in sections (`[[COMMISSIONS]]`).
    """

    encoding: str | None = None
    separator: str | None = None
    header: tuple[str, ...] = ()
    section: str | None = None


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole mapping. key: columns that identify a row; without them, its content and how often it stood before.

    group_by: rows with the same cells in these columns are one receipt, and these its key. fields: those that all that
    a row stands for shares; a target's own go before. zone: of times without an offset. decimal: the mark in amounts.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[-A-Za-z0-9_]+\Z", max_length=60)]
    program: str | None = None
    key: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    zone: str = "UTC"
    decimal: str = "."
    reading: ReadAs = ReadAs()
    fields: dict[str, FieldFrom] = {}
    events: tuple[EventFrom, ...] = ()
    partners: tuple[Target, ...] = ()
    links: tuple[Target, ...] = ()
    codes: tuple[Target, ...] = ()
    totals: tuple[Target, ...] = ()
    costs: tuple[Target, ...] = ()
    commissions: tuple[Target, ...] = ()
    orders: tuple[Target, ...] = ()
