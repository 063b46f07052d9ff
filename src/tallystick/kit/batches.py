"""Cutting work into pieces: lists for databases that bound them, and steps of what is read as it comes."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeVar

SLICE: Final = 500
"""How many values go into one `IN (…)`: far below every database's limit, and measured no slower."""

Value = TypeVar("Value")


def slices(values: Collection[Value]) -> Iterator[list[Value]]:
    """The values in lists of at most SLICE, in the order given (sets are sorted, so that locks are taken in order)."""
    ordered = sorted(values) if isinstance(values, (set, frozenset)) else list(values)
    for start in range(0, len(ordered), SLICE):
        yield ordered[start : start + SLICE]


def chunks(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """The values in lists of `size`, the last one shorter, read only as far as they are asked for.

    When the values end in an error, those before it come first, as a shorter list; then the error is raised.
    """
    chunk: list[Value] = []
    try:
        for value in values:
            chunk.append(value)
            if len(chunk) == size:
                yield chunk
                chunk = []
    except Exception:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk
