"""What is checked of each field and each condition of a mapping when it is read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as Dict
from datetime import date
from typing import Final

from tallystick.kit import currencies
from tallystick.tracking.claims.amounts import BadAmount, decimal_in
from tallystick.tracking.events import rules
from tallystick.tracking.events.mapping.form import BadMapping, FieldFrom, Mapping, When
from tallystick.tracking.events.mapping.targets import DAYS, MONEY, NUMBERS, TIMES
from tallystick.tracking.events.mapping.times import why_not_format, zone_named
from tallystick.tracking.reported.rules import COMMISSION_STATES, COST_KINDS, ORDER_STATES

LISTED: Final[Dict[tuple[str, str], Collection[str]]] = {
    ("events", "visitor_type"): rules.VISITOR_TYPES,
    ("costs", "kind"): COST_KINDS,
    ("commissions", "status"): COMMISSION_STATES,
    ("orders", "status"): ORDER_STATES,
}
"""(target, field) → the texts that there are: a constant, or a listed value, is one of them."""

OPTIONS: Final = (
    *((name, (*TIMES, *DAYS), "times") for name in ("format", "zone", "months_before", "days_before")),
    ("minor", MONEY, "amounts"),
    ("negate", NUMBERS, "amounts and numbers"),
)
"""Option of a field → the fields that it is for."""


def check_zone(where: str, zone: str) -> None:
    """Refuse what is no time zone."""
    try:
        zone_named(zone)
    except ValueError:
        raise BadMapping(
            "`%(where)s` is %(zone)r: not a time zone; write one such as Europe/Berlin",
            where=where,
            zone=zone,
        ) from None


def check_columns(where: str, columns: Iterable[str]) -> None:
    """Refuse columns without a name, and the same one twice."""
    listed = list(columns)
    if "" in listed or len(set(listed)) != len(listed):
        raise BadMapping("`%(where)s` names a column twice, or one without a name", where=where)


def check_source(field: str, source: FieldFrom, where: str) -> None:
    """Refuse a source that says nothing, or two things, or has options that are not for its field."""
    given = (source.column is not None, bool(source.columns), source.constant is not None, source.row)
    if sum(given) != 1:
        raise BadMapping(
            "`%(where)s` needs exactly one of column, columns, constant, row = true", where=where
        )
    if len(source.columns) == 1 or "" in (source.column, *source.columns):
        raise BadMapping(
            "`%(where)s` names a column without a name, or only one in `columns`: write `column` for a single one",
            where=where,
        )
    for option, fields, what in OPTIONS:
        if getattr(source, option) not in (None, False) and field not in fields:
            raise BadMapping(
                "`%(where)s.%(option)s` is for %(what)s: %(fields)s",
                where=where,
                option=option,
                what=what,
                fields=", ".join(fields),
            )
    _check_values(source, where)
    if field in (*TIMES, *DAYS):
        _check_time(source, where)


def check_texts(mapping: Mapping, name: str, field: str, source: FieldFrom, where: str) -> None:
    """Refuse constants and listed values that are wrong for every row. name: of the target's list."""
    for text in (source.constant, source.otherwise, *(source.values or {}).values()):
        wrong = _why_not(mapping, name, field, text) if text else None
        if wrong:
            raise BadMapping("`%(where)s` says %(text)r: %(wrong)s", where=where, text=text, wrong=wrong)


def check_condition(condition: When, where: str) -> None:
    """Refuse a condition that asks nothing, or two things, or compares with no number."""
    given = (
        bool(condition.is_in),
        condition.filled,
        bool(condition.starts),
        condition.above is not None,
        condition.below is not None,
    )
    if sum(given) != 1 or not condition.column:
        raise BadMapping(
            '`%(where)s` needs a column and exactly one of in = [...], filled = true, starts = "…", above = "…", '
            'below = "…"',
            where=where,
        )
    limit = condition.above if condition.above is not None else condition.below
    if limit is not None and _why_no_number(limit, "."):
        raise BadMapping(
            "`%(where)s` compares with %(limit)r; write a number with a point, such as 0 or 12.50",
            where=where,
            limit=limit,
        )


def _check_values(source: FieldFrom, where: str) -> None:
    is_fixed = source.constant is not None or source.row
    if is_fixed and (source.values is not None or source.otherwise is not None):
        raise BadMapping("`%(where)s` has `values` or `otherwise`, which need a column", where=where)
    if source.values is not None and not source.values:
        raise BadMapping("`%(where)s.values` is empty: list the cells, or leave it out", where=where)
    if source.constant == "":
        raise BadMapping("`%(where)s.constant` is empty: leave the field out", where=where)


def _check_time(source: FieldFrom, where: str) -> None:
    if source.row:
        raise BadMapping("`%(where)s` is a time, and the key of a row is none", where=where)
    if source.zone is not None:
        check_zone(f"{where}.zone", source.zone)
    if source.format is not None and (wrong := why_not_format(source.format)):
        raise BadMapping(
            "`%(where)s.format` is %(pattern)r: %(wrong)s", where=where, pattern=source.format, wrong=wrong
        )
    if sum(part is not None for part in (source.format, source.months_before, source.days_before)) > 1:
        raise BadMapping("`%(where)s` needs at most one of format, months_before, days_before", where=where)
    for option in ("months_before", "days_before"):
        day = getattr(source, option)
        if day is not None and not _is_day(day):
            raise BadMapping(
                "`%(where)s.%(option)s` is %(day)r; write a day such as 2026-11-20",
                where=where,
                option=option,
                day=day,
            )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _why_not(mapping: Mapping, name: str, field: str, text: str) -> str | None:
    listed = LISTED.get((name, field))
    if listed and text not in listed:
        return f"use one of {', '.join(listed)}"
    if field == "currency" and text not in currencies.DIGITS:
        return "write three capital letters, like EUR or JPY"
    if field == "country" and not (len(text) == 2 and text.isascii() and text.isalpha()):
        return "write two letters of ISO 3166, such as DE"
    return _why_no_number(text, mapping.decimal) if field in NUMBERS else None


def _why_no_number(text: str, decimal: str) -> str | None:
    try:
        decimal_in(text, decimal=decimal)
    except BadAmount as wrong:
        return str(wrong)
    return None
