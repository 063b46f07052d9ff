"""A mapping as TOML that people read and change: one field a line, long tables in sections of their own. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import Any, Final

import msgspec
import tomli_w

from tallystick.tracking.events.mapping.form import Mapping

WIDTH: Final = 110
SECTIONS: Final = ("reading", "fields")
"""Tables of the head that always are sections of their own."""
ORDER: Final = ("kind", "when", "origin", "fields", "attributes", "lines")
"""How the parts of a target follow each other: what it is, of which rows, from which columns."""


def mapping_text(mapping: Mapping) -> str:
    """The TOML text of a mapping. Guarantee: read again, it is the same mapping."""
    table = msgspec.to_builtins(mapping)
    head, sections = [], []
    for key, value in table.items():
        if isinstance(value, tuple) and value and isinstance(value[0], dict):
            targets = [{part: target[part] for part in ORDER if part in target} for target in value]
            sections += ["\n".join(_table(target, (key,), f"[[{key}]]")) for target in targets]
        elif key in SECTIONS:
            sections += ["\n".join(_table(value, (key,), f"[{key}]"))] if value else []
        else:
            head += _entry((key,), value)
    return "\n\n".join(["\n".join(head), *sections]) + "\n"


def _table(table: Dict[str, Any], path: tuple[str, ...], header: str) -> Iterator[str]:
    """The lines of one section: what fits on a line, then what needs a section of its own."""
    yield header
    long: list[tuple[tuple[str, ...], Dict[str, Any]]] = []
    for names, value in _entries(table):
        if isinstance(value, dict) and len(_line(names, value)) > WIDTH:
            long.append((names, value))
        else:
            yield from _entry(names, value)
    for names, value in long:
        below = (*path, *names)
        yield ""
        yield from _table(value, below, f"[{_dotted(below)}]")


def _entries(table: Dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The entries of a table; those of its `fields` one by one, as `fields.order`."""
    for key, value in table.items():
        if key == "fields" and isinstance(value, dict) and value:
            yield from (((key, name), source) for name, source in value.items())
        else:
            yield (key,), value


def _entry(names: tuple[str, ...], value: Any) -> list[str]:
    """One entry on one line, or a long list with an item a line."""
    line = _line(names, value)
    if len(line) <= WIDTH or not isinstance(value, tuple):
        return [line]
    return [f"{_dotted(names)} = [", *(f"    {_inline(item)}," for item in value), "]"]


def _line(names: tuple[str, ...], value: Any) -> str:
    return f"{_dotted(names)} = {_inline(value)}"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(_line((key,), part) for key, part in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_inline, value))}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def _dotted(names: tuple[str, ...]) -> str:
    return ".".join(tomli_w.dumps({name: True}).removesuffix(" = true\n") for name in names)
