"""A mapping: which events a row of a file stands for, and where each field of them comes from. Pure.

Written in TOML, kept with versions, applied when a receipt is verified - so that a mistake in it is mended by
a new version and a replay, without reading the file again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dict
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tallystick.kit import kinds
from tallystick.kit.errors import Foreseen
from tallystick.tracking.events.rules import Rejected
from tallystick.tracking.events.wire import EventBody
from tallystick.tracking.inbox.rules import Reason

FIELDS = tuple(field for field in EventBody.__struct_fields__ if field not in ("kind", "attributes"))


class BadMapping(Foreseen, ValueError):
    """A mapping that cannot be used; the message says where and what to write instead."""


class FieldFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one field comes from: a column (perhaps through a table of values), a constant, or the row itself.

    values: cell → text; a cell that is not in it is refused unless `otherwise` is given. format: for times, a
    strptime format; without one the cell is ISO 8601. row: the row's own key, for rows without a visitor id.
    """

    column: str | None = None
    constant: str | None = None
    row: bool = False
    values: dict[str, str] | None = None
    otherwise: str | None = None
    format: str | None = None


class OriginFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a touchpoint came from, by the values of one column: each names a partner, placement or channel."""

    column: str
    values: dict[str, dict[str, str]]
    otherwise: dict[str, str] | None = None


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rows that an event stands in: those whose column has one of some values, or any value at all.

    in: the values (letter case counts). filled: every cell that is not empty.
    """

    column: str
    is_in: tuple[str, ...] = msgspec.field(name="in", default=())
    filled: bool = False

    def holds(self, cell: str) -> bool:
        """Whether a row with this cell is one of them."""
        return cell != "" if self.filled else cell in self.is_in


class EventFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of event that a row stands for."""

    kind: str
    when: When | None = None
    origin: OriginFrom | None = None
    fields: dict[str, FieldFrom] = {}
    attributes: dict[str, str] = {}


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping. key: columns that identify a row; without them, its content and how often it stood before.

    fields: those that all events of a row share; an event's own go before. zone: of times without an offset. decimal:
    the mark in amounts. attributes of an event: name → column.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[-A-Za-z0-9_]+\Z", max_length=60)]
    program: str | None = None
    key: tuple[str, ...] = ()
    zone: str = "UTC"
    decimal: str = "."
    fields: dict[str, FieldFrom] = {}
    events: list[EventFrom]


def read_mapping(text: str) -> Mapping:
    """Read and check a mapping from its TOML text. Raises BadMapping."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
        ZoneInfo(mapping.zone)
    except (tomllib.TOMLDecodeError, RecursionError, msgspec.ValidationError) as wrong:
        raise BadMapping(str(wrong)) from wrong
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise BadMapping(
            "`zone` is %(unknown)s: not a time zone; write one such as Europe/Berlin", unknown=unknown
        ) from unknown
    if mapping.decimal not in (".", ","):
        raise BadMapping("`decimal` is %(decimal)r; it is the point or the comma", decimal=mapping.decimal)
    if not mapping.events:
        raise BadMapping("`events` is empty: say which events a row stands for")
    for number, event in enumerate(mapping.events, 1):
        _check_event(mapping, event, number)
    return mapping


def columns_of(mapping: Mapping) -> frozenset[str]:
    """Every column the mapping reads: a file without one of them cannot be read with it."""
    found = set(mapping.key)
    for event in mapping.events:
        found |= {source.column for source in _fields(mapping, event).values() if source.column}
        found |= set(event.attributes.values())
        found |= {part.column for part in (event.when, event.origin) if part}
    return frozenset(found)


def column_of(mapping: Mapping, field: str) -> str:
    """The column that a field of an event comes from, for telling people where to look; the field itself if none."""
    named = ("code", "link", "placement", "partner", "channel") if field == "partner" else (field,)
    for event in mapping.events:
        sources = _fields(mapping, event)
        for name in named:
            if name in sources and sources[name].column:
                return sources[name].column or field
        if field == "partner" and event.origin:
            return event.origin.column
    return field


def events_of(mapping: Mapping, row: Dict[str, str], *, row_key: str) -> list[EventBody]:
    """The events that a row stands for, in the order of the mapping; none where no `when` holds.

    row: column → cell. row_key: the receipt's key, for fields that come from the row itself.
    Raises Rejected (schema) with the column and the value that the mapping does not know. Identifier: EVENT-MAP.
    """
    return [
        _event(mapping, event, row, row_key)
        for event in mapping.events
        if event.when is None or event.when.holds(_cell(row, event.when.column))
    ]


