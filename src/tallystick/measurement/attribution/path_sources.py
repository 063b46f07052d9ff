"""Reading channel paths from outside: files of counted paths, and event logs of single touches."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tallystick.kit.delimited import BadFile, Row, Table, TableSource, open_table

PATH_COLUMN, CONVERSIONS_COLUMN = "path", "total_conversions"
VALUE_COLUMN, NULLS_COLUMN = "total_conversion_value", "total_null"

_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,2})?", re.ASCII)
_LARGEST = 10**18
_WORDS = {"true": 1, "false": 0, "yes": 1, "no": 0}


@dataclass(frozen=True, slots=True)
class ChannelPath:
    """Channels in the order they were touched, and what came of it.

    conversions: how many times this path ended in a conversion; 0 for a path that only failed.
    value: the value of those conversions together. ages: per touch, the time to the conversion; None in
    files that carry no times.
    """

    channels: tuple[str, ...]
    conversions: int
    value: Fraction
    ages: tuple[timedelta, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChannelPaths:
    """Everything read from one file. notes: what a reader must know about how it was read."""

    name: str
    paths: tuple[ChannelPath, ...]
    nulls: int
    has_value: bool
    has_times: bool
    notes: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel in any path, converting or not, in alphabetical order."""
        return tuple(sorted({channel for path in self.paths for channel in path.channels}))


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Which columns of an event log hold what. value: None when the log has none."""

    customer: str
    time: str
    channel: str
    conversion: str
    value: str | None = None


def read_path_file(source: TableSource) -> ChannelPaths:
    """Read counted paths: `path;total_conversions;total_conversion_value;total_null`.

    Steps of a path are separated by ">", spaces around it do not matter. The value and null columns
    may be absent; other columns are ignored. Identifier: ATTR-FILES.
    Raises BadFile with file, line, column and value, or when the first two columns are missing.
    """
    with open_table(source) as table:
        has_value, has_nulls = VALUE_COLUMN in table.header, NULLS_COLUMN in table.header
        _refuse_unless_counted_paths(table)
        paths, nulls = [], 0
        for row in table.rows:
            value = _decimal(table, row, VALUE_COLUMN) if has_value else Fraction(0)
            paths.append(ChannelPath(_steps(table, row), _count(table, row, CONVERSIONS_COLUMN), value))
            nulls += _count(table, row, NULLS_COLUMN) if has_nulls else 0
        notes = _note("The file has no rows.", when=not paths)
        return ChannelPaths(table.name, tuple(paths), nulls, has_value, has_times=False, notes=notes)


def read_event_log(source: TableSource, *, columns: EventColumns) -> ChannelPaths:
    """Read single touches and make paths of them. Identifier: ATTR-LOG.

    The rows of a customer are taken in time order, rows of the same time in file order. A row whose
    conversion column is true (or a count above zero) closes the path, its own channel included if it
    names one, and the next row begins another. What remains open at the end is a null path. A blank
    channel adds no touch; the value counts on converting rows only. A time without a zone is UTC.
    All rows are held in memory.
    Raises BadFile with file, line, column and value; UnknownColumn for a column the log does not have.
    """
    with open_table(source) as table:
        named = (columns.customer, columns.time, columns.channel, columns.conversion, columns.value)
        for column in named:
            if column is not None:
                table.position(column)
        customers: dict[str, list[_Event]] = {}
        for row in table.rows:
            customer = row.cells[table.position(columns.customer)]
            if not customer:
                raise table.fault(
                    row, columns.customer, "names no customer. Give every row one, or leave it out."
                )
            customers.setdefault(customer, []).append(_event(table, row, columns))
        events = [event for rows in customers.values() for event in rows]
        paths, nulls, bare = _cut_into_paths(customers.values())
        notes = (
            *_note("The file has no rows.", when=not events),
            *_note("Times without a zone were taken as UTC.", when=any(event.was_naive for event in events)),
            *_note(
                f"{bare} conversions had no channel before them and are credited to nobody.", when=bare > 0
            ),
        )
        return ChannelPaths(table.name, paths, nulls, columns.value is not None, has_times=True, notes=notes)


def _refuse_unless_counted_paths(table: Table) -> None:
    if PATH_COLUMN not in table.header or CONVERSIONS_COLUMN not in table.header:
        raise BadFile(
            "%(name)s is no file of paths: it needs the columns %(path_column)s and "
            "%(conversions_column)s, but has %(header)s. If it is an event log, name its columns "
            "for customer, time, channel and conversion.",
            name=table.name,
            path_column=PATH_COLUMN,
            conversions_column=CONVERSIONS_COLUMN,
            header=", ".join(table.header),
        )


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    was_naive: bool
    channel: str
    conversions: int
    value: Fraction


def _cut_into_paths(customers: Iterable[list[_Event]]) -> tuple[tuple[ChannelPath, ...], int, int]:
    """The paths of all customers, how many of them stayed open, and conversions without any channel."""
    paths: list[ChannelPath] = []
    nulls = bare = 0
    for events in customers:
        touches: list[_Event] = []
        for event in sorted(events, key=lambda event: event.at):
            if event.channel:
                touches.append(event)
            if event.conversions:
                bare += 0 if touches else event.conversions
                paths.append(_path(touches, event.at, event.conversions, event.value))
                touches = []
        if touches:
            nulls += 1
            paths.append(_path(touches, touches[-1].at, 0, Fraction(0)))
    return tuple(paths), nulls, bare


def _path(touches: list[_Event], closed_at: datetime, conversions: int, value: Fraction) -> ChannelPath:
    ages = tuple(closed_at - touch.at for touch in touches)
    return ChannelPath(tuple(touch.channel for touch in touches), conversions, value, ages)


def _event(table: Table, row: Row, columns: EventColumns) -> _Event:
    written = row.cells[table.position(columns.time)]
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        advice = "is not a time. Write ISO 8601, like 2026-03-01T14:30:00Z or 2026-03-01."
        raise table.fault(row, columns.time, advice) from None
    was_naive = at.tzinfo is None
    converted = row.cells[table.position(columns.conversion)].lower()
    conversions = _WORDS[converted] if converted in _WORDS else _count(table, row, columns.conversion)
    value = _decimal(table, row, columns.value) if conversions and columns.value else Fraction(0)
    channel = row.cells[table.position(columns.channel)]
    return _Event(at.replace(tzinfo=UTC) if was_naive else at, was_naive, channel, conversions, value)


def _steps(table: Table, row: Row) -> tuple[str, ...]:
    text = row.cells[table.position(PATH_COLUMN)]
    steps = tuple(step.strip() for step in text.split(">"))
    if not text:
        raise table.fault(row, PATH_COLUMN, "is blank. Write the channels of the path, like search > email.")
    if not all(steps):
        raise table.fault(row, PATH_COLUMN, "has an empty step. Name a channel on both sides of every '>'.")
    return steps


def _count(table: Table, row: Row, column: str) -> int:
    number = _number(row.cells[table.position(column)])
    if number is None or number.denominator != 1 or not 0 <= number <= _LARGEST:
        raise table.fault(row, column, "is not a whole count. Write 0, 1, 2 and so on.")
    return int(number)


def _decimal(table: Table, row: Row, column: str) -> Fraction:
    number = _number(row.cells[table.position(column)])
    if number is None or abs(number) > _LARGEST:
        raise table.fault(row, column, "is not a decimal number. Write digits with a point, like 12.50.")
    return number


def _number(text: str) -> Fraction | None:
    return Fraction(Decimal(text)) if _NUMBER.fullmatch(text) else None


def _note(text: str, *, when: bool) -> tuple[str, ...]:
    return (text,) if when else ()


__all__ = ["BadFile", "ChannelPath", "ChannelPaths", "EventColumns", "read_event_log", "read_path_file"]
