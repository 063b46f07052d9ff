"""Rates by group straight from a file."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.delimited import BadFile, UnknownColumn
from tallystick.measurement.kpis.intervals import wilson_interval
from tallystick.measurement.kpis.rate_files import UnknownMethod, rates

SESSIONS = (
    Path(__file__).parents[3]
    / "shared"
    / "data"
    / "online_shoppers_intention"
    / "online_shoppers_intention.csv"
)


def groups(rows, **options):
    return rates(io.BytesIO(f"kind,bought\n{rows}".encode()), by="kind", success="bought", **options)


def test_each_group_has_its_count_rate_and_interval():
    (blog, mail) = groups("mail,1\nblog,0\nmail,0\n")
    assert (blog.group, blog.n, blog.successes, blog.rate) == ("blog", 1, 0, 0.0)
    assert (mail.group, mail.n, mail.successes, mail.rate) == ("mail", 2, 1, 0.5)
    assert (mail.low, mail.high) == (wilson_interval(1, 2).low, wilson_interval(1, 2).high)


@pytest.mark.parametrize(
    ("written", "successes"), [("TRUE", 1), ("yes", 1), ("1", 1), ("False", 0), ("no", 0)]
)
def test_success_may_be_written_in_three_ways_and_any_case(written, successes):
    assert groups(f"a,{written}\n")[0].successes == successes


@pytest.mark.parametrize("written", ["", "maybe", "2", "t", "1.0"])
def test_anything_else_in_the_success_column_is_refused_with_its_line(written):
    with pytest.raises(BadFile, match=f"line 3, column 'bought': '{written}' is neither"):
        groups(f"a,1\na,{written}\n")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1), st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows, random):
    def text(ordered):
        return "".join(f"{kind},{bought}\n" for kind, bought in ordered)

    shuffled = random.sample(rows, len(rows))
    assert groups(text(rows)) == groups(text(shuffled))


def test_groups_that_are_numbers_stand_in_the_order_of_numbers():
    assert [group.group for group in groups("10,1\n9,0\n2,1\n")] == ["2", "9", "10"]
    assert [group.group for group in groups("10,1\nx,0\n2,1\n")] == ["10", "2", "x"]


def test_a_blank_group_is_a_group_and_no_rows_are_no_groups():
    assert [group.group for group in groups(",1\na,0\n")] == ["", "a"]
    assert groups("") == []


def test_the_method_changes_the_interval_and_nothing_else():
    wilson, jeffreys, exact = (
        groups("a,1\na,0\na,0\n", method=method)[0] for method in ("wilson", "jeffreys", "clopper_pearson")
    )
    assert wilson.rate == jeffreys.rate == exact.rate
    assert exact.low < jeffreys.low < wilson.low


def test_unknown_methods_and_columns_are_refused_with_those_there_are():
    with pytest.raises(UnknownMethod, match=r"wald.*wilson, jeffreys, clopper_pearson"):
        groups("a,1\n", method="wald")
    with pytest.raises(UnknownColumn, match=r"no column 'color'. Its columns are: kind, bought"):
        rates(io.BytesIO(b"kind,bought\n"), by="color", success="bought")


@pytest.mark.skipif(not SESSIONS.exists(), reason="the session file is not on this machine")
def test_the_rates_of_twelve_thousand_sessions_equal_a_plain_count():
    with SESSIONS.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    trials = Counter(row["TrafficType"] for row in rows)
    successes = Counter(row["TrafficType"] for row in rows if row["Revenue"] == "TRUE")
    found = rates(SESSIONS, by="TrafficType", success="Revenue")
    assert (sum(group.n for group in found), sum(group.successes for group in found)) == (12_330, 1_908)
    assert {group.group: (group.n, group.successes) for group in found} == {
        kind: (trials[kind], successes[kind]) for kind in trials
    }
