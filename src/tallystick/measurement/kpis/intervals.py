"""Intervals for rates: how sure a figure is, from counts alone.

Whole outcomes of independent units take Wilson, Jeffreys or Clopper-Pearson; outcomes that are
fractional or repeat within a visitor take the clustered interval. Specified in docs/explain/rates.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from operator import index
from statistics import NormalDist

DEFAULT_CONFIDENCE = 0.95


class NoEvidence(ValueError):
    """There is nothing to divide by: an undefined rate is not a zero rate."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The values that are compatible with what was counted, from low to high."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Whole outcomes of independent units: 0 <= successes <= trials."""

    successes: int
    trials: int


@dataclass(frozen=True, slots=True)
class ClusterStats:
    """Sums over clusters (visitors) that are all a clustered interval needs; they merge by adding.

    With u the units and s the successes of one cluster: clusters = how many have u > 0 or s > 0,
    units = sum u, successes = sum s, units_sq = sum u*u, successes_sq = sum s*s, units_successes = sum u*s.
    Successes may be fractional credit; whole numbers and Fractions are summed up exactly.
    """

    clusters: int
    units: Fraction | int
    successes: Fraction | int | float
    units_sq: Fraction | int
    successes_sq: Fraction | int | float
    units_successes: Fraction | int | float


def wilson_interval(successes: int, trials: int, *, confidence: float = DEFAULT_CONFIDENCE) -> Interval:
    """Two-sided Wilson score interval for a proportion.

    successes, trials: whole outcomes of independent units (0 <= successes <= trials).
    Returns low <= successes/trials <= high, inside [0, 1]; exactly 0 or 1 at the edges.
    Raises NoEvidence for trials == 0: an undefined rate is not a zero rate.
    Source: Wilson 1927; coverage in Brown, Cai, DasGupta 2001. Identifier: RATE-WILSON.
    """
    successes, trials = _checked(successes, trials)
    return _wilson(successes / trials, trials, _normal_quantile(confidence))


def jeffreys_interval(successes: int, trials: int, *, confidence: float = DEFAULT_CONFIDENCE) -> Interval:
    """Equal-tailed interval of the Beta(1/2, 1/2) posterior, with the edge rule of Brown, Cai, DasGupta.

    Arguments and errors as `wilson_interval`. The low end is exactly 0 without a success and the high
    end exactly 1 without a failure. Contains successes/trials at any confidence of a half or more.
    Source: Brown, Cai, DasGupta 2001, section 4.3. Identifier: RATE-JEFFREYS.
    """
    from scipy.special import betaincinv

    successes, trials = _checked(successes, trials)
    tail, failures = _tail(confidence), trials - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes + 0.5, failures + 0.5, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 0.5, failures + 0.5, 1 - tail))
    return Interval(low, high)


def clopper_pearson_interval(
    successes: int, trials: int, *, confidence: float = DEFAULT_CONFIDENCE
) -> Interval:
    """The exact binomial interval: never covers less than asked, and is wider than needed for it.

    Arguments, errors and edges as `wilson_interval`.
    Source: Clopper, Pearson 1934. Identifier: RATE-CP.
    """
    from scipy.special import betaincinv

    successes, trials = _checked(successes, trials)
    tail, failures = _tail(confidence), trials - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - tail))
    return Interval(low, high)


METHODS: dict[str, Callable[..., Interval]] = {
    "wilson": wilson_interval,
    "jeffreys": jeffreys_interval,
    "clopper_pearson": clopper_pearson_interval,
}


def newcombe_interval(
    first: Outcomes, second: Outcomes, *, confidence: float = DEFAULT_CONFIDENCE
) -> Interval:
    """Interval of the difference first rate - second rate of two independent groups, inside [-1, 1].

    Combines the Wilson intervals of both rates. Contains the observed difference; exchanging the
    groups mirrors it. Raises NoEvidence when either group has no trials.
    Source: Newcombe 1998, method 10. Identifier: RATE-DIFFERENCE.
    """
    ours = wilson_interval(first.successes, first.trials, confidence=confidence)
    theirs = wilson_interval(second.successes, second.trials, confidence=confidence)
    rate, other = first.successes / first.trials, second.successes / second.trials
    below = sqrt((rate - ours.low) ** 2 + (theirs.high - other) ** 2)
    above = sqrt((ours.high - rate) ** 2 + (other - theirs.low) ** 2)
    return Interval(max(-1.0, rate - other - below), min(1.0, rate - other + above))


def clustered_ratio_interval(
    stats: ClusterStats, *, confidence: float = DEFAULT_CONFIDENCE, proportion: bool = True
) -> Interval:
    """Interval of successes / units when units of one cluster (a visitor's clicks) are not independent.

    The delta method over clusters: variance m/(m-1) * sum (s - R*u)**2 / units**2, with a t quantile
    of m-1 degrees of freedom; R the ratio, m the clusters. low is never below 0; high may exceed 1,
    because a unit may have several successes.
    When the clusters show no variance - one cluster, all or nothing converted, or the same ratio
    everywhere - the delta method would claim certainty. Then the ratio gets the Wilson interval of as
    many trials as there are clusters.
    Raises NoEvidence without clusters or units, and without variance for a ratio above 1 or one that is no proportion
    (of amounts), for which Wilson has no answer. Source: Deng, Knoblich, Lu 2018. Identifier: RATE-CLUSTER.
    """
    if stats.clusters < 1 or stats.units <= 0:
        raise NoEvidence("There are no units to divide by.")
    ratio = Fraction(stats.successes) / stats.units
    if ratio < 0:
        raise ValueError(f"Successes cannot be negative, but they are {stats.successes}.")
    spread = (
        Fraction(stats.successes_sq) - 2 * ratio * Fraction(stats.units_successes) + ratio**2 * stats.units_sq
    )
    if stats.clusters == 1 or spread <= 0:
        if not proportion:
            raise NoEvidence("No two clusters differ: there is no spread to judge an amount by.")
        return _wilson_over_clusters(ratio, stats.clusters, confidence)
    from scipy.special import stdtrit

    degrees = stats.clusters - 1
    error = sqrt(spread * stats.clusters / degrees) / stats.units
    half = float(stdtrit(degrees, 1 - _tail(confidence))) * error
    return Interval(max(0.0, float(ratio) - half), float(ratio) + half)


def units_needed(rate: float, max_half_width: float, *, confidence: float = DEFAULT_CONFIDENCE) -> int:
    """The fewest independent units whose Wilson interval around this rate is no wider than asked.

    rate: the rate expected, 0 to 1. max_half_width: half the width wanted, above 0.
    Guarantee: this many units suffice and one fewer does not; at least 1. Identifier: EVIDENCE.
    """
    if not 0 <= rate <= 1 or max_half_width <= 0:
        raise ValueError("A rate lies between 0 and 1 and a half-width above 0.")
    z = _normal_quantile(confidence)

    def suffices(units: int) -> bool:
        interval = _wilson(rate, units, z)
        return (interval.high - interval.low) / 2 <= max_half_width

    enough = 1
    while not suffices(enough):
        enough *= 2
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        too_few, enough = (too_few, middle) if suffices(middle) else (middle, enough)
    return enough


def _wilson(rate: float, trials: int, z: float) -> Interval:
    squared = z * z
    centre = (rate + squared / (2 * trials)) / (1 + squared / trials)
    half = z * sqrt(rate * (1 - rate) / trials + squared / (4 * trials * trials)) / (1 + squared / trials)
    low = 0.0 if rate == 0 else min(rate, max(0.0, centre - half))
    high = 1.0 if rate == 1 else max(rate, min(1.0, centre + half))
    return Interval(low, high)


def _wilson_over_clusters(ratio: Fraction, clusters: int, confidence: float) -> Interval:
    if ratio > 1:
        raise NoEvidence("All clusters show the same ratio above 1: there is no spread to judge it by.")
    return _wilson(float(ratio), clusters, _normal_quantile(confidence))


def _checked(successes: int, trials: int) -> tuple[int, int]:
    successes, trials = index(successes), index(trials)
    if trials == 0:
        raise NoEvidence("There are no trials: the rate is undefined.")
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials cannot be.")
    return successes, trials


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence lies between 0 and 1, not at {confidence}.")
    return (1 - confidence) / 2


def _normal_quantile(confidence: float) -> float:
    return NormalDist().inv_cdf(1 - _tail(confidence))
