"""A mapping made ready: for each target what reads its fields. Pure. Identifier: EVENT-MAP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Any, Final

from tallystick.tracking.claims.rules import schema
from tallystick.tracking.events.mapping.form import EventFrom, LinesFrom, Mapping, Target, When
from tallystick.tracking.events.mapping.readers import (
    Reading,
    Row,
    attribute_of,
    condition_of,
    constant_of,
    origin_of,
    reading_of,
)
from tallystick.tracking.events.mapping.targets import TARGETS, Body, fields_of, targets_of
from tallystick.tracking.events.wire import LineBody

KEPT: Final = 64
"""Mappings that are kept ready: one journey works with the newest of each name."""

Condition = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class LineMaker:
    """How the lines of an event are read: one of each row that the conditions choose."""

    when: tuple[Condition, ...]
    readings: tuple[tuple[str, Reading[str]], ...]
    fixed: Dict[str, str]

    def line(self, row: Row) -> LineBody:
        """The line that a row is."""
        return LineBody(**self.fixed, **{name: reading.of((row,)) for name, reading in self.readings})


@dataclass(frozen=True, slots=True)
class Maker:
    """How the body of one target is made.

    fixed: what is the same in every row. keyed: fields that are the row's key.
    """

    name: str
    body: type[Body]
    target: Target
    when: tuple[Condition, ...]
    fixed: Dict[str, Any]
    keyed: tuple[str, ...]
    readings: tuple[tuple[str, Reading[str]], ...]
    origin: Reading[Dict[str, str]] | None
    attributes: tuple[tuple[str, Reading[str]], ...]
    lines: LineMaker | None
    needed: tuple[tuple[str, str], ...] = field(default=())
    """Fields that must not be empty, with the column of each."""

    def reading_of(self, field: str) -> Reading[str] | None:
        """How a field, or an attribute as `attributes.plan`, is read; None for what is no column's."""
        kind, _, name = field.partition(".")
        return dict(self.attributes).get(name) if kind == "attributes" else dict(self.readings).get(field)

    def body_of(self, rows: Sequence[Row], *, row_key: str, lines: Sequence[Row] = ()) -> Body:
        """The body that rows stand for together. Raises Rejected (schema); KeyError for a missing column."""
        fields = dict(self.fixed)
        for name in self.keyed:
            fields[name] = row_key
        # Almost every receipt is one row, and its rows need not be compared.
        alone = rows[0] if len(rows) == 1 else None
        for name, reading in self.readings:
            value = reading.of(rows) if alone is None else reading.read(reading.cell(alone))
            if value is not None or name not in fields:
                fields[name] = value
        if self.origin:
            fields |= self.origin.of(rows) or {}
        if self.attributes:
            fields["attributes"] = {
                name: text for name, reading in self.attributes if (text := reading.of(rows)) is not None
            }
        if self.lines:
            fields["lines"] = tuple(map(self.lines.line, lines))
        for name, column in self.needed:
            if not fields[name]:
                raise _empty(name, column)
        return self.body(**fields)

    def chosen(self, rows: Sequence[Row]) -> Sequence[int]:
        """The indexes of the rows for which the conditions hold."""
        return chosen(rows, range(len(rows)), self.when)


_READY: dict[int, tuple[Mapping, tuple[Maker, ...]]] = {}


def makers_of(mapping: Mapping) -> tuple[Maker, ...]:
    """The makers of a mapping's targets, in the order in which legs are made; made once for each mapping.

    Raises Rejected where a constant or a listed value cannot be what its field is: `read_mapping` refuses such a one.
    """
    # A mapping holds dicts and so cannot be a key itself; what is kept beside it keeps its address its own.
    kept = _READY.get(id(mapping))
    if kept is None:
        if len(_READY) >= KEPT:
            _READY.clear()
        made = tuple(maker_of(mapping, name, target) for name, _, target in targets_of(mapping))
        kept = _READY[id(mapping)] = (mapping, made)
    return kept[1]


def maker_of(mapping: Mapping, name: str, target: Target) -> Maker:
    """The maker of one target. Raises Rejected as `makers_of`."""
    sources = fields_of(mapping, name, target)
    fixed: dict[str, Any] = {"program": mapping.program}
    if isinstance(target, EventFrom):
        fixed["kind"] = target.kind
    fixed |= {
        field: constant_of(field, source, mapping)
        for field, source in sources.items()
        if source.constant is not None
    }
    readings = tuple(
        (field, reading_of(field, source, mapping))
        for field, source in sources.items()
        if source.column is not None or source.columns
    )
    columns = {field: reading.column for field, reading in readings}
    form = TARGETS[name]
    return Maker(
        name=name,
        body=form.body,  # type: ignore[arg-type]  # lines are no target
        target=target,
        when=tuple(condition_of(condition, mapping) for condition in conditions(target)),
        fixed=fixed,
        keyed=tuple(field for field, source in sources.items() if source.row),
        readings=readings,
        origin=origin_of(target.origin) if isinstance(target, EventFrom) and target.origin else None,
        attributes=tuple((said, attribute_of(column)) for said, column in target.attributes.items()),
        lines=_line_maker(mapping, target),
        needed=tuple((field, columns[field]) for field in form.required if field in columns),
    )


def chosen(rows: Sequence[Row], among: Sequence[int], when: Sequence[Condition]) -> Sequence[int]:
    """Those of some indexes for whose rows all conditions hold. Raises KeyError for a missing column."""
    for holds in when:
        among = [at for at in among if holds(rows[at])]
    return among


def conditions(target: Target | LinesFrom) -> tuple[When, ...]:
    """The conditions of a target or of lines, also where a single one stands without brackets."""
    return (target.when,) if isinstance(target.when, When) else target.when


def _line_maker(mapping: Mapping, target: Target) -> LineMaker | None:
    if not isinstance(target, EventFrom) or target.lines is None:
        return None
    fields = target.lines.fields
    return LineMaker(
        when=tuple(condition_of(condition, mapping) for condition in conditions(target.lines)),
        readings=tuple(
            (name, reading_of(name, source, mapping))
            for name, source in fields.items()
            if source.constant is None
        ),
        fixed={name: source.constant for name, source in fields.items() if source.constant is not None},
    )


def _empty(field: str, column: str) -> Exception:
    return schema(
        column,
        "",
        f"the cell with the {'time' if field.endswith('_at') else f'`{field}`'} is empty",
        "fill it in, or leave rows without it out with `when`",
    )
