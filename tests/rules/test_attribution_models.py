"""What each attribution model gives to the steps of a path."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.shares import PPB, apportion
from tallystick.measurement.attribution.rules.models import (
    DECAY_UNITS,
    MODELS,
    ModelSettings,
    Step,
    TimesMissing,
    UnknownModel,
    model_named,
)
from tallystick.measurement.attribution.rules.reasons import BINDING_SENTENCES, SENTENCES, NoBinding, NoCredit

DEFAULTS = ModelSettings()
AGES = st.timedeltas(timedelta(), timedelta(days=800))
PATHS = st.lists(st.builds(Step, AGES, st.booleans(), st.booleans()), min_size=1, max_size=40)
SETTINGS = st.builds(
    ModelSettings,
    st.integers(1, 60),
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)).filter(any),
)

NOT_LAST, NOT_FIRST = NoCredit.NOT_LAST, NoCredit.NOT_FIRST
COUPON_SKIPPED, BEATEN_BY_CODE = NoCredit.COUPON_SKIPPED, NoCredit.BEATEN_BY_CODE
TOUCH, COUPON, CODE = Step(), Step(is_coupon=True), Step(is_code=True)


@pytest.mark.parametrize("name", MODELS)
@given(path=PATHS, settings=SETTINGS)
def test_every_step_has_a_positive_weight_or_a_reason_and_some_step_a_weight(name, path, settings):
    weights = MODELS[name](path, settings)
    assert len(weights) == len(path)
    assert all(isinstance(weight, NoCredit) or weight > 0 for weight in weights)
    assert any(not isinstance(weight, NoCredit) for weight in weights)


@pytest.mark.parametrize("name", MODELS)
def test_a_path_of_one_step_gives_it_everything(name):
    (weight,) = MODELS[name]([Step(timedelta(days=3), is_coupon=True)], DEFAULTS)
    assert not isinstance(weight, NoCredit)


@pytest.mark.parametrize("name", MODELS)
def test_an_empty_path_has_no_weights(name):
    assert MODELS[name]([], DEFAULTS) == ()


def test_last_touch_and_first_touch_are_mirror_images():
    assert MODELS["last_touch"]([TOUCH] * 3, DEFAULTS) == (NOT_LAST, NOT_LAST, 1)
    assert MODELS["first_touch"]([TOUCH] * 3, DEFAULTS) == (1, NOT_FIRST, NOT_FIRST)


def test_linear_gives_every_touch_the_same():
    assert MODELS["linear"]([TOUCH, COUPON, CODE], DEFAULTS) == (1, 1, 1)


@pytest.mark.parametrize(
    ("touches", "percent"),
    [(1, [100]), (2, [50, 50]), (3, [40, 20, 40]), (4, [40, 10, 10, 40]), (6, [40, 5, 5, 5, 5, 40])],
)
def test_position_gives_forty_twenty_forty(touches, percent):
    assert list(apportion(100, MODELS["position"]([TOUCH] * touches, DEFAULTS))) == percent


def test_position_follows_the_weights_it_is_given():
    def position(touches, *weights):
        given_weights = ModelSettings(position_weights=weights)
        return MODELS["position"]([TOUCH] * touches, given_weights)

    nothing = NoCredit.POSITION_EARNS_NOTHING
    assert apportion(100, position(2, 60, 10, 30)) == (67, 33)
    assert position(3, 0, 1, 0) == (nothing, 1, nothing)
    assert position(4, 1, 0, 0) == (2, nothing, nothing, nothing)
    assert position(2, 0, 1, 0) == (1, 1)
    assert position(1, 0, 1, 0) == (1,)


def test_time_decay_halves_exactly_with_every_half_life():
    path = [Step(timedelta(days=days)) for days in (21, 14, 7, 0)]
    assert MODELS["time_decay"](path, DEFAULTS) == tuple(DECAY_UNITS // part for part in (8, 4, 2, 1))


def test_time_decay_takes_a_half_life_of_hours():
    path = [Step(timedelta(hours=6)), Step(timedelta())]
    weights = MODELS["time_decay"](path, ModelSettings(half_life_days=Decimal("0.25")))
    assert weights == (DECAY_UNITS // 2, DECAY_UNITS)


@given(PATHS, AGES, SETTINGS)
def test_time_decay_looks_only_at_differences_of_age(path, later, settings):
    aged = [Step(step.age + later, step.is_coupon, step.is_code) for step in path]
    assert MODELS["time_decay"](aged, settings) == MODELS["time_decay"](path, settings)


@given(st.lists(AGES, min_size=2, max_size=10), SETTINGS)
def test_time_decay_never_gives_an_older_touch_more(ages, settings):
    path = [Step(age) for age in sorted(ages, reverse=True)]
    weights = [0 if isinstance(w, NoCredit) else w for w in MODELS["time_decay"](path, settings)]
    assert weights == sorted(weights)


def test_time_decay_says_when_a_weight_rounds_to_nothing():
    path = [Step(timedelta(days=730)), Step(timedelta())]
    assert MODELS["time_decay"](path, ModelSettings(half_life_days=1)) == (
        NoCredit.ROUNDS_TO_NOTHING,
        DECAY_UNITS,
    )


def test_time_decay_agrees_with_the_formula_to_eighteen_digits():
    path = [Step(timedelta(days=10)), Step(timedelta())]
    older, _ = MODELS["time_decay"](path, DEFAULTS)
    # 2 ** (-10/7), from a power to eighty digits rather than from an exponential to fifty.
    assert older == 371_498_572_284_237_106


def test_time_decay_without_times_is_refused():
    with pytest.raises(TimesMissing):
        MODELS["time_decay"]([Step(timedelta()), Step(None)], DEFAULTS)


def test_last_non_coupon_skips_coupons_while_there_is_anything_else():
    assert MODELS["last_non_coupon"]([COUPON, TOUCH, TOUCH, COUPON], DEFAULTS) == (
        COUPON_SKIPPED,
        NOT_LAST,
        1,
        COUPON_SKIPPED,
    )
    assert MODELS["last_non_coupon"]([COUPON, COUPON], DEFAULTS) == (NOT_LAST, 1)


def test_a_used_code_beats_later_clicks():
    assert MODELS["code_wins"]([CODE, TOUCH, CODE, TOUCH], DEFAULTS) == (
        NOT_LAST,
        BEATEN_BY_CODE,
        1,
        BEATEN_BY_CODE,
    )


def test_without_a_code_the_last_touch_wins():
    assert MODELS["code_wins"]([TOUCH, COUPON], DEFAULTS) == (NOT_LAST, 1)


@given(PATHS)
def test_the_weights_can_always_be_made_into_shares(path):
    for model in MODELS.values():
        weights = [0 if isinstance(weight, NoCredit) else weight for weight in model(path, DEFAULTS)]
        assert sum(apportion(PPB, weights)) == PPB


def test_an_unknown_model_is_refused_with_the_models_there_are():
    with pytest.raises(UnknownModel, match=r"'markov'.*last_touch, first_touch, linear"):
        model_named("markov")


@pytest.mark.parametrize(
    "settings",
    [
        {"half_life_days": 0},
        {"half_life_days": -7},
        {"half_life_days": Decimal("Infinity")},
        {"position_weights": (0, 0, 0)},
        {"position_weights": (50, -10, 60)},
    ],
)
def test_settings_that_mean_nothing_are_refused(settings):
    with pytest.raises(ValueError, match=r"half-life|Position"):
        ModelSettings(**settings)


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(NoCredit)
    assert set(BINDING_SENTENCES) == set(NoBinding)
