"""Fitting a preset's mapping to the columns that a file really has. Pure. Identifier: IMPORT-PRESET."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Final, TypeVar

from msgspec.structs import replace

from tallystick.tracking.events.demands import OWNED, OWNER_FIELDS, SOMEBODY, named_in
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, LinesFrom, Mapping, Target, When
from tallystick.tracking.events.mapping.targets import TARGETS, fields_of
from tallystick.tracking.imports.presets.form import Note, Preset, fold

AnyTarget = TypeVar("AnyTarget", bound=Target)
Columns = Callable[[str], str | None]

TIMES: Final = ("occurred_at", "earned_at", "ordered_at", "on")
"""The fields that say when a thing was, of whatever sort it is."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A preset with its mapping in the words of a file. fit: from 80 to 99, by how much of the preset is there."""

    preset: Preset
    mapping: Mapping
    notes: tuple[Note, ...]
    fit: int


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A preset on its way into the words of a file. find: the file's name of a column, or None."""

    preset: Preset
    find: Columns
    today: str
    shared: dict[str, FieldFrom] = field(default_factory=dict)
    notes: dict[tuple[str, str], Note] = field(default_factory=dict)


def fit(preset: Preset, columns: Sequence[str], *, today: str) -> Fitted | None:
    """The preset's mapping with the columns of a file, or None where the file is another export.

    The columns that the file does not have fall away with what cannot be without them. A time that it does not have
    becomes a constant, `today`, and a person is told to look; a partner becomes a name that nobody has, so that the
    rows wait until a person says whose they are. Words in tables of values and in conditions are known in small
    letters, in capitals, and with a capital in front. Identifier: IMPORT-PRESET.
    """
    find = _finder(columns, preset.header.spellings)
    if not all(map(find, preset.needs)):
        return None
    fitting = _Fitting(preset, find, today)
    fitting.shared.update(_fields(preset.mapping.fields, find))
    parts = {name: tuple(_targets(name, fitting)) for name in TARGETS}
    if not any(parts.values()):
        return None
    known = {name for list_name, targets in parts.items() if targets for name in TARGETS[list_name].fields}
    mapping = replace(
        preset.mapping,
        key=_key(preset.mapping.key, find),
        group_by=_key(preset.mapping.group_by, find),
        fields={name: source for name, source in fitting.shared.items() if name in known},
        **parts,
    )
    return Fitted(preset, mapping, (*fitting.notes.values(), *_says(preset, find)), _fit(preset, find))


def _fit(preset: Preset, find: Columns) -> int:
    """The share of its columns that are there, and of two whole ones that of more columns."""
    asked = columns_of(preset.mapping)
    there = sum(1 for column in asked if find(column))
    return 80 + 10 * there // len(asked) + min(there, 9)


def _finder(columns: Sequence[str], spellings: Dict[str, tuple[str, ...]]) -> Columns:
    """Name in the preset → name in the file. Of two columns that fold alike the first one counts."""
    there = {fold(column): column for column in reversed(columns)}

    def find(name: str) -> str | None:
        folded = map(fold, (name, *spellings.get(name, ())))
        return next((there[name] for name in folded if name in there), None)

    return find


def _key(columns: Sequence[str], find: Columns) -> tuple[str, ...]:
    """The columns of a key; none where the first, the platform's own id, is not there."""
    found = [find(column) for column in columns]
    return tuple(dict.fromkeys(filter(None, found))) if found and found[0] else ()


def _fields(fields: Dict[str, FieldFrom], find: Columns) -> Iterator[tuple[str, FieldFrom]]:
    for name, source in fields.items():
        values = source.values and {
            spelt: text for cell, text in source.values.items() for spelt in _cases(cell)
        }
        if source.columns:
            there = tuple(dict.fromkeys(filter(None, map(find, source.columns))))
            if len(there) == 1:
                yield name, replace(source, column=there[0], columns=())
            elif there:
                yield name, replace(source, columns=there)
        elif source.column is None:
            yield name, source
        elif column := find(source.column):
            yield name, replace(source, column=column, values=values)


