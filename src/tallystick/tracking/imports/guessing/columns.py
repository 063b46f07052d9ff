"""The columns of a file with what their cells show. Pure. Identifier: IMPORT-GUESS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from tallystick.kit.currencies import DIGITS
from tallystick.tracking.imports.guessing.numbers import NumberShape, number_shape
from tallystick.tracking.imports.guessing.times import TimeShape, time_shape

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_FLAGS: Final = frozenset(
    "yes no true false y n t f 1 0 ja nein j oui non o si sì sí nee sim não vero falso verdadero wahr falsch".split()
)
_FEW: Final = 12
_MOST: Final = 0.9


@dataclass(frozen=True)
class Column:
    """A column: its name, and its cells in the sampled rows. month_first: how the brand's country writes `3/4/2026`."""

    name: str
    cells: tuple[str, ...]
    month_first: bool = False

    @cached_property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)

    @cached_property
    def distinct(self) -> frozenset[str]:
        return frozenset(self.filled)

    @property
    def has_gaps(self) -> bool:
        return len(self.filled) < len(self.cells)

    @property
    def is_unique(self) -> bool:
        """Whether every row has a cell of its own here."""
        return bool(self.cells) and len(self.distinct) == len(self.cells)

    @property
    def repeats(self) -> bool:
        return len(self.distinct) < len(self.filled)

    @cached_property
    def time(self) -> TimeShape | None:
        return time_shape(self.filled, month_first=self.month_first)

    @cached_property
    def number(self) -> NumberShape | None:
        return number_shape(self.filled)

    @cached_property
    def is_flag(self) -> bool:
        return bool(self.filled) and {cell.lower() for cell in self.distinct} <= _FLAGS

    @cached_property
    def is_email(self) -> bool:
        return self._mostly(lambda cell: _EMAIL.fullmatch(cell) is not None)

    @cached_property
    def is_url(self) -> bool:
        return self._mostly(lambda cell: _URL.fullmatch(cell) is not None)

    @cached_property
    def is_currency(self) -> bool:
        return self._mostly(lambda cell: cell.upper() in DIGITS)

    @property
    def is_few(self) -> bool:
        """Whether it holds a handful of words that come again and again."""
        return 0 < len(self.distinct) <= _FEW and self.repeats

    @property
    def is_whole(self) -> bool:
        """Whether its numbers are counts."""
        return self.number is not None and self.number.places == 0

    def holds(self, known: frozenset[str]) -> bool:
        """Whether nearly all its cells are among some known ones."""
        return bool(known) and self._mostly(known.__contains__)

    def _mostly(self, is_one: Callable[[str], bool]) -> bool:
        if not self.filled:
            return False
        return sum(1 for cell in self.filled if is_one(cell)) >= _MOST * len(self.filled)


def columns_of_rows(
    names: Sequence[str], rows: Sequence[Mapping[str, str]], *, month_first: bool = False
) -> tuple[Column, ...]:
    """The columns of some sampled rows."""
    return tuple(
        Column(name, tuple(row.get(name, "").strip() for row in rows), month_first) for name in names
    )
