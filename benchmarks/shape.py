"""What a seeded crowd does, drawn by the column: who came when, through whom, with what, and what they bought.

97 in 100 rows are clicks, 2 leads, 1 a purchase. A visitor comes about four times: mostly within half an hour, else
again after days. Partners follow Zipf's law. What a visitor is like (device, browser, country, favourite partner) comes
of its number, so that a period can be drawn day by day, in bounded memory, and a visitor of one day is known the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FIRST: Final = date(2026, 3, 2)
DAY_US: Final = 86_400_000_000
PER_VISITOR: Final = 4
AGAIN: Final = 0.4
"""Of the touches, how many are of a visitor who comes back after days."""
BACK_AFTER_DAYS: Final = 6
FAITHFUL: Final = 0.7
"""How many touches come through the visitor's favourite partner."""
LEADS_IN: Final = 12
BUYERS_IN: Final = 24
ACTS: Final = 0.2475
"""One visitor in twelve leaves a lead, one in twenty-four buys, each at a quarter of the touches: 97 : 2 : 1."""

DEVICES: Final = (("mobile", 0.58), ("desktop", 0.36), ("tablet", 0.06))
BROWSERS: Final = (("chrome", 0.55), ("safari", 0.27), ("firefox", 0.08), ("edge", 0.07), ("other", 0.03))
COUNTRIES: Final = tuple(
    (code, 1 / (n + 1)) for n, code in enumerate("DE AT CH NL FR GB PL IT ES SE DK US".split())
)
KINDS: Final = ("content", "affiliate", "creator", "agency", "integration")
CHANNELS: Final = ("email", "search", "social", "direct-mail")
CAMPAIGNS: Final = tuple(f"campaign-{n}" for n in range(20))
PAGES: Final = tuple(f"/products/{n}" for n in range(2_000))
SUB_IDS: Final = 20_000
HOUSE: Final = 0.12
"""How many touches come through a channel of the house,"""
NOBODY: Final = 0.03
"""through nobody who is known,"""
BOTS: Final = 0.02
"""and how many visitors are known bots."""
BY_LINK: Final = 0.8
BY_CODE: Final = 0.15
WITH_SUB_ID: Final = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How much there is of what: everything that is drawn follows from these."""

    touches: int
    partners: int = 5_000
    days: int = 90
    seed: int = 1

    @property
    def start_us(self) -> int:
        """The first moment, in microseconds since 1970."""
        return (FIRST - date(1970, 1, 1)).days * DAY_US

    @property
    def until(self) -> date:
        """The day after the last."""
        return FIRST + timedelta(days=self.days)

    def touches_of_day(self, day: int) -> int:
        """How many touches the nth day has."""
        return self.touches * (day + 1) // self.days - self.touches * day // self.days


@dataclass(frozen=True, kw_only=True, slots=True)
class Touches:
    """Touches in order of time. Numbers stand for things: -1 where there is none."""

    at: Ints
    visitor: Ints
    partner: Ints
    channel: Ints
    by: Ints
    """0: the partner's link, 1: the partner's code, 2: neither."""
    campaign: Ints
    device: Ints
    browser: Ints
    country: Ints
    returning: Ints
    page: Ints
    sub_id: Ints
    bot: Ints

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Any) -> Touches:
        """Some of the rows."""
        return replace(self, **{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcomes:
    """Leads and purchases that touches led to. `touch`: the row of the touch."""

    at: Ints
    touch: Ints
    visitor: Ints
    minor: Ints
    """The amount in minor units; 0 for a lead."""


class Drawer:
    """Draws touches and what comes of them. The same shape and day give the same rows, whatever was drawn before."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._partners, self._pages = _zipf(shape.partners), _zipf(len(PAGES))
        self._sub_ids = _zipf(SUB_IDS)

    def day(self, day: int) -> Touches:
        """The touches of the nth day."""
        return self.between(day, day + 1, self.shape.touches_of_day(day))

    def between(self, first: int, end: int, count: int) -> Touches:
        """So many touches between two days, the second not included."""
        chance = np.random.default_rng((self.shape.seed, first, end))
        at = np.sort(chance.integers(first * DAY_US, end * DAY_US, count))
        again = chance.random(count) < AGAIN
        visitor = self._visitors(at, again, chance)
        who = _hashed(visitor)
        partner, channel = self._sources(who, chance)
        by = np.where(partner < 0, 2, np.searchsorted((BY_LINK, BY_LINK + BY_CODE), chance.random(count)))
        sub_id = np.where(
            (by == 0) & (chance.random(count) < WITH_SUB_ID), _pick(self._sub_ids, chance.random(count)), -1
        )
        return Touches(
            at=at + self.shape.start_us,
            visitor=visitor,
            partner=partner,
            channel=channel,
            by=by,
            campaign=np.where(by < 2, partner % len(CAMPAIGNS), -1),
            device=_pick(_cumulated([share for _, share in DEVICES]), _fraction(who, 1)),
            browser=_pick(_cumulated([share for _, share in BROWSERS]), _fraction(who, 2)),
            country=_pick(_cumulated([share for _, share in COUNTRIES]), _fraction(who, 3)),
            returning=again.astype(np.int64),
            page=_pick(self._pages, chance.random(count)),
            sub_id=sub_id,
            bot=(_fraction(who, 4) < BOTS).astype(np.int64),
        )

    def outcomes(self, touches: Touches, *, one_in: int, day: int) -> Outcomes:
        """What one visitor in so many does at a quarter of the touches, half an hour (a lead) or a day after."""
        chance = np.random.default_rng((self.shape.seed, day, one_in))
        acts = (
            (chance.random(len(touches)) < ACTS) & acts_at_all(touches.visitor, one_in) & (touches.bot == 0)
        )
        rows = np.flatnonzero(acts)
        hours = 0.5 if one_in == LEADS_IN else 24.0
        later = (chance.exponential(hours, len(rows)) * DAY_US / 24).astype(np.int64) + 1_000_000
        minor = (
            chance.integers(500, 20_000, len(rows)) if one_in == BUYERS_IN else np.zeros(len(rows), np.int64)
        )
        return Outcomes(at=touches.at[rows] + later, touch=rows, visitor=touches.visitor[rows], minor=minor)

    def _visitors(self, at: Ints, again: NDArray[np.bool_], chance: np.random.Generator) -> Ints:
        # Visitors are numbered by when they first came; who comes at a moment first came a little or some days ago.
        ago = np.where(again, chance.exponential(BACK_AFTER_DAYS, len(at)) * DAY_US, 0)
        visitors = self.shape.touches / PER_VISITOR
        half_an_hour = chance.random(len(at)) * DAY_US / 48
        first = (at - ago - half_an_hour) / (self.shape.days * DAY_US) * visitors
        return np.asarray(np.floor(first), dtype=np.int64)

    def _sources(self, who: NDArray[np.uint64], chance: np.random.Generator) -> tuple[Ints, Ints]:
        faithful, through = chance.random(len(who)) < FAITHFUL, chance.random(len(who))
        partner = _pick(self._partners, np.where(faithful, _fraction(who, 5), chance.random(len(who))))
        house = (through >= NOBODY) & (through < NOBODY + HOUSE)
        channel = np.where(house, chance.integers(0, len(CHANNELS), len(who)), -1)
        return np.where(through < NOBODY + HOUSE, -1, partner), channel


def acts_at_all(visitor: Ints, one_in: int) -> NDArray[np.bool_]:
    """Whether visitors are of those who buy or leave a lead at all; who buys leaves leads, too."""
    return np.asarray(_hashed(visitor) % np.uint64(one_in) == 0)


def texts_of(numbers: Ints, salt: int = 0) -> NDArray[np.uint8]:
    """Eight bytes for each number that look like chance: what a tracker names visitors by."""
    return _hashed(numbers * 31 + salt).view(np.uint8).reshape(-1, 8)


def _hashed(numbers: Ints) -> NDArray[np.uint64]:
    """splitmix64: as good as chance, and the same for the same number."""
    with np.errstate(over="ignore"):
        mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _fraction(who: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    return np.asarray(_hashed(who.view(np.int64) + salt) >> np.uint64(11)) / 2.0**53


def _zipf(many: int) -> NDArray[np.float64]:
    return _cumulated([1 / (rank + 1) for rank in range(many)])


def _cumulated(weights: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(np.cumsum(weights) / sum(weights))


def _pick(cumulated: NDArray[np.float64], chance: NDArray[np.float64]) -> Ints:
    return np.minimum(np.searchsorted(cumulated, chance, side="right"), len(cumulated) - 1)
