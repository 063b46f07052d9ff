"""Rows of NDJSON: one object a line, flattened; the digits of its numbers stay as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tallystick.tracking.imports.reading.flat import flattened
from tallystick.tracking.imports.reading.lines import Block, TooLong
from tallystick.tracking.imports.reading.rows import Row

# Numbers with a point or an exponent stay text: a float would change 1.10, and make 1e999 infinite.
_OBJECTS: Final = msgspec.json.Decoder(dict[str, object], float_hook=str)


def json_rows(blocks: Iterable[Block], *, member: str) -> Iterator[Row]:
    """All lines but blank ones. One that is no object, or cannot be flat, comes without cells; a long one clipped."""
    line = 0
    for block in blocks:
        if isinstance(block, TooLong):
            line += 1
            yield Row(line, None, block.head, block.size, member)
            continue
        # The end of the last line begins no other one.
        for raw in block.removesuffix(b"\n").split(b"\n"):
            line += 1
            if bare := raw.strip():
                yield Row(line, cells_of(bare), bare, None, member)


def cells_of(line: bytes) -> dict[str, str] | None:
    """An object as cells; None where a line is none, or none that can be flattened.

    So is one with a whole number of more digits than Python reads (4,300).
    """
    try:
        return flattened(_OBJECTS.decode(line), _text)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
