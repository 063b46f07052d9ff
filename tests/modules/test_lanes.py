"""Lanes: one brand's stages one after another; effects and cursor together or not at all."""

import pytest

from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.foundation.models import Cursor, Lane
from tallystick.foundation.scoping import ScopeMissing, brand_scope, current_brand
from tests.modules.scoping_cast import People

pytestmark = pytest.mark.django_db


def test_a_lane_is_the_brands_scope_and_has_one_row():
    acme = People("acme")
    for _ in range(2):
        with lane(acme.id):
            assert current_brand() == acme.id
            assert Lane.objects.count() == 1
    with pytest.raises(ScopeMissing):
        current_brand()


def test_a_cursor_stands_where_it_was_moved_and_each_brand_has_its_own():
    acme, zoe = People("acme"), People("zoe")
    with lane(acme.id):
        assert position("events") is None
        advance("events", {"seq": 7})
        advance("events", {"seq": 8})
        advance("other", [1])
        assert (position("events"), position("other")) == ({"seq": 8}, [1])
        assert Cursor.objects.count() == 2
    with brand_scope(zoe.id):
        assert position("events") is None


def fail_after_a_step(brand):
    with lane(brand.id):
        advance("events", 2)
        raise KeyError


def test_an_error_takes_the_cursor_back_with_the_effects():
    acme = People("acme")
    with lane(acme.id):
        advance("events", 1)
    with pytest.raises(KeyError):
        fail_after_a_step(acme)
    with brand_scope(acme.id):
        assert position("events") == 1


def test_a_lane_needs_a_brand():
    with pytest.raises(ScopeMissing), lane(None):
        raise AssertionError("the lane was entered")


def test_progress_says_what_was_done_and_what_is_left():
    assert Progress(done=3, left=0) == Progress(3, 0)
