"""Reading a mapping from its text, and refusing one that cannot be used: its head here, its targets beside. Pure."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import msgspec

from tallystick.tracking.events.demands import OWNER_FIELDS
from tallystick.tracking.events.mapping.field_checks import check_columns, check_zone
from tallystick.tracking.events.mapping.form import (
    BadMapping,
    EventFrom,
    FieldFrom,
    Mapping,
    ReadAs,
    Target,
)
from tallystick.tracking.events.mapping.makers import conditions
from tallystick.tracking.events.mapping.readers import column_named
from tallystick.tracking.events.mapping.target_checks import check_target
from tallystick.tracking.events.mapping.targets import TARGETS, fields_of, targets_of

FIELDS: Final = {name: form.fields for name, form in TARGETS.items()}
"""Name of a target → the fields that it can have, attributes apart; of events the kind stands beside them."""

KEPT: Final = 128
SEPARATORS: Final = ("tab", "spaces")
MOST_PARTS: Final = 100
# TRICKY: the parser's memory grows with the square of the parts of one key; a few thousand of them are gigabytes.
_DEEP_KEY: Final = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}"""
)


@lru_cache(maxsize=KEPT)
def read_mapping(text: str) -> Mapping:
    """Read and check a mapping from its TOML text; the same text gives the same mapping. Raises BadMapping."""
    mapping = parsed(text)
    check_mapping(mapping)
    return mapping


def parsed(text: str) -> Mapping:
    """A mapping from its TOML text, not yet checked. Raises BadMapping for a text that is none."""
    if _DEEP_KEY.search(text):
        raise BadMapping("a key has more than %(most)s parts with points between them", most=MOST_PARTS)
    try:
        return msgspec.convert(tomllib.loads(text), Mapping)
    except (tomllib.TOMLDecodeError, RecursionError, msgspec.ValidationError) as wrong:
        raise BadMapping(str(wrong)) from wrong


def check_mapping(mapping: Mapping) -> None:
    """Refuse a mapping that cannot be used. Raises BadMapping, which says where and what to write instead."""
    check_zone("zone", mapping.zone)
    if mapping.decimal not in (".", ","):
        raise BadMapping("`decimal` is %(decimal)r; it is the point or the comma", decimal=mapping.decimal)
    if mapping.key and mapping.group_by:
        raise BadMapping(
            "`key` and `group_by` are both given: rows with the same cells in `group_by` are one receipt, and "
            "these cells its key; leave `key` out"
        )
    check_columns("key", mapping.key)
    check_columns("group_by", mapping.group_by)
    _check_reading(mapping.reading)
    targets = list(targets_of(mapping))
    if not targets:
        raise BadMapping(
            "the mapping has no target: say what a row stands for with one of %(targets)s",
            targets=", ".join(f"[[{name}]]" for name in TARGETS),
        )
    _check_shared(mapping, {name for name, _, _ in targets})
    for name, number, target in targets:
        check_target(mapping, name, target, f"{name}[{number}]")
    _check_header(mapping)


def columns_of(mapping: Mapping) -> frozenset[str]:
    """Every column the mapping reads: a file without one of them cannot be read with it."""
    found = {*mapping.key, *mapping.group_by}
    for name, _, target in targets_of(mapping):
        found |= _columns(fields_of(mapping, name, target).values())
        found |= {condition.column for condition in conditions(target)} | set(target.attributes.values())
        if isinstance(target, EventFrom) and target.origin:
            found.add(target.origin.column)
        if isinstance(target, EventFrom) and target.lines:
            found |= _columns(target.lines.fields.values())
            found |= {condition.column for condition in conditions(target.lines)}
    return frozenset(found)


def column_in(mapping: Mapping, name: str, target: Target, field: str) -> str:
    """The column that a field of one target comes from; the field itself if none.

    field: also `attributes.plan` and `lines.quantity`. For the names of owners the column of `origin` serves, and for
    `partner` any column that says whose it is.
    """
    kind, _, part = field.partition(".")
    if kind == "attributes":
        return target.attributes.get(part, field)
    if kind == "lines" and isinstance(target, EventFrom) and target.lines:
        source = target.lines.fields.get(part)
        return (source and column_named(source)) or field
    sources = fields_of(mapping, name, target)
    for named in OWNER_FIELDS if field == "partner" and field not in sources else (field,):
        if named in sources and (column := column_named(sources[named])):
            return column
    if field in OWNER_FIELDS and isinstance(target, EventFrom) and target.origin:
        return target.origin.column
    return field


def _columns(sources: Iterable[FieldFrom]) -> set[str]:
    return {column for source in sources for column in (source.column, *source.columns) if column is not None}


def _check_shared(mapping: Mapping, names: Iterable[str]) -> None:
    """A shared field is one of some target's; of which it is none, it is not its own."""
    for field in mapping.fields:
        if not any(field in FIELDS[name] for name in names):
            raise BadMapping(
                "`fields` has %(field)r; fields of %(targets)s: %(fields)s",
                field=field,
                targets=", ".join(TARGETS[name].one for name in TARGETS if name in names),
                fields=", ".join(dict.fromkeys(one for name in names for one in FIELDS[name])),
            )


def _check_reading(reading: ReadAs) -> None:
    if reading.encoding is not None:
        try:
            # Python's own way to tell text encodings from base64 and the like.
            if not codecs.lookup(reading.encoding)._is_text_encoding:
                raise LookupError
        except (LookupError, ValueError):
            raise BadMapping(
                "`reading.encoding` is %(encoding)r, which is no encoding of text; write one such as utf-8, "
                "cp1252 or utf-16",
                encoding=reading.encoding,
            ) from None
    separator = reading.separator
    if separator is not None and separator not in SEPARATORS and not _is_separator(separator):
        raise BadMapping(
            "`reading.separator` is %(separator)r; write one character, or `tab`, or `spaces`",
            separator=separator,
        )
    check_columns("reading.header", reading.header)
    if reading.section == "":
        raise BadMapping("`reading.section` is empty; write the name between the brackets, or leave it out")


def _is_separator(text: str) -> bool:
    return len(text) == 1 and not text.isalnum() and text not in '"\r\n\0'


def _check_header(mapping: Mapping) -> None:
    missing = sorted(columns_of(mapping) - set(mapping.reading.header))
    if mapping.reading.header and missing:
        raise BadMapping(
            "`reading.header` has no column %(missing)s, which the mapping reads", missing=", ".join(missing)
        )
