"""The table of a file's columns, and the mapping that it says. Pure.

A mapping can say more than a table: conditions, tables of values, several columns for one field. The table shows that
in words and leaves it as it is, until a person sets a column to something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from tallystick.kit import kinds
from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, ReadAs, Target
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.makers import conditions
from tallystick.tracking.events.mapping.targets import DAYS, MONEY, TARGETS, TIMES, targets_of

NOT_USED: Final = ""
KEPT: Final = "keep"
AS_IT_IS: Final = "="
"""What stands in the select of a column beside the names of fields: nothing is made of it, it is kept as an attribute
under its own name, it stays what the mapping says already.
"""

WHEN: Final = (*TIMES, *DAYS)
MINOR: Final = "minor"
OTHERS: Final = tuple(name for name in TARGETS if name != "events")
"""What a row can stand for beside events."""

Made = TypeVar("Made", bound=Target)


class BadTable(Foreseen, ValueError):
    """A table that says two things at once; the message says which."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Use:
    """What a mapping does with a column. fields, attributes: names it goes to. in_lines: fields of an order's lines.

    decides: a `when` or an `origin` asks it. joined: it is one of several columns of a field.
    """

    fields: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    in_lines: tuple[str, ...] = ()
    decides: bool = False
    joined: bool = False

    @property
    def token(self) -> str:
        """What the select of the column stands on."""
        if not (self.fields or self.attributes or self.in_lines):
            return AS_IT_IS if self.decides else NOT_USED
        if self.in_lines or self.joined:
            return AS_IT_IS
        if len(self.fields) == 1 and not self.attributes:
            return self.fields[0]
        return KEPT if not self.fields else AS_IT_IS


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A table as a person has filled it in.

    uses: column → what stands in its select. written: column → how it is written: of a time its format, of an amount
    MINOR; empty for the plain way. constants: field → text. without: places of targets to leave out (`events.0`). also:
    one more thing that a row stands for: a kind of event, or one of OTHERS.
    """

    name: str
    program: str | None = None
    uses: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    zone: str = "UTC"
    decimal: str = "."
    reading: ReadAs = field(default_factory=ReadAs)
    constants: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    also: str = ""


def use_of(mapping: RowMapping, column: str) -> Use:
    """What a mapping does with a column of the file."""
    fields: dict[str, None] = {}
    attributes: dict[str, None] = {}
    in_lines: dict[str, None] = {}
    decides = joined = False
    for sources in _all_fields(mapping):
        for name, source in sources.items():
            if column == source.column:
                fields[name] = None
            elif column in source.columns:
                fields[name], joined = None, True
    for _place, target in targets(mapping):
        attributes |= {name: None for name, of in target.attributes.items() if of == column}
        decides |= any(condition.column == column for condition in conditions(target))
        if isinstance(target, EventFrom):
            decides |= bool(target.origin and target.origin.column == column)
            said = target.lines.fields if target.lines else {}
            in_lines |= {name: None for name, source in said.items() if source.column == column}
    return Use(tuple(fields), tuple(attributes), tuple(in_lines), decides, joined)


def targets(mapping: RowMapping) -> list[tuple[str, Target]]:
    """Everything that a row stands for, each with its place: `events.0`, `partners.0`."""
    return [(f"{name}.{number - 1}", target) for name, number, target in targets_of(mapping)]


def fields_offered(mapping: RowMapping) -> tuple[str, ...]:
    """The fields that a column can go to: those of anything that a row stands for, the time first."""
    known: dict[str, None] = {}
    for place, _target in targets(mapping):
        known |= dict.fromkeys(TARGETS[place.partition(".")[0]].fields)
    return tuple(dict.fromkeys((*(name for name in WHEN if name in known), *known)))


def written_of(mapping: RowMapping, column: str) -> str:
    """How a column is written: the format of a time, MINOR of an amount that counts minor units."""
    for sources in _all_fields(mapping):
        for source in sources.values():
            if source.column == column:
                return MINOR if source.minor else source.format or ""
    return ""


def constants_of(mapping: RowMapping) -> dict[str, str]:
    """The fields that are the same in every row."""
    return {name: source.constant for name, source in mapping.fields.items() if source.constant is not None}


def put(mapping: RowMapping, asked: Asked) -> RowMapping:
    """The mapping with everything changed that the table says otherwise. Raises BadTable."""
    made = replace(
        _left_out(_with(mapping, asked.also), asked.without),
        name=asked.name,
        program=asked.program,
        key=asked.key,
        group_by=asked.group_by,
        zone=asked.zone,
        decimal=asked.decimal,
        reading=asked.reading,
    )
    changed = {
        column: token
        for column, token in asked.uses.items()
        if token != AS_IT_IS and token != use_of(mapping, column).token
    }
    for column in changed:
        made = _without(made, column)
    made = _with_constants(made, asked.constants)
    for column, token in changed.items():
        made = _going_to(made, column, token)
    for column, written in asked.written.items():
        made = _written(made, column, written)
    return made


def _all_fields(mapping: RowMapping) -> Iterable[Mapping[str, FieldFrom]]:
    return (mapping.fields, *(target.fields for _place, target in targets(mapping)))


def _with(mapping: RowMapping, also: str) -> RowMapping:
    if not also:
        return mapping
    if also in kinds.ALL:
        return replace(mapping, events=(*mapping.events, EventFrom(kind=also)))
    if also not in OTHERS:
        raise BadTable("%(what)r is nothing that a row can stand for", what=also)
    return replace(mapping, **{also: (*getattr(mapping, also), Target())})


def _left_out(mapping: RowMapping, places: Iterable[str]) -> RowMapping:
    gone = set(places)
    return replace(
        mapping,
        **{
            name: tuple(
                target
                for number, target in enumerate(getattr(mapping, name))
                if f"{name}.{number}" not in gone
            )
            for name in TARGETS
        },
    )


def _everywhere(mapping: RowMapping, change: Callable[[Any], Any]) -> RowMapping:
    """The mapping with every target changed."""
    return replace(mapping, **{name: tuple(map(change, getattr(mapping, name))) for name in TARGETS})


def _without(mapping: RowMapping, column: str) -> RowMapping:
    """The mapping that makes nothing of a column; what asks it for a condition still does."""

    def freed(target: Made) -> Made:
        changes: dict[str, Any] = {
            "fields": _freed(target.fields, column),
            "attributes": {name: of for name, of in target.attributes.items() if of != column},
        }
        if isinstance(target, EventFrom):
            if target.origin and target.origin.column == column:
                changes["origin"] = None
            if target.lines:
                changes["lines"] = replace(target.lines, fields=_freed(target.lines.fields, column))
        return replace(target, **changes)

    return replace(_everywhere(mapping, freed), fields=_freed(mapping.fields, column))


def _freed(sources: Mapping[str, FieldFrom], column: str) -> dict[str, FieldFrom]:
    kept = {}
    for name, source in sources.items():
        rest = tuple(each for each in source.columns if each != column)
        if source.column != column and (rest or not source.columns):
            kept[name] = replace(source, columns=rest) if rest != source.columns else source
    return kept


def _going_to(mapping: RowMapping, column: str, token: str) -> RowMapping:
    if token == NOT_USED:
        return mapping
    if token == KEPT:
        return _everywhere(
            mapping, lambda each: replace(each, attributes={**each.attributes, column: column})
        )
    if token not in fields_offered(mapping):
        raise BadTable("%(field)r is no field of what a row stands for here", field=token)
    there = _feeding(mapping, token)
    if there:
        raise BadTable(
            "two columns go to one field: %(first)r and %(second)r; set one of them to something else",
            first=there[0],
            second=column,
        )
    return replace(mapping, fields={**mapping.fields, token: FieldFrom(column=column)})


def _feeding(mapping: RowMapping, name: str) -> Sequence[str]:
    """What a field comes from already: columns, or a constant."""
    return [
        source.column or " ".join(source.columns) or source.constant or ""
        for sources in _all_fields(mapping)
        for of, source in sources.items()
        if of == name and not source.row
    ]


def _with_constants(mapping: RowMapping, constants: Mapping[str, str]) -> RowMapping:
    rest = {name: source for name, source in mapping.fields.items() if source.constant is None}
    for name, text in constants.items():
        if name in rest and not rest[name].row:
            raise BadTable(
                "%(field)r is the same in every row and comes from the column %(column)r too",
                field=name,
                column=rest[name].column or " ".join(rest[name].columns),
            )
        rest[name] = FieldFrom(constant=text)
    return replace(mapping, fields=rest)


def _written(mapping: RowMapping, column: str, written: str) -> RowMapping:
    def rewritten(sources: Mapping[str, FieldFrom]) -> dict[str, FieldFrom]:
        return {name: _source(name, source) for name, source in sources.items()}

    def _source(name: str, source: FieldFrom) -> FieldFrom:
        if source.column != column:
            return source
        if name in WHEN:
            return replace(source, format=written or None)
        return replace(source, minor=written == MINOR) if name in MONEY else source

    own = _everywhere(mapping, lambda target: replace(target, fields=rewritten(target.fields)))
    return replace(own, fields=rewritten(mapping.fields))
