"""From a row's cells to one field's text, prepared once for a mapping. Pure. Identifier: EVENT-MAP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Final, Generic, TypeAlias, TypeVar

from tallystick.tracking.claims.amounts import MINOR, BadAmount, decimal_in, negated
from tallystick.tracking.claims.rules import Rejected, schema
from tallystick.tracking.events.mapping.form import FieldFrom, Mapping, OriginFrom, When
from tallystick.tracking.events.mapping.targets import DAYS, TIMES
from tallystick.tracking.events.mapping.times import day_text, time_text, wanted, zone_named

Row: TypeAlias = Dict[str, str]
T = TypeVar("T")

OTHER_THING: Final = "split what belongs apart with `when` or `group_by`, or leave the column to the lines"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """How one field is read. cell: its text in a row (KeyError for a missing column). read: what that text means.

    column: where people look. is_time: rows of a group may differ, and the earliest counts.
    """

    column: str
    cell: Callable[[Row], str]
    read: Callable[[str], T | None]
    is_time: bool = False

    def of(self, rows: Sequence[Row]) -> T | None:
        """The value of one row, or what all rows of a group say: an empty cell says nothing beside a filled one.

        Raises Rejected (schema) for a cell that means nothing, and for rows that say different things.
        """
        if len(rows) == 1:
            return self.read(self.cell(rows[0]))
        cells = dict.fromkeys(self.cell(row) for row in rows)
        values = {cell: self.read(cell) for cell in (tuple(filter(None, cells)) or ("",))}
        (first_cell, first), *others = values.items()
        differing = next((cell for cell, value in others if value != first), None)
        if differing is None:
            return first
        if self.is_time:
            return min(filter(None, values.values()), key=_instant, default=None)
        raise schema(
            self.column,
            differing,
            f"rows that are one thing say {first_cell!r} and {differing!r} in the column {self.column!r}",
            OTHER_THING,
        )


def reading_of(field: str, source: FieldFrom, mapping: Mapping) -> Reading[str]:
    """How a field that comes from columns is read."""
    text_of = _meaning(field, source, mapping)
    if source.columns:
        return Reading(column_named(source), _joined(source.columns), text_of, field in TIMES)
    return Reading(column_named(source), itemgetter(column_named(source)), text_of, field in TIMES)


def column_named(source: FieldFrom) -> str:
    """The column that a field comes from, for people; several are joined as `Date + Time`."""
    return source.column or " + ".join(source.columns)


def attribute_of(column: str) -> Reading[str]:
    """How an attribute is read: as it stands, or not there."""
    return Reading(column, itemgetter(column), _as_it_stands)


def origin_of(origin: OriginFrom) -> Reading[Dict[str, str]]:
    """How the names of an origin are read: by the value of one column."""

    def names(cell: str) -> Dict[str, str]:
        found = origin.values.get(cell, origin.otherwise)
        if found is None:
            raise _unknown_value(origin.column, cell)
        return found

    return Reading(origin.column, itemgetter(origin.column), names)


def constant_of(field: str, source: FieldFrom, mapping: Mapping) -> str | None:
    """The text that a constant stands for. Raises Rejected for one that cannot be what the field is."""
    return _converted(field, source, mapping)(source.constant or "")


def condition_of(condition: When, mapping: Mapping) -> Callable[[Row], bool]:
    """What says whether a condition holds for a row."""
    cell = itemgetter(condition.column)
    holds = _test(condition, mapping.decimal)
    if condition.is_not:
        return lambda row: not holds(cell(row))
    return lambda row: holds(cell(row))


def _test(condition: When, decimal: str) -> Callable[[str], bool]:
    if condition.filled:
        return bool
    if condition.starts is not None:
        start = condition.starts
        return lambda cell: cell.startswith(start)
    if condition.above is not None:
        least = decimal_in(condition.above)
        return lambda cell: (number := _number(cell, decimal)) is not None and number > least
    if condition.below is not None:
        most = decimal_in(condition.below)
        return lambda cell: (number := _number(cell, decimal)) is not None and number < most
    return frozenset(condition.is_in).__contains__


def _number(cell: str, decimal: str) -> Decimal | None:
    try:
        return decimal_in(cell, decimal=decimal)
    except BadAmount:
        return None


def _meaning(field: str, source: FieldFrom, mapping: Mapping) -> Callable[[str], str | None]:
    """What a cell of a source says: through the table of values, and then as what the field is."""
    converted = _converted(field, source, mapping)
    if source.values is None:
        if source.otherwise is None:
            return converted
        otherwise = source.otherwise
        return lambda cell: converted(cell or otherwise)
    values = {cell: converted(text) for cell, text in source.values.items()}
    if source.otherwise is not None:
        others = converted(source.otherwise)
        return lambda cell: values.get(cell, others)
    column = column_named(source)

    def listed(cell: str) -> str | None:
        if cell not in values:
            raise _unknown_value(column, cell)
        return values[cell]

    return listed


def _converted(field: str, source: FieldFrom, mapping: Mapping) -> Callable[[str], str | None]:
    """What a text becomes by what the field is: a time, a day, an amount, or what it is."""
    if field in TIMES or field in DAYS:
        return _time(field, source, mapping)
    if source.minor and source.negate:
        return lambda text: f"{negated(text)}{MINOR}" if text else None
    if source.minor:
        return lambda text: f"{text.strip()}{MINOR}" if text else None
    if source.negate:
        return lambda text: negated(text) if text else None
    return _as_it_stands


def _time(field: str, source: FieldFrom, mapping: Mapping) -> Callable[[str], str | None]:
    zone = zone_named(source.zone or mapping.zone)
    text_of = day_text(source, zone) if field in DAYS else time_text(source, zone)
    column = column_named(source) or field

    def read(text: str) -> str | None:
        if not text:
            return None
        try:
            return text_of(text)
        except ValueError:
            fix = f"correct the row, or `format` of `{field}` in the mapping; import again and replay"
            raise schema(column, text, f"{text!r} is not {wanted(source)}", fix) from None

    return read


def _joined(columns: tuple[str, ...]) -> Callable[[Row], str]:
    cells = itemgetter(*columns)
    return lambda row: " ".join(filter(None, cells(row)))


def _as_it_stands(text: str) -> str | None:
    return text or None


def _unknown_value(column: str, cell: str) -> Rejected:
    return schema(
        column,
        cell,
        f"the mapping does not know {cell!r} in the column {column!r}",
        "add the value to the mapping (or give `otherwise`), save it with import and replay",
    )


def _instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
