"""Whatever is killed while facts are published, merged or written anew: no reader sees a wrong sum, no row is lost."""

import json

import pytest

from tests.edge.publications import MERGING, SECOND_PUBLICATION, SWEEPING
from tests.installs import InstallTemplate
from torture.fact_acts import wrong
from torture.facts import PLACES

SECONDS = 0.3
"""For kills at random, after those at every place; `make torture` goes on for as long as one likes."""

WHOLE = {"seen": [1, 2, 3], "counted": 3, "missing": 0}
BEFORE = {"seen": [1, 2], "counted": 2, "missing": 0}


def told(template: InstallTemplate, folder, code: str) -> dict:
    with template.copy(folder / "data") as install:
        done = install.run_python(code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def killed(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What came of every case of `publications`."""
    folder = tmp_path_factory.mktemp("publications")
    code = f"from pathlib import Path\nfrom tests.edge.publications import tell_all\ntell_all(Path({str(folder)!r}))"
    return told(install_template, folder, code)


@pytest.fixture(scope="module")
def world(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What came of a world in which writers were killed at every place, and at random for a moment."""
    code = f"from torture.facts import play\nplay(seed='1', seconds={SECONDS})"
    return told(install_template, tmp_path_factory.mktemp("world"), code)


@pytest.mark.parametrize(("place", "time", "orphans"), SECOND_PUBLICATION)
def test_a_kill_at_any_step_loses_nothing_and_shows_nothing_half(killed, place, time, orphans):
    """The second publication is killed; the next process looks, publishes, and tidies up."""
    assert killed[f"{place}#{time}"] == {
        "ended": -9,
        "after_the_kill": WHOLE if place == "warehouse.published" else BEFORE,
        "after_the_next": WHOLE,
        "swept": {"orphans": orphans, "replaced": 0},
        "after_the_sweep": WHOLE,
    }


@pytest.mark.parametrize("place", MERGING)
def test_a_kill_while_files_are_merged_changes_no_answer(killed, place):
    same = {"seen": [1, 2, 3, 4], "counted": 4, "missing": 0}
    assert killed[place] == {"ended": -9, "seen": [same, same]}


def test_a_kill_in_the_middle_of_a_sweep_is_mended_by_the_next(killed):
    assert killed[SWEEPING] == {
        "ended": -9,
        "after_the_kill": WHOLE,
        "swept": {"orphans": 0, "replaced": 2},
        "swept_again": {"orphans": 0, "replaced": 0},
    }


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