def _check_format(where: str, pattern: str | None) -> None:
    if pattern is None:
        return
    try:
        _read_time(datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(pattern), pattern)
    except ValueError as wrong:
        raise BadMapping(
            "`%(where)s.fields.occurred_at.format` is %(pattern)r, which no time can have: %(wrong)s",
            where=where,
            pattern=pattern,
            wrong=wrong,
        ) from wrong


def _fields(mapping: Mapping, event: EventFrom) -> dict[str, FieldFrom]:
    return {**mapping.fields, **event.fields}


def _check_event(mapping: Mapping, event: EventFrom, number: int) -> None:
    where = f"events[{number}]"
    if event.kind not in kinds.ALL:
        raise BadMapping(
            "`%(where)s.kind` is %(kind)r; kinds: %(all)s",
            where=where,
            kind=event.kind,
            all=", ".join(kinds.ALL),
        )
    fields = _fields(mapping, event)
    for name, source in fields.items():
        if name not in FIELDS:
            raise BadMapping(
                "`%(where)s.fields` has %(name)r; fields of an event: %(fields)s",
                where=where,
                name=name,
                fields=", ".join(FIELDS),
            )
        if sum((source.column is not None, source.constant is not None, source.row)) != 1:
            raise BadMapping(
                "`%(where)s.fields.%(name)s` needs exactly one of column, constant, row = true",
                where=where,
                name=name,
            )
    if "occurred_at" not in fields:
        raise BadMapping("`%(where)s.fields` has no `occurred_at`: say which column is the time", where=where)
    _check_format(where, fields["occurred_at"].format)
    if event.when and bool(event.when.is_in) == event.when.filled:
        raise BadMapping("`%(where)s.when` needs exactly one of in = [...] and filled = true", where=where)
    if event.origin:
        named = [(f"values.{cell}", keys) for cell, keys in event.origin.values.items()]
        for place, keys in [*named, ("otherwise", event.origin.otherwise or {})]:
            if not keys.keys() <= {"partner", "placement", "link", "code", "channel"}:
                raise BadMapping(
                    "`%(where)s.origin.%(place)s` names partner, placement, link, code or channel",
                    where=where,
                    place=place,
                )


def _event(mapping: Mapping, event: EventFrom, row: Dict[str, str], row_key: str) -> EventBody:
    fields: dict[str, Any] = {"kind": event.kind, "program": mapping.program}
    for name, source in _fields(mapping, event).items():
        fields[name] = _field(source, row, row_key)
        if name == "occurred_at":
            fields[name] = _time(fields[name], source, ZoneInfo(mapping.zone))
    if event.origin:
        fields |= _origin(event.origin, row)
    fields["attributes"] = {
        name: cell for name, column in event.attributes.items() if (cell := _cell(row, column)) != ""
    }
    return EventBody(**fields)


def _field(source: FieldFrom, row: Dict[str, str], row_key: str) -> str | None:
    if source.row:
        return row_key
    if source.constant is not None:
        return source.constant
    cell = _cell(row, source.column or "")
    if source.values is None:
        return cell or source.otherwise
    if cell in source.values:
        return source.values[cell]
    if source.otherwise is not None:
        return source.otherwise
    raise _unknown_value(source.column or "", cell)


def _origin(origin: OriginFrom, row: Dict[str, str]) -> dict[str, str]:
    cell = _cell(row, origin.column)
    found = origin.values.get(cell, origin.otherwise)
    if found is None:
        raise _unknown_value(origin.column, cell)
    return found


def _time(text: str | None, source: FieldFrom, zone: ZoneInfo) -> str:
    try:
        at = _read_time(text or "", source.format)
    except ValueError:
        wanted = f"the format {source.format!r}" if source.format else "ISO 8601"
        raise Rejected(
            Reason.SCHEMA,
            f"{text!r} is not a time in {wanted}" if text else "the cell with the time is empty",
            fix="correct the row, or `format` of `occurred_at` in the mapping; import again and replay",
            column=source.column or "",
            value=text or "",
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def _read_time(text: str, pattern: str | None) -> datetime:
    # A format without an offset gives a naive time on purpose: the caller adds the mapping's zone.
    return datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007


def _cell(row: Dict[str, str], column: str) -> str:
    try:
        return row[column]
    except KeyError:
        raise Rejected(
            Reason.SCHEMA,
            f"the row has no column {column!r}",
            fix="correct the column's name in the mapping and replay",
            column=column,
        ) from None


def _unknown_value(column: str, cell: str) -> Rejected:
    return Rejected(
        Reason.SCHEMA,
        f"the mapping does not know {cell!r} in the column {column!r}",
        fix="add the value to the mapping (or give `otherwise`), save it with import and replay",
        column=column,
        value=cell,
    )
