"""The attribution models: each divides one path by whole weights, and says why a step has none.

A model looks only at steps in path order - never at partners, money or a database. It returns for
every step either a whole weight above zero or the reason for having none, with at least one weight
in every path that is not empty. `apportion` turns weights into shares. To add a model: write the
function, name it in MODELS, describe it in docs/explain/attribution.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from tallystick.measurement.attribution.rules.reasons import NoCredit

DECAY_UNITS = 10**18
"""The weight of the youngest touch under time decay; older ones are rounded to a whole part of it."""

_DECAY_CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_LN_2 = Decimal(2).ln(_DECAY_CONTEXT)


class UnknownModel(ValueError):
    """The name is not one of the attribution models."""


class TimesMissing(ValueError):
    """The model needs to know when each touch happened, and the path does not say."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a model may know of one touch. age: time from the touch to the conversion, None if unknown."""

    age: timedelta | None = None
    is_coupon: bool = False
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The numbers a model can be tuned with; the defaults are the documented ones.

    half_life_days: time_decay halves a touch's weight every so many days of 24 hours; above zero.
    position_weights: first touch, all touches between together, last touch; whole, >= 0, not all zero.
    """

    half_life_days: int | Decimal = 7
    position_weights: tuple[int, int, int] = (40, 20, 40)

    def __post_init__(self) -> None:
        if not 0 < self.half_life_days < 100_000:
            raise ValueError(f"A half-life is a number of days above 0, not {self.half_life_days!r}.")
        if min(self.position_weights) < 0 or not any(self.position_weights):
            raise ValueError(f"Position weights are >= 0 and not all zero, not {self.position_weights!r}.")


Weights = tuple[int | NoCredit, ...]
Model = Callable[[Sequence[Step], ModelSettings], Weights]


def last_touch(path: Sequence[Step], _settings: ModelSettings) -> Weights:
    """All to the last touch. Identifier: ATTR-LAST."""
    return _all_to(len(path) - 1, [NoCredit.NOT_LAST] * len(path))


def first_touch(path: Sequence[Step], _settings: ModelSettings) -> Weights:
    """All to the first touch. Identifier: ATTR-FIRST."""
    return _all_to(0, [NoCredit.NOT_FIRST] * len(path))


def linear(path: Sequence[Step], _settings: ModelSettings) -> Weights:
    """The same to every touch; a channel touched twice counts twice. Identifier: ATTR-LINEAR."""
    return (1,) * len(path)


def position(path: Sequence[Step], settings: ModelSettings) -> Weights:
    """First, between, last by the position weights: 40/20/40; two touches 50/50; one all.

    The middle weight is shared equally by all touches between. Two touches share in proportion to
    the first and last weight, equally if both are zero. Identifier: ATTR-POSITION.
    """
    first, between, last = settings.position_weights
    if len(path) <= 1 or (len(path) == 2 and first == last):
        return (1,) * len(path)
    middles = len(path) - 2
    weights = [first * middles, *[between] * middles, last * middles] if middles else [first, last]
    return tuple(weight or NoCredit.POSITION_EARNS_NOTHING for weight in weights)


def time_decay(path: Sequence[Step], settings: ModelSettings) -> Weights:
    """Weights that halve with every half-life of age, in fixed precision. Identifier: ATTR-DECAY.

    The youngest touch weighs exactly 10**18, another 10**18 / 2**(how much older / half-life),
    computed to 50 decimal digits and rounded half-even to a whole number: the same on every
    machine. Only differences of age matter. Raises TimesMissing when a step has no age.
    """
    ages = [step.age for step in path if step.age is not None]
    if len(ages) < len(path):
        raise TimesMissing("time_decay needs the time of every touch.")
    youngest = min(ages, default=timedelta())
    half_life = _DECAY_CONTEXT.multiply(Decimal(settings.half_life_days), _microseconds(timedelta(days=1)))
    return tuple(_decayed(age - youngest, half_life) or NoCredit.ROUNDS_TO_NOTHING for age in ages)


def last_non_coupon(path: Sequence[Step], _settings: ModelSettings) -> Weights:
    """All to the last touch that is not a coupon; if all are coupons, to the last. ATTR-NON-COUPON."""
    others = [index for index, step in enumerate(path) if not step.is_coupon]
    if not others:
        return last_touch(path, _settings)
    reasons = [NoCredit.COUPON_SKIPPED if step.is_coupon else NoCredit.NOT_LAST for step in path]
    return _all_to(others[-1], reasons)


def code_wins(path: Sequence[Step], _settings: ModelSettings) -> Weights:
    """All to the last used code; without one, to the last touch. Identifier: ATTR-CODE."""
    codes = [index for index, step in enumerate(path) if step.is_code]
    if not codes:
        return last_touch(path, _settings)
    reasons = [NoCredit.NOT_LAST if step.is_code else NoCredit.BEATEN_BY_CODE for step in path]
    return _all_to(codes[-1], reasons)


MODELS: dict[str, Model] = {
    "last_touch": last_touch,
    "first_touch": first_touch,
    "linear": linear,
    "position": position,
    "time_decay": time_decay,
    "last_non_coupon": last_non_coupon,
    "code_wins": code_wins,
}


def model_named(name: str) -> Model:
    """The model of that name. Raises UnknownModel, naming the models there are."""
    if name not in MODELS:
        raise UnknownModel(f"There is no attribution model {name!r}. The models are: {', '.join(MODELS)}.")
    return MODELS[name]


def _all_to(winner: int, reasons: Sequence[NoCredit]) -> Weights:
    return tuple(1 if index == winner else reason for index, reason in enumerate(reasons))


def _decayed(older_by: timedelta, half_life: Decimal) -> int:
    halvings = _DECAY_CONTEXT.divide(_microseconds(older_by), half_life)
    # TRICKY: exp() is correctly rounded on every machine, power() only almost always; shares are paid.
    fraction = _DECAY_CONTEXT.exp(_DECAY_CONTEXT.multiply(-_LN_2, halvings))
    return int(_DECAY_CONTEXT.multiply(fraction, Decimal(DECAY_UNITS)).to_integral_value(ROUND_HALF_EVEN))


def _microseconds(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1))
