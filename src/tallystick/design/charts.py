"""Where the marks of an interval chart lie. Pure.

Positions are percentages of the drawing's width as SVG attributes take them: no inline style, no script, and round
dots at every width.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10
from typing import Final

_STEPS: Final = (1, 2, 2.5, 5, 10)
_FEWEST_TICKS: Final = 3
_SMALLEST_TOP: Final = 0.01


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from 0 to `top`, and the values that are labelled on it."""

    top: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> str:
        """The place of a value: `"42.5%"`; what lies outside is drawn at the edge."""
        return f"{100 * min(max(value / self.top, 0.0), 1.0):.2f}%"

    def length(self, low: float, high: float) -> str:
        """The width between two values; something is never drawn as nothing."""
        low, high = (min(max(value / self.top, 0.0), 1.0) for value in (low, high))
        return f"{max(100 * (high - low), 0.4):.2f}%"


def axis(values: Iterable[float]) -> Axis:
    """The scale that shows all of the values, with three to five round labels. Never shorter than 0–1 %."""
    highest = max([*values, _SMALLEST_TOP])
    rough = highest / _FEWEST_TICKS
    power = 10 ** floor(log10(rough))
    step = max(size * power for size in _STEPS if size * power <= rough * (1 + 1e-9))
    return Axis(highest * 1.04, tuple(step * n for n in range(int(highest / step + 1e-9) + 1)))


@dataclass(frozen=True, slots=True)
class Tick:
    """A label of an axis: where, what, and which way its text runs so that it stays inside."""

    x: str
    value: float
    anchor: str


def ticks(scale: Axis) -> tuple[Tick, ...]:
    """The labels of a scale."""
    return tuple(
        Tick(scale.at(value), value, "start" if n == 0 else "end" if value > 0.9 * scale.top else "middle")
        for n, value in enumerate(scale.ticks)
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """An interval with its point, in places of a scale."""

    start: str
    width: str
    point: str


def mark(scale: Axis, low: float, point: float, high: float) -> Mark:
    """The places of an interval and of the point inside it."""
    return Mark(scale.at(low), scale.length(low, high), scale.at(point))
