"""Nested values as cells: `customer.email`, `lines.0.sku`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tallystick.tracking.inbox.wire import BODY_BYTES

_DEEPEST: Final = 64
_NESTED: Final = (dict, list)


class CannotBeFlat(ValueError):
    """Two values would have one name, or their names alone would be larger than a row may be."""


def flattened(row: Mapping[str, object], text_of: Callable[[object], str]) -> dict[str, str]:
    """All values of a row by the path that leads to them. Raises CannotBeFlat.

    text_of: a value that is neither a mapping nor a list as text. What is empty is an empty cell.
    """
    cells: dict[str, str] = {}
    size = 0
    for name, value in row.items():
        if isinstance(value, _NESTED):
            for path, leaf in _leaves(name, value, 1):
                size += len(path)
                if path in cells or size > BODY_BYTES:
                    raise CannotBeFlat
                cells[path] = text_of(leaf)
        elif name in cells:
            raise CannotBeFlat
        else:
            cells[name] = text_of(value)
    return cells


def _leaves(path: str, value: object, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        raise CannotBeFlat
    if isinstance(value, dict):
        parts = [(str(name), part) for name, part in value.items()]
    elif isinstance(value, list):
        parts = [(str(place), part) for place, part in enumerate(value)]
    else:
        yield path, value
        return
    if not parts:
        yield path, None
    for name, part in parts:
        yield from _leaves(f"{path}.{name}", part, depth + 1)