def _cases(cell: str) -> tuple[str, ...]:
    """A status as files write it: `paid`, `Paid`, `PAID`."""
    return tuple(dict.fromkeys((cell, cell.lower(), cell.capitalize(), cell.upper())))


def _targets(name: str, fitting: _Fitting) -> Iterator[Target]:
    for target in getattr(fitting.preset.mapping, name):
        there = _in_words_of_file(target, fitting.find)
        if there and (whole := _whole(name, there, fitting)):
            yield whole


def _in_words_of_file(target: AnyTarget, find: Columns) -> AnyTarget | None:
    """The target with the file's columns; None where a condition asks for one that is not there.

    What a row must not be, it is not where there is no such column.
    """
    given = (target.when,) if isinstance(target.when, When) else target.when
    asked = [(condition, find(condition.column)) for condition in given]
    if any(column is None and not condition.is_not for condition, column in asked):
        return None
    changed = replace(
        target,
        when=tuple(_condition(condition, column) for condition, column in asked if column),
        fields=dict(_fields(target.fields, find)),
        attributes={name: there for name, column in target.attributes.items() if (there := find(column))},
    )
    if isinstance(changed, EventFrom) and changed.lines:
        lines = LinesFrom(fields=dict(_fields(changed.lines.fields, find)))
        return replace(changed, lines=lines)
    return changed


def _condition(condition: When, column: str) -> When:
    cells = dict.fromkeys(spelt for cell in condition.is_in for spelt in _cases(cell))
    return replace(condition, column=column, is_in=tuple(cells))


def _whole(name: str, target: Target, fitting: _Fitting) -> Target | None:
    """The target with all that it must have, as far as something can stand in for it; None where nothing can."""
    has = fields_of(Mapping(name="shared", fields=fitting.shared), name, target).keys()
    added: dict[str, FieldFrom] = {}
    for group in _needed(name, target):
        if has & set(group):
            continue
        source, why = _stand_in(name, target, group, fitting)
        fitting.notes.setdefault((group[0], why), Note(group[0], "", why, must_look=True))
        if source is None:
            return None
        added[group[0]] = source
    return replace(target, fields={**target.fields, **added})


def _needed(name: str, target: Target) -> Iterator[tuple[str, ...]]:
    """The fields without which a target is nothing: one of each group."""
    yield from ((field,) for field in TARGETS[name].required)
    if isinstance(target, EventFrom):
        yield named_in(target.kind)
        if target.kind in OWNED and not target.origin:
            yield OWNER_FIELDS


def _stand_in(
    name: str, target: Target, group: Sequence[str], fitting: _Fitting
) -> tuple[FieldFrom | None, str]:
    """What stands for a field that the file has no column for, if anything can, and what people are told."""
    platform = fitting.preset.platform
    if group[0] in TIMES:
        return FieldFrom(constant=fitting.today), (
            f"this export of {platform} names no time: every row is dated on this day. Export again with the date, or "
            "write the day that is right"
        )
    if group == SOMEBODY:
        return FieldFrom(
            row=True
        ), f"this export of {platform} says nothing of who bought: each row is somebody else"
    if (name, *group) == ("commissions", "partner"):
        return FieldFrom(constant=f"not named by {platform}"), (
            f"this export of {platform} does not say whose the rows are: they wait until somebody says so. Export "
            "again with the partner's column, or name the partner here"
        )
    what = f"event of kind {target.kind}" if isinstance(target, EventFrom) else name.removesuffix("s")
    return (
        None,
        f"no {what} is made of the rows: the file has no column for {' or '.join(group)}. The rows are kept",
    )


def _says(preset: Preset, find: Columns) -> Iterator[Note]:
    sources = [preset.mapping.fields]
    sources += [target.fields for name in TARGETS for target in getattr(preset.mapping, name)]
    for name, text in (*preset.header.says.items(), *preset.header.asks.items()):
        column = next((fields[name].column for fields in sources if name in fields), name)
        yield Note(name, (column and find(column)) or "", text, must_look=name in preset.header.asks)
