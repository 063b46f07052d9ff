"""A mapping says which events a row stands for, and refuses what it does not know."""

import pytest

from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.apply import bodies_of
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping

PLAIN = """
name = "orders"
[fields]
visitor = { row = true }
occurred_at = { column = "at" }
[[events]]
kind = "purchase"
"""
FULL = """
name = "orders"
program = "shop"
zone = "America/New_York"
key = ["number"]
[fields]
customer = { column = "who" }
occurred_at = { column = "at", format = "%Y/%m/%d %H:%M" }
[[events]]
kind = "click"
origin = { column = "from", values = { A = { partner = "alice" } }, otherwise = { channel = "direct" } }
[events.fields]
device = { column = "device", values = { M = "mobile" }, otherwise = "desktop" }
[[events]]
kind = "purchase"
when = { column = "bought", in = ["yes", "Yes"] }
attributes = { plan = "plan" }
[events.fields]
currency = { constant = "EUR" }
"""
ROW = {
    "number": "7",
    "who": "carol",
    "at": "2026/07/01 09:00",
    "from": "A",
    "device": "M",
    "bought": "yes",
    "plan": "",
}


def events_of(mapping, row, *, row_key):
    return bodies_of(mapping, [row], row_key=row_key)


def test_a_row_stands_for_the_events_whose_condition_holds():
    mapping = read_mapping(FULL)
    click, bought = events_of(mapping, ROW, row_key="k")
    assert (click.kind, click.partner, click.device, click.program) == ("click", "alice", "mobile", "shop")
    assert (bought.kind, bought.currency, bought.customer, bought.attributes) == (
        "purchase",
        "EUR",
        "carol",
        {},
    )
    assert [event.kind for event in events_of(mapping, {**ROW, "bought": "no"}, row_key="k")] == ["click"]


def test_a_time_without_an_offset_is_of_the_mappings_zone():
    (click, _) = events_of(read_mapping(FULL), ROW, row_key="k")
    assert click.occurred_at == "2026-07-01T09:00:00-04:00"


def test_a_value_that_is_not_listed_takes_what_is_given_for_the_others():
    (click, _) = events_of(read_mapping(FULL), {**ROW, "from": "Z", "device": "?"}, row_key="k")
    assert (click.channel, click.partner, click.device) == ("direct", None, "desktop")


def test_the_row_itself_can_be_the_visitor():
    (event,) = events_of(read_mapping(PLAIN), {"at": "2026-03-02T09:00:00Z"}, row_key="abc#1")
    assert (event.visitor, event.occurred_at) == ("abc#1", "2026-03-02T09:00:00+00:00")


def test_the_columns_that_a_mapping_reads_are_known():
    assert columns_of(read_mapping(FULL)) == set(ROW)


@pytest.mark.parametrize(
    ("row", "column"),
    [({**ROW, "at": "yesterday"}, "at"), ({**ROW, "at": ""}, "at"), ({"who": "carol"}, "at")],
)
def test_a_cell_that_means_nothing_is_refused_with_its_column(row, column):
    with pytest.raises(Rejected) as refused:
        events_of(read_mapping(FULL), row, row_key="k")
    assert refused.value.column == column
    assert refused.value.fix


def test_a_value_without_others_is_refused_with_the_value():
    mapping = read_mapping(FULL.replace(', otherwise = { channel = "direct" }', ""))
    with pytest.raises(Rejected, match="does not know 'Z' in the column 'from'"):
        events_of(mapping, {**ROW, "from": "Z"}, row_key="k")
