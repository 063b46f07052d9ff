"""Splitting whole numbers: nothing lost, nothing invented, the same every time."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.shares import PPB, CannotApportion, apportion

WEIGHTS = st.lists(st.integers(0, 10**30), min_size=1, max_size=30).filter(any)


@given(st.integers(-(10**30), 10**30), WEIGHTS)
def test_parts_sum_to_exactly_the_total(total, weights):
    assert sum(apportion(total, weights)) == total


@given(st.integers(0, 10**30), WEIGHTS)
def test_every_part_is_its_quota_rounded_down_or_up(total, weights):
    for part, weight in zip(apportion(total, weights), weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(0, 10**12), WEIGHTS)
def test_a_zero_weight_gets_nothing(total, weights):
    assert all(
        part == 0 for part, weight in zip(apportion(total, weights), weights, strict=True) if not weight
    )


@given(st.integers(0, 10**12), WEIGHTS, st.integers(1, 10**9))
def test_only_the_proportions_of_weights_matter(total, weights, factor):
    assert apportion(total, [weight * factor for weight in weights]) == apportion(total, weights)


@given(st.integers(0, 10**12), WEIGHTS)
def test_a_negative_total_is_the_mirror_image(total, weights):
    assert apportion(-total, weights) == tuple(-part for part in apportion(total, weights))


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=2, max_size=10, unique=True))
def test_a_larger_weight_never_gets_a_smaller_part(total, weights):
    ordered = sorted(weights)
    assert list(apportion(total, ordered)) == sorted(apportion(total, ordered))


def test_units_left_over_go_to_the_earliest_of_equal_remainders():
    assert apportion(PPB, [1, 1, 1]) == (333_333_334, 333_333_333, 333_333_333)
    assert apportion(5, [1, 1, 1, 1]) == (2, 1, 1, 1)


def test_units_left_over_go_to_the_largest_remainders():
    assert apportion(10, [1, 2, 4]) == (1, 3, 6)


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [3, -1]])
def test_weights_that_divide_nothing_are_refused(weights):
    with pytest.raises(CannotApportion):
        apportion(10, weights)


@pytest.mark.parametrize(("total", "weights"), [(1.0, [1]), (1, [0.5, 0.5]), (True, [1]), (1, [True])])
def test_anything_but_whole_numbers_is_refused(total, weights):
    with pytest.raises(TypeError):
        apportion(total, weights)
