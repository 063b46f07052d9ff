"""Whatever is killed while facts are published, merged or written anew: no reader sees a wrong sum, no row is lost."""

import json

import pytest

from tests.installs import Install
from torture.fact_acts import wrong
from torture.facts import PLACES

SECONDS = 1.5


@pytest.fixture
def world(fresh_install: Install) -> dict:
    """What came of a world in which writers were killed at every place, and at random for a while."""
    code = f"from torture.facts import play\nplay(seed='1', seconds={SECONDS})"
    told = fresh_install.run_python(code)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_kills_at_every_place_show_no_reader_a_wrong_sum_and_lose_nothing(world):
    assert world["reached"] == dict.fromkeys(PLACES, 1)
    assert world["kills"] >= len(PLACES)
    assert (world["wrong"], world["lost"], world["doubled"], world["faults"]) == (0, 0, 0, [])
    assert world["reads"]
    assert world["wrong_by_pattern"], "who reads by a pattern saw no wrong sum: this world proves nothing"


def test_sums_that_cannot_be_are_called_wrong():
    right = {"touches": 12, "different": 12, "counted": 12, "doubled_outcomes": 0, "doubled_conversions": 0}
    right |= {"credited": 2, "divided": 2, "shares": 2 * 10**9}
    assert wrong(right, right) == []
    for changed in (
        {"different": 11},
        {"counted": 13},
        {"shares": 1},
        {"divided": 1},
        {"doubled_outcomes": 1},
    ):
        assert wrong(right | changed, {}) != []
    assert wrong(right, {"touches": 18}) != []
