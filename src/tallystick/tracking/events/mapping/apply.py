"""What a row stands for by a mapping. Pure. Identifier: EVENT-MAP."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from typing import Any
from zoneinfo import ZoneInfo

from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.checks import conditions, fields_of, read_time
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, Mapping, OriginFrom, When
from tallystick.tracking.events.wire import EventBody
from tallystick.tracking.inbox.rules import Reason


def events_of(mapping: Mapping, row: Dict[str, str], *, row_key: str) -> list[EventBody]:
    """The events that a row stands for, in the order of the mapping; none where no `when` holds.

    row: column → cell. row_key: the receipt's key, for fields that come from the row itself.
    Raises Rejected (schema) with the column and the value that the mapping does not know. Identifier: EVENT-MAP.
    """
    return [
        _event(mapping, event, row, row_key)
        for event in mapping.events
        if all(_holds(condition, _cell(row, condition.column)) for condition in conditions(event))
    ]


def _event(mapping: Mapping, event: EventFrom, row: Dict[str, str], row_key: str) -> EventBody:
    fields: dict[str, Any] = {"kind": event.kind, "program": mapping.program}
    for name, source in fields_of(mapping, event).items():
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
        at = read_time(text or "", source.format)
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


def _holds(condition: When, cell: str) -> bool:
    return cell != "" if condition.filled else cell in condition.is_in


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
