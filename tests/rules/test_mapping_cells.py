"""What a cell says: times in every form, amounts with signs, conditions, several columns."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.apply import bodies_of
from tallystick.tracking.events.mapping.checks import read_mapping

MAPPING = """
name = "orders"
zone = "Europe/Berlin"
{head}
[[events]]
kind = "purchase"
fields.visitor = {{ row = true }}
fields.occurred_at = {{ column = "at"{time} }}
{more}
"""


def bodies(row, *, time="", more="", head=""):
    mapping = read_mapping(MAPPING.format(time=time and f", {time}", more=more, head=head))
    return bodies_of(mapping, [{"at": "2026-03-02", **row}], row_key="k#1")


@pytest.mark.parametrize(
    ("cell", "time", "instant"),
    [
        ("2026-03-02", "", "2026-03-02T00:00:00+01:00"),
        (" 2026-07-01 09:30 ", "", "2026-07-01T09:30:00+02:00"),
        ("2026-07-01T09:30:00.250Z", "", "2026-07-01T09:30:00.250000+00:00"),
        ("20260701T0930-0400", "", "2026-07-01T09:30:00-04:00"),
        ("1.7.2026 09:30", 'format = "%d.%m.%Y %H:%M"', "2026-07-01T09:30:00+02:00"),
        ("07/01/26 09:30 PM", 'format = "%m/%d/%y %I:%M %p"', "2026-07-01T21:30:00+02:00"),
        ("1 Jul 2026 +0000", 'format = "%d %b %Y %z"', "2026-07-01T00:00:00+00:00"),
        ("2026-07-01 09:30", 'zone = "America/New_York"', "2026-07-01T09:30:00-04:00"),
        ("0", 'format = "unix"', "1970-01-01T00:00:00+00:00"),
        ("1782891000", 'format = "unix"', "2026-07-01T07:30:00+00:00"),
        ("1782891000.5", 'format = "unix"', "2026-07-01T07:30:00.500000+00:00"),
        ("1782891000250", 'format = "unix_ms"', "2026-07-01T07:30:00.250000+00:00"),
        ("-1.5", 'format = "unix"', "1969-12-31T23:59:58.500000+00:00"),
        ("0", 'months_before = "2026-03-31"', "2026-03-31T00:00:00+02:00"),
        ("1", 'months_before = "2026-03-31"', "2026-02-28T00:00:00+01:00"),
        ("13.0", 'months_before = "2024-03-29"', "2023-02-28T00:00:00+01:00"),
        ("3", 'months_before = "2026-03-15"', "2025-12-15T00:00:00+01:00"),
        ("60", 'days_before = "2026-03-01"', "2025-12-31T00:00:00+01:00"),
        # The clocks show half past two twice: the first is meant. Half past two in March is shown never: as before it.
        ("2026-10-25 02:30", "", "2026-10-25T02:30:00+02:00"),
        ("2026-03-29 02:30", "", "2026-03-29T02:30:00+01:00"),
    ],
)
def test_a_time_is_read_as_the_mapping_says(cell, time, instant):
    (event,) = bodies({"at": cell}, time=time)
    assert event.occurred_at == instant
    assert datetime.fromisoformat(event.occurred_at).tzinfo


@pytest.mark.parametrize(
    ("cell", "time", "wanted"),
    [
        ("", "", "the cell with the time is empty"),
        ("yesterday", "", "not a time in ISO 8601"),
        ("2026-02-30", "", "not a time in ISO 8601"),
        ("31.2.2026", 'format = "%d.%m.%Y"', "not a time in the format '%d.%m.%Y'"),
        ("1e999", 'format = "unix"', "seconds since 1970"),
        ("NaN", 'format = "unix"', "seconds since 1970"),
        ("99999999999999999", 'format = "unix"', "seconds since 1970"),
        ("１２", 'format = "unix_ms"', "milliseconds since 1970"),
        ("-3", 'months_before = "2026-03-31"', "a number of months before 2026-03-31"),
        ("1.5", 'days_before = "2026-03-31"', "a number of days before"),
        ("999999", 'months_before = "2026-03-31"', "a number of months before"),
        ("999999", 'days_before = "2026-03-31"', "a number of days before"),
    ],
)
def test_a_cell_that_is_no_time_is_refused_with_column_and_value(cell, time, wanted):
    with pytest.raises(Rejected, match=wanted.replace("'%d.%m.%Y'", "")) as refused:
        bodies({"at": cell}, time=time)
    assert (refused.value.column, refused.value.value) == ("at", cell)


@given(st.datetimes())
def test_every_local_time_is_some_instant(at):
    (event,) = bodies({"at": at.isoformat()})
    read = datetime.fromisoformat(event.occurred_at)
    assert read.replace(tzinfo=None) == at
    assert abs(read.utcoffset()) < timedelta(hours=3)


@pytest.mark.parametrize(
    ("cell", "day"),
    [("20.11.2026 23:30", "2026-11-20"), ("1.2.2026 00:00", "2026-02-01")],
)
def test_a_day_is_the_one_that_is_written(cell, day):
    text = """
    name = "sends"
    [[totals]]
    fields.measure = { constant = "sends" }
    fields.value = { column = "n" }
    fields.on = { column = "at", format = "%d.%m.%Y %H:%M" }
    """
    (total,) = bodies_of(read_mapping(text), [{"at": cell, "n": "5"}], row_key="k")
    assert (total.on, total.value) == (day, "5")


def test_the_day_of_an_instant_is_the_one_in_the_zone():
    text = """
    name = "costs"
    zone = "Europe/Berlin"
    [[costs]]
    fields.kind = { constant = "spend" }
    fields.amount = { column = "cost" }
    fields.on = { column = "at" }
    """
    (cost,) = bodies_of(read_mapping(text), [{"at": "2026-11-20T23:30:00Z", "cost": "5"}], row_key="k")
    assert cost.on == "2026-11-21"


@pytest.mark.parametrize(
    ("cell", "options", "amount"),
    [
        ("12.50", "", "12.50"),
        ("€ 12.50", "", "€ 12.50"),
        ("1250", ", minor = true", "1250 minor"),
        ("12.50", ", negate = true", "-12.50"),
        ("-12.50", ", negate = true", "12.50"),
        ("(12.50)", ", negate = true", "12.50"),
        ("\u221212.50 €", ", negate = true", "12.50 €"),
        ("+12.50", ", negate = true", "-12.50"),
        ("-1250", ", negate = true, minor = true", "1250 minor"),
        ("", ", negate = true, minor = true", None),
        ("€ -12.50", ", negate = true", "€ 12.50"),
        # What is no amount does not become one by its sign.
        ("12-34", ", negate = true", "12-34"),
        ("5-", ", negate = true", "5-"),
        ("+-5", ", negate = true", "+-5"),
        ("(-5)", ", negate = true", "(-5)"),
        ("-", ", negate = true", "-"),
        ("()", ", negate = true", "()"),
    ],
)
def test_an_amount_is_handed_on_for_its_currency_to_be_known(cell, options, amount):
    (event,) = bodies({"total": cell}, more=f"fields.amount = {{ column = 'total'{options} }}")
    assert event.amount == amount


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ('in = ["a", "b"]', ["a", "b"], ["A", "", "ab"]),
        ("filled = true", ["a", " "], [""]),
        ('starts = "C"', ["C1", "C"], ["c1", "", "1C"]),
        ('above = "0"', ["1", "0,01", "1.000", "€ 5"[2:]], ["0", "-1", "", "many", "1e999", "NaN", "-0"]),
        ('below = "2.5"', ["2,4", "-1", "\u22121"], ["2,5", "3", "", "Infinity"]),
        ('above = "0", not = true', ["0", "-1", "", "many"], ["1"]),
        ('starts = "C", not = true', ["1", ""], ["C1"]),
    ],
)
def test_a_condition_chooses_rows(condition, holds, fails):
    more = f"when = {{ column = 'c', {condition} }}"
    assert [cell for cell in holds + fails if bodies({"c": cell}, more=more, head='decimal = ","')] == holds


def test_all_conditions_must_hold():
    more = "when = [{ column = 'a', filled = true }, { column = 'b', filled = true }]"
    assert bodies({"a": "1", "b": "1"}, more=more)
    assert not bodies({"a": "1", "b": ""}, more=more)


def test_a_field_of_several_columns_is_joined_by_a_blank_where_they_are_filled():
    more = "fields.customer = { columns = ['first', 'last'] }"
    assert bodies({"first": "Ada", "last": "L"}, more=more)[0].customer == "Ada L"
    assert bodies({"first": "", "last": "L"}, more=more)[0].customer == "L"
    assert bodies({"first": "", "last": ""}, more=more)[0].customer is None
    with pytest.raises(Rejected, match="no column 'last'") as refused:
        bodies({"first": "Ada"}, more=more)
    assert refused.value.column == "last"


def test_an_empty_cell_is_what_stands_otherwise_and_a_table_has_its_own_others():
    more = "fields.country = { column = 'c', otherwise = 'DE' }"
    assert [bodies({"c": cell}, more=more)[0].country for cell in ("", "AT")] == ["DE", "AT"]
    more = "fields.country = { column = 'c', values = { Austria = 'AT' }, otherwise = '' }"
    assert [bodies({"c": cell}, more=more)[0].country for cell in ("Mars", "Austria")] == [None, "AT"]


def test_an_empty_program_is_the_mappings():
    more = "fields.program = { column = 'p' }"
    made = [bodies({"p": cell}, more=more, head='program = "shop"')[0].program for cell in ("", "club")]
    assert made == ["shop", "club"]


def test_a_row_stands_for_partners_codes_and_links_in_the_order_of_the_language():
    text = """
    name = "partners"
    [fields]
    partner = { column = "ID" }
    [[codes]]
    when = { column = "Coupon", filled = true }
    fields.key = { column = "Coupon" }
    [[partners]]
    fields.key = { column = "ID" }
    fields.name = { column = "Name" }
    """
    partner, code = bodies_of(
        read_mapping(text), [{"ID": "7", "Name": "Alice", "Coupon": "TEN"}], row_key="k"
    )
    assert (partner.key, partner.name) == ("7", "Alice")
    assert (code.key, code.partner) == ("TEN", "7")
    with pytest.raises(Rejected, match="the cell with the `key` is empty") as refused:
        bodies_of(read_mapping(text), [{"ID": "", "Name": "Alice", "Coupon": ""}], row_key="k")
    assert refused.value.column == "ID"


def test_names_shared_by_all_do_not_mix_with_an_origin():
    text = """
    name = "clicks"
    [fields]
    visitor = { row = true }
    occurred_at = { column = "at" }
    partner = { column = "p" }
    [[events]]
    kind = "click"
    origin = { column = "from", values = { mail = { channel = "mail" } } }
    [[events]]
    kind = "purchase"
    """
    click, purchase = bodies_of(
        read_mapping(text), [{"at": "2026-01-01", "p": "alice", "from": "mail"}], row_key="k"
    )
    assert (click.channel, click.partner) == ("mail", None)
    assert purchase.partner == "alice"
