"""Conversion rates of 12,330 real sessions from the command line, against the file counted by hand.

The expected figures come from the file with `csv`, two counters and Wilson's formula written out: nothing of the
product is used for them. Skipped where the data set is not there; the demo's own extract is always tested.
"""

import csv
import json
import os
from collections import Counter
from importlib.resources import files
from math import isclose, sqrt
from pathlib import Path

import pytest

from tests.house.sources import ROOT

DEMO = Path(str(files("tallystick.project") / "demo"))
WHOLE = ROOT.parent / "shared/data/online_shoppers_intention/online_shoppers_intention.csv"
Z = 1.959963984540054

CASES = [
    pytest.param(DEMO / "sessions.csv", id="the demo's extract"),
    pytest.param(
        WHOLE,
        id="all of it",
        marks=[
            pytest.mark.torture,
            pytest.mark.skipif(not WHOLE.exists(), reason="data set not there"),
            pytest.mark.skipif("DATABASE_URL" in os.environ, reason="all of it once, on SQLite, is enough"),
        ],
    ),
]

SOURCES = {
    "1": "channel:direct",
    "2": "channel:search",
    "3": "channel:newsletter",
    "4": "partner:alice",
    "5": "partner:nordkap",
    "6": "partner:bob",
    "7": "partner:riverside",
    "8": "partner:riverside",
    "9": "partner:riverside",
    "10": "partner:lumen",
    "11": "partner:kite",
    "12": "partner:kite",
    "13": "partner:compass",
    "14": "partner:harbor",
    "15": "partner:harbor",
    "16": "partner:friends",
    "17": "partner:friends",
    "18": "partner:friends",
    "19": "partner:mallory",
    "20": "partner:mallory",
}
VISITORS = {"New_Visitor": "new", "Returning_Visitor": "returning", "Other": "unknown"}


@pytest.fixture(params=CASES)
def sessions(request):
    return request.param


@pytest.fixture
def installed(fresh_install, sessions):
    fresh_install.succeed("init", "--setup", DEMO / "setup.toml")
    fresh_install.succeed("import", sessions, "--mapping", DEMO / "mapping.toml")
    return fresh_install


@pytest.mark.one_database
def test_every_rate_equals_the_file_counted_by_hand_and_opens_to_its_receipts(installed, sessions):
    with sessions.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert_rates(installed, "source", rows, lambda row: SOURCES[row["TrafficType"]])
    assert_rates(installed, "visitor_type", rows, lambda row: VISITORS[row["VisitorType"]])
    assert_opens(installed, rows)
    assert_a_second_import_changes_nothing(installed, sessions, rows)


def assert_rates(installed, dimension, rows, key_of):
    expected = counted(rows, key_of)
    section = answered(installed, "--by", dimension)
    found = {row["keys"][dimension]["key"]: row for row in section["rows"]}
    assert found.keys() == expected.keys()
    for key, (won, seen) in expected.items():
        low, high = wilson(won, seen)
        row = found[key]
        assert (row["converted"], row["units"]) == (won, seen), key
        assert isclose(row["value"], won / seen)
        assert isclose(row["low"], low, abs_tol=1e-9), key
        assert isclose(row["high"], high, abs_tol=1e-9), key
    assert section["total"]["units"] == len(rows)


def assert_opens(installed, rows):
    alices = {
        number for number, row in enumerate(rows, 2) if row["TrafficType"] == "4" and row["Revenue"] == "TRUE"
    }
    asked = ("report", "--where", "partner=alice", "--receipts", "--limit", 10_000, "--json")
    (page,) = json.loads(installed.succeed(*asked).stdout)["pages"]
    won = [row for row in page["rows"] if row["converted"]]
    assert len(won) == page["converted"] == len(alices)
    assert len(page["rows"]) == page["units"]
    (receipt,) = won[0]["receipts"]
    trace = json.loads(installed.succeed("trace", receipt, "--json").stdout)
    assert trace["receipts"][0]["line"] in alices
    assert trace["conversions"][0]["id"] == won[0]["conversions"][0]
    assert [step["share_ppb"] for step in trace["conversions"][0]["path"]] == [10**9]


def assert_a_second_import_changes_nothing(installed, sessions, rows):
    before = answered(installed, "--by", "source")
    again = json.loads(
        installed.succeed("import", sessions, "--mapping", DEMO / "mapping.toml", "--json").stdout
    )
    assert (again["accepted"], again["duplicate"], again["conflict"]) == (0, len(rows), 0)
    after = answered(installed, "--by", "source")
    assert {**after, "immature_from": None} == {**before, "immature_from": None}


def answered(installed, *options):
    (section,) = json.loads(installed.succeed("report", "--segment", "all", *options, "--json").stdout)[
        "sections"
    ]
    return section


def counted(rows, key_of):
    seen, won = Counter(map(key_of, rows)), Counter(key_of(row) for row in rows if row["Revenue"] == "TRUE")
    return {key: (won[key], count) for key, count in seen.items()}


def wilson(won, seen):
    rate, spread = won / seen, Z**2 / seen
    middle = (rate + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(rate * (1 - rate) / seen + spread / (4 * seen))
    return max(0.0, middle - half), min(1.0, middle + half)
