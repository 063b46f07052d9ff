"""Reading a mapping from its text, and refusing one that cannot be used. Pure."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tallystick.kit import kinds
from tallystick.tracking.events.mapping.form import BadMapping, EventFrom, FieldFrom, Mapping, Target, When
from tallystick.tracking.events.wire import EventBody

FIELDS = tuple(field for field in EventBody.__struct_fields__ if field not in ("kind", "attributes"))


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
        found |= {source.column for source in fields_of(mapping, event).values() if source.column}
        found |= set(event.attributes.values())
        found |= {condition.column for condition in conditions(event)}
        found |= {event.origin.column} if event.origin else set()
    return frozenset(found)


def column_of(mapping: Mapping, field: str) -> str:
    """The column that a field of an event comes from, for telling people where to look; the field itself if none."""
    named = ("code", "link", "placement", "partner", "channel") if field == "partner" else (field,)
    for event in mapping.events:
        sources = fields_of(mapping, event)
        for name in named:
            if name in sources and sources[name].column:
                return sources[name].column or field
        if field == "partner" and event.origin:
            return event.origin.column
    return field


def _check_format(where: str, pattern: str | None) -> None:
    if pattern is None:
        return
    try:
        read_time(datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(pattern), pattern)
    except ValueError as wrong:
        raise BadMapping(
            "`%(where)s.fields.occurred_at.format` is %(pattern)r, which no time can have: %(wrong)s",
            where=where,
            pattern=pattern,
            wrong=wrong,
        ) from wrong


def conditions(target: Target) -> tuple[When, ...]:
    """The conditions of a target, also where a single one stands without brackets."""
    return (target.when,) if isinstance(target.when, When) else target.when


def read_time(text: str, pattern: str | None) -> datetime:
    """The time a cell says, naive where it names no offset. Raises ValueError."""
    return datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007


def fields_of(mapping: Mapping, event: Target) -> dict[str, FieldFrom]:
    """Where each field of a target comes from: its own go before those of the mapping."""
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
    fields = fields_of(mapping, event)
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
    for condition in conditions(event):
        if bool(condition.is_in) == condition.filled:
            raise BadMapping(
                "`%(where)s.when` needs exactly one of in = [...] and filled = true", where=where
            )
    if event.origin:
        named = [(f"values.{cell}", keys) for cell, keys in event.origin.values.items()]
        for place, keys in [*named, ("otherwise", event.origin.otherwise or {})]:
            if not keys.keys() <= {"partner", "placement", "link", "code", "channel"}:
                raise BadMapping(
                    "`%(where)s.origin.%(place)s` names partner, placement, link, code or channel",
                    where=where,
                    place=place,
                )
