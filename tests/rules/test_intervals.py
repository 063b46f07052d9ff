"""Intervals: published figures, and what must hold for any counts."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import stdtrit

from tallystick.measurement.kpis.intervals import (
    METHODS,
    ClusterStats,
    NoEvidence,
    Outcomes,
    clopper_pearson_interval,
    clustered_ratio_interval,
    jeffreys_interval,
    newcombe_interval,
    units_needed,
    wilson_interval,
)

COUNTS = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCES = st.floats(0.5, 0.999)
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def rounded(interval, places=4):
    return round(interval.low, places), round(interval.high, places)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_figures_of_newcombe_1998(successes, trials, low, high):
    assert rounded(wilson_interval(successes, trials)) == (low, high)


def test_the_difference_gives_the_figures_of_newcombe_1998():
    assert rounded(newcombe_interval(Outcomes(56, 70), Outcomes(48, 80))) == (0.0524, 0.3339)


def test_clopper_pearson_gives_the_figures_of_newcombe_1998():
    assert rounded(clopper_pearson_interval(81, 263)) == (0.2527, 0.3676)
    assert rounded(clopper_pearson_interval(0, 20)) == (0.0, 0.1684)
    assert rounded(clopper_pearson_interval(1, 29)) == (0.0009, 0.1776)


def test_jeffreys_gives_the_figures_of_brown_cai_dasgupta_2001():
    assert rounded(jeffreys_interval(0, 10), 3) == (0.0, 0.217)
    assert rounded(jeffreys_interval(1, 10), 3) == (0.011, 0.381)


@every_method
@given(counts=COUNTS, confidence=CONFIDENCES)
def test_an_interval_lies_in_zero_to_one_and_contains_the_rate(method, counts, confidence):
    interval = method(*counts, confidence=confidence)
    assert 0 <= interval.low <= counts[0] / counts[1] <= interval.high <= 1


@every_method
@given(counts=COUNTS, confidence=CONFIDENCES)
def test_failures_mirror_successes(method, counts, confidence):
    successes, trials = counts
    ours, mirrored = (
        method(count, trials, confidence=confidence) for count in (successes, trials - successes)
    )
    assert ours.low == pytest.approx(1 - mirrored.high, abs=1e-9)
    assert ours.high == pytest.approx(1 - mirrored.low, abs=1e-9)


@every_method
@given(counts=COUNTS)
def test_one_more_success_moves_both_ends_up(method, counts):
    successes, trials = counts
    assume(successes < trials)
    fewer, more = method(successes, trials), method(successes + 1, trials)
    assert fewer.low <= more.low
    assert fewer.high <= more.high


@every_method
@given(counts=COUNTS, lower=CONFIDENCES, higher=CONFIDENCES)
def test_more_confidence_is_never_narrower(method, counts, lower, higher):
    assume(lower <= higher)
    narrow, wide = method(*counts, confidence=lower), method(*counts, confidence=higher)
    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@every_method
def test_the_edges_are_exact(method):
    assert method(0, 7).low == 0.0
    assert method(7, 7).high == 1.0
    assert 0 < method(0, 7).high < 1


@every_method
def test_no_trials_is_no_evidence_and_not_zero(method):
    with pytest.raises(NoEvidence):
        method(0, 0)


@every_method
@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (0, -1)])
def test_impossible_counts_are_refused(method, successes, trials):
    with pytest.raises(ValueError, match="cannot be"):
        method(successes, trials)


@every_method
def test_fractional_outcomes_are_refused(method):
    with pytest.raises(TypeError):
        method(0.5, 2)


@every_method
@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5])
def test_a_confidence_that_is_no_probability_is_refused(method, confidence):
    with pytest.raises(ValueError, match="Confidence"):
        method(1, 2, confidence=confidence)


@given(COUNTS, COUNTS)
def test_a_difference_contains_what_was_observed_and_mirrors_when_exchanged(first, second):
    forth = newcombe_interval(Outcomes(*first), Outcomes(*second))
    back = newcombe_interval(Outcomes(*second), Outcomes(*first))
    observed = first[0] / first[1] - second[0] / second[1]
    assert -1 <= forth.low <= observed + 1e-12
    assert observed - 1e-12 <= forth.high <= 1
    assert forth.low == pytest.approx(-back.high, abs=1e-12)


def test_a_difference_from_nothing_is_no_evidence():
    with pytest.raises(NoEvidence):
        newcombe_interval(Outcomes(1, 2), Outcomes(0, 0))


def summed(clusters):
    return ClusterStats(
        len(clusters),
        sum(units for units, _ in clusters),
        sum(successes for _, successes in clusters),
        sum(units**2 for units, _ in clusters),
        sum(successes**2 for _, successes in clusters),
        sum(units * successes for units, successes in clusters),
    )


CLUSTERS = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), min_size=2, max_size=60)


@given(CLUSTERS)
def test_the_clustered_interval_equals_the_delta_method_written_out(clusters):
    m, units = len(clusters), sum(u for u, _ in clusters)
    ratio = Fraction(sum(s for _, s in clusters), units)
    residuals = [s - ratio * u for u, s in clusters]
    assume(any(residuals))
    error = sqrt(sum(e * e for e in residuals) * m / (m - 1)) / units
    half = float(stdtrit(m - 1, 0.975)) * error
    interval = clustered_ratio_interval(summed(clusters))
    assert interval.low == pytest.approx(max(0.0, float(ratio) - half), abs=1e-9)
    assert interval.high == pytest.approx(float(ratio) + half, abs=1e-9)


@given(CLUSTERS, CONFIDENCES)
def test_the_clustered_interval_contains_the_ratio_and_is_never_negative(clusters, confidence):
    stats = summed(clusters)
    ratio = stats.successes / stats.units
    try:
        interval = clustered_ratio_interval(stats, confidence=confidence)
    except NoEvidence:
        assert ratio > 1
        return
    assert 0 <= interval.low <= ratio + 1e-12
    assert ratio - 1e-12 <= interval.high


def test_many_clicks_of_few_visitors_are_less_certain_than_wilson_claims():
    clusters = [(50, 25)] * 5 + [(50, 0)] * 5
    clustered, naive = clustered_ratio_interval(summed(clusters)), wilson_interval(125, 500)
    assert clustered.high - clustered.low > 4 * (naive.high - naive.low)


def test_a_ratio_may_exceed_one_and_so_may_its_interval():
    interval = clustered_ratio_interval(summed([(1, 3), (1, 1), (2, 5), (1, 1)]))
    assert interval.low < 2 < interval.high


@pytest.mark.parametrize(("clusters", "successes"), [([(3, 0)] * 8, 0), ([(3, 3)] * 8, 8), ([(4, 2)] * 8, 4)])
def test_without_variance_between_visitors_each_counts_as_one_trial(clusters, successes):
    interval = clustered_ratio_interval(summed(clusters))
    assert rounded(interval, 12) == rounded(wilson_interval(successes, 8), 12)


def test_one_visitor_alone_says_next_to_nothing():
    interval = clustered_ratio_interval(summed([(1000, 0)]))
    assert rounded(interval, 12) == rounded(wilson_interval(0, 1), 12)


def test_fractional_credit_is_taken():
    third = Fraction(1, 3)
    interval = clustered_ratio_interval(summed([(1, third), (2, 0), (1, 1), (3, third)]))
    assert 0 <= interval.low < Fraction(5, 21) < interval.high


def test_no_clusters_no_units_and_no_spread_above_one_are_no_evidence():
    for stats in (summed([]), summed([(0, 1)]), summed([(1, 2), (2, 4)])):
        with pytest.raises(NoEvidence):
            clustered_ratio_interval(stats)


def test_negative_successes_are_refused():
    with pytest.raises(ValueError, match="negative"):
        clustered_ratio_interval(summed([(1, -1), (1, 0)]))


@given(st.integers(0, 100), st.floats(0.005, 0.5))
def test_the_units_needed_suffice_and_one_fewer_does_not(percent, max_half_width):
    def half_width(units):
        z = 1.959963984540054
        rate = percent / 100
        return z * sqrt(units * rate * (1 - rate) + z * z / 4) / (units + z * z)

    units = units_needed(percent / 100, max_half_width)
    assert half_width(units) <= max_half_width + 1e-12
    assert units == 1 or half_width(units - 1) > max_half_width - 1e-12


def test_units_needed_matches_the_interval_of_whole_counts():
    units = units_needed(0.5, 0.05)
    interval = wilson_interval(units // 2, units)
    assert (interval.high - interval.low) / 2 == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize(("rate", "width"), [(-0.1, 0.1), (1.1, 0.1), (0.5, 0), (0.5, -1)])
def test_units_needed_for_nonsense_are_refused(rate, width):
    with pytest.raises(ValueError, match="half-width"):
        units_needed(rate, width)
