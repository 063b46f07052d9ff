"""Files without a line of names: whether the first line is a row itself, and what the columns are called then. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tallystick.tracking.imports.guessing.columns import Column
from tallystick.tracking.imports.guessing.times import time_shape

_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")


def stands_for_itself(columns: Sequence[str]) -> bool:
    """Whether names of columns are cells: times and numbers, and hardly a word."""
    if len(columns) < 2:
        return False
    words = [name for name in columns if _LETTERS.search(name) and not time_shape([name]) and "@" not in name]
    cells = [name for name in columns if time_shape([name]) or re.fullmatch(r"[-+]?[\d.,]+", name)]
    return bool(cells) and len(words) * 2 < len(cells)


def names_for(columns: Sequence[Column]) -> tuple[str, ...]:
    """Names by what the cells are: the first time is the date, the last amount of money the amount."""
    names = [f"column_{number}" for number in range(1, len(columns) + 1)]
    free = list(range(len(columns)))

    def call(number: int, name: str) -> None:
        names[number] = name
        free.remove(number)

    if dated := [
        number for number in free if (time := columns[number].time) and time.format not in ("unix", "unix_ms")
    ]:
        call(dated[0], "date")
    if mails := [number for number in free if columns[number].is_email]:
        call(mails[0], "email")
    if sums := [number for number in free if (shape := columns[number].number) and shape.places]:
        call(sums[-1], "amount")
    if free and not mails and (first := free[0]) < len(columns):
        call(first, "customer")
    return tuple(names)
