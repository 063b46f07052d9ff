"""Rows that belong together become one event: they agree, their lines are kept, and each row is accounted for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.apply import bodies_of, parts_of
from tallystick.tracking.events.mapping.checks import read_mapping

RETAIL = read_mapping("""
name = "retail"
zone = "Europe/London"
group_by = ["Invoice"]
[fields]
occurred_at = { column = "At" }
customer = { column = "Customer" }
order = { column = "Invoice" }
[[events]]
kind = "purchase"
when = [{ column = "Invoice", starts = "C", not = true }, { column = "Customer", filled = true }]
fields.country = { column = "Country", values = { UK = "GB", France = "FR" }, otherwise = "" }
fields.amount = { column = "Total" }
attributes = { note = "Note" }
lines.when = { column = "Price", above = "0" }
lines.fields.sku = { column = "Sku" }
lines.fields.quantity = { column = "Count" }
lines.fields.unit_price = { column = "Price" }
lines.fields.category = { constant = "gift" }
[[events]]
kind = "refund"
when = { column = "Invoice", starts = "C" }
lines.fields.quantity = { column = "Count", negate = true }
lines.fields.unit_price = { column = "Price" }
""")


def row(**cells):
    return {
        "Invoice": "1",
        "At": "2026-03-02 10:00",
        "Customer": "carol",
        "Country": "UK",
        "Sku": "a",
        "Count": "1",
        "Price": "2.50",
        "Total": "",
        "Note": "",
    } | cells


def made(*rows):
    return parts_of(RETAIL, rows, row_key="1")


def test_the_lines_of_an_order_are_one_event():
    (part,) = made(row(), row(Sku="b", Count="3"))
    assert part.body.order == "1"
    assert [(line.sku, line.quantity, line.unit_price) for line in part.body.lines] == [
        ("a", "1", "2.50"),
        ("b", "3", "2.50"),
    ]
    assert {line.category for line in part.body.lines} == {"gift"}
    assert (list(part.rows), list(part.lines)) == ([0, 1], [0, 1])


def test_of_times_the_earliest_counts_whatever_its_text():
    (part,) = made(row(At="2026-03-02 10:00"), row(At="2026-03-02T10:30:00+01:00"), row(At=""))
    assert part.body.occurred_at == "2026-03-02T10:30:00+01:00"


def test_an_empty_cell_says_nothing_beside_a_filled_one():
    (part,) = made(row(Country="", Total="5.00", Note="x"), row(Country="UK"), row(Country=""))
    assert (part.body.country, part.body.amount, part.body.attributes) == ("GB", "5.00", {"note": "x"})


def test_different_words_for_one_thing_agree():
    mapping = read_mapping(
        """
        name = "r"
        group_by = ["k"]
        [[orders]]
        fields.order = { column = "k" }
        fields.ordered_at = { column = "t" }
        fields.status = { column = "s", values = { Paid = "placed", Shipped = "placed", Gone = "cancelled" } }
        """
    )
    rows = [{"k": "1", "t": "2026-01-01", "s": "Paid"}, {"k": "1", "t": "2026-01-01", "s": "Shipped"}]
    (order,) = bodies_of(mapping, rows, row_key="1")
    assert order.status == "placed"
    with pytest.raises(Rejected, match="say 'Paid' and 'Gone' in the column 's'"):
        bodies_of(mapping, [*rows, {"k": "1", "t": "2026-01-01", "s": "Gone"}], row_key="1")


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"Customer": "dave"}, "Customer", "dave"),
        ({"Note": "y"}, "Note", "y"),
        ({"Country": "France"}, "Country", "France"),
        ({"At": "never"}, "At", "never"),
    ],
)
def test_rows_that_disagree_are_refused_with_column_value_and_row(cells, column, value):
    with pytest.raises(Rejected) as refused:
        made(row(Note="x"), row(), row(**cells))
    found = refused.value
    assert (found.column, found.value, found.row, found.order) == (column, value, 2, "1")
    assert found.fix


def test_rows_that_fail_a_condition_are_no_part_and_need_not_agree():
    (part,) = made(row(), row(Customer="", Country="France"), row(Sku="c"))
    assert (list(part.rows), part.body.country, len(part.body.lines)) == ([0, 2], "GB", 2)
    assert made(row(Customer="")) == []


def test_rows_that_are_no_lines_are_part_of_the_order_and_without_lines_there_is_none():
    (part,) = made(row(), row(Price="0", Total="2.50"))
    assert (list(part.rows), list(part.lines), part.body.amount) == ([0, 1], [0], "2.50")
    assert made(row(Price="0"), row(Price="")) == []


def test_a_cancellation_is_a_refund_with_the_signs_turned():
    (part,) = made(row(Invoice="C1", Count="-2"))
    assert (part.body.kind, part.body.lines[0].quantity) == ("refund", "2")


def test_a_row_without_a_column_is_told():
    short = row()
    del short["Sku"]
    with pytest.raises(Rejected, match="no column 'Sku'") as refused:
        made(row(), short)
    assert (refused.value.row, refused.value.column) == (1, "Sku")


cell = (
    st.sampled_from(["", "a", "b", "2026-01-01", "1.5", "-3", "UK", "C9", "€", "\u2212", "1e999"]) | st.text()
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(row(), cell)), min_size=1, max_size=4))
def test_whatever_the_cells_say_it_is_bodies_or_a_refusal(rows):
    refused = None
    try:
        parts = made(*rows)
    except Rejected as rejected:
        refused, parts = rejected, []
    assert refused is None or refused.row in range(len(rows))
    assert refused is None or refused.column in row()
    assert all(set(part.lines) <= set(part.rows) <= set(range(len(rows))) for part in parts)
