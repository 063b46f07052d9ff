"""A mapping that cannot be used is refused when it is read, and says where and what to write instead."""

import pytest

from tallystick.tracking.events.mapping.checks import FIELDS, column_in, columns_of, read_mapping
from tallystick.tracking.events.mapping.form import BadMapping, ReadAs
from tallystick.tracking.events.mapping.targets import targets_of

PLAIN = """
name = "orders"
[fields]
visitor = { row = true }
occurred_at = { column = "at" }
[[events]]
kind = "purchase"
"""
CLICK = """
name = "clicks"
[fields]
visitor = { column = "who" }
[[events]]
kind = "click"
origin = { column = "from", values = { A = { partner = "alice" } }, otherwise = { channel = "direct" } }
fields.occurred_at = { column = "at" }
"""
GROUPED = """
name = "retail"
group_by = ["number"]
[fields]
occurred_at = { column = "at" }
order = { column = "number" }
customer = { column = "who" }
[[events]]
kind = "purchase"
when = { column = "count", above = "0" }
lines.when = { column = "sku", filled = true }
lines.fields = { quantity = { column = "count" }, unit_price = { column = "price" } }
"""
PARTNERS = """
name = "partners"
[fields]
key = { column = "ID" }
[[partners]]
fields.name = { columns = ["First", "Last"] }
[[codes]]
fields.partner = { column = "Owner" }
[[links]]
fields.partner = { column = "Owner" }
fields.destination = { column = "URL" }
"""
REPORTS = """
name = "reports"
[fields]
on = { column = "Day", format = "%d.%m.%Y" }
[[totals]]
fields.measure = { constant = "sends" }
fields.value = { column = "Sent" }
[[costs]]
fields.kind = { constant = "spend" }
fields.amount = { column = "Cost", minor = true }
"""


def with_field(text: str) -> str:
    """A mapping with one more field of its event."""
    return PLAIN + text


@pytest.mark.parametrize("text", [PLAIN, CLICK, GROUPED, PARTNERS, REPORTS])
def test_what_can_be_used_is_read_and_the_same_text_is_the_same_mapping(text):
    assert read_mapping(text) is read_mapping(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name = ", "Invalid value"),
        (PLAIN.replace('"orders"', '"my orders"'), "name"),
        (
            PLAIN.replace('"orders"', '"orders"\nzone = "Mars/Phobos"'),
            "`zone` is 'Mars/Phobos': not a time zone",
        ),
        (PLAIN.replace('"orders"', '"orders"\nzone = "../etc"'), "not a time zone"),
        (PLAIN.replace('"orders"', '"orders"\nzone = "Europe"'), "not a time zone"),
        (PLAIN.replace('"orders"', '"orders"\ndecimal = ";"'), "the point or the comma"),
        (PLAIN.replace('"orders"', '"orders"\ncolour = "red"'), "unknown field"),
        (PLAIN.split("[[events]]", maxsplit=1)[0] + "events = []", "fields"),
        ('name = "orders"\nevents = []', r"no target: .* \[\[events\]\], \[\[partners\]\]"),
        (GROUPED.replace("group_by", 'key = ["number"]\ngroup_by'), "leave `key` out"),
        (GROUPED.replace('["number"]', '["number", "number"]'), "`group_by` names a column twice"),
    ],
)
def test_the_head_says_what_is_wrong_with_it(text, complaint):
    with pytest.raises(BadMapping, match=complaint):
        read_mapping(text)


@pytest.mark.parametrize(
    ("reading", "complaint"),
    [
        ('encoding = "utf-9"', "no encoding of text"),
        ('encoding = "base64"', "no encoding of text"),
        ('separator = "||"', "one character, or `tab`, or `spaces`"),
        ('separator = "a"', "one character"),
        ('header = ["at", "at"]', "names a column twice"),
        ('header = ["on", "who"]', "`reading.header` has no column at"),
        ('section = ""', "`reading.section` is empty"),
    ],
)
def test_how_a_file_is_read_is_checked(reading, complaint):
    with pytest.raises(BadMapping, match=complaint):
        read_mapping(PLAIN.replace("[fields]", f"[reading]\n{reading}\n[fields]"))


@pytest.mark.parametrize(
    "reading",
    ['encoding = "cp1252"\nseparator = "tab"', 'separator = ";"', 'header = ["at"]\nseparator = "spaces"'],
)
def test_how_a_file_can_be_read(reading):
    read = read_mapping(PLAIN.replace("[fields]", f"[reading]\n{reading}\n[fields]"))
    assert read.reading != ReadAs()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (PLAIN.replace("purchase", "gift"), "kinds: click"),
        (PLAIN.replace("visitor", "colour"), "fields of an event: .*visitor"),
        (
            with_field("fields.colour = { column = 'a' }"),
            r"`events\[1\].fields` has 'colour'; fields of an event",
        ),
        (with_field("fields.kind = { column = 'a' }"), "fields of an event"),
        (
            PLAIN.replace('occurred_at = { column = "at" }', ""),
            "no `occurred_at`: say which column is the time",
        ),
        (
            PLAIN.replace("visitor", "session"),
            "names nobody: a purchase needs one of visitor, customer, account",
        ),
        (PLAIN.replace("purchase", "click"), "does not say whose it is: a click needs `origin`"),
        (PLAIN.replace("purchase", "refund"), "needs one of order, customer"),
        (PLAIN.replace("purchase", "refund").replace("visitor", "order"), "no `amount`: .* a cancellation"),
        (
            PLAIN.replace("purchase", "stage_change").replace("visitor", "order"),
            "`events\\[1\\].attributes` needs .*stage",
        ),
        (PLAIN.replace("purchase", "review"), "needs one of rating"),
        (PLAIN.replace("purchase", "survey_answer"), "needs one of score, answer"),
        (CLICK.replace('partner = "alice"', 'colour = "red"'), "names partner, placement"),
        (CLICK.replace('{ channel = "direct" }', '{ colour = "red" }'), "names partner, placement"),
        (CLICK + "fields.partner = { column = 'p' }", "an `origin` and fields that say whose it is"),
        (
            PARTNERS.replace('fields.destination = { column = "URL" }', ""),
            r"`links\[1\].fields` has no `destination`",
        ),
        (PARTNERS.replace('key = { column = "ID" }', 'name = { column = "ID" }'), "no `key`"),
        (REPORTS.replace('fields.value = { column = "Sent" }', ""), "needs `value`, or `amount`"),
        (
            REPORTS.replace('fields.amount = { column = "Cost", minor = true }', ""),
            r"`costs\[1\].fields` has no `amount`",
        ),
        (REPORTS.replace('"spend"', '"gifts"'), "use one of spend"),
        (PARTNERS + "attributes = { plan = 'Plan' }", r"`links\[1\].attributes`: a link has none"),
    ],
)
def test_a_target_says_what_it_needs(text, complaint):
    with pytest.raises(BadMapping, match=complaint):
        read_mapping(text)


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ("customer = {}", "exactly one of column, columns, constant, row = true"),
        ("customer = { column = 'a', row = true }", "exactly one of column, columns, constant, row = true"),
        ("customer = { column = 'a', columns = ['b', 'c'] }", "exactly one"),
        ("customer = { columns = ['b'] }", "write `column`"),
        ("customer = { column = '' }", "without a name"),
        ("customer = { constant = '' }", "leave the field out"),
        ("customer = { constant = 'a', otherwise = 'b' }", "which need a column"),
        ("customer = { row = true, values = { a = 'b' } }", "which need a column"),
        ("customer = { column = 'a', values = {} }", "values` is empty"),
        (
            "customer = { column = 'a', format = '%Y' }",
            "`events.1..fields.customer.format` is for times: occurred_at",
        ),
        ("customer = { column = 'a', minor = true }", "is for amounts"),
        ("customer = { column = 'a', negate = true }", "is for amounts and numbers"),
        ("amount = { column = 'a', zone = 'UTC' }", "is for times"),
        ("amount = { constant = '12,50' }", "'12,50': .* not a number"),
        ("currency = { constant = 'euro' }", "three capital letters"),
        ("currency = { column = 'a', values = { e = 'EUR', x = 'XXX' } }", "'XXX': write three"),
        ("country = { constant = 'Germany' }", "two letters of ISO 3166"),
        ("visitor_type = { column = 'a', values = { a = 'shy' } }", "use one of new"),
        ("occurred_at = { row = true }", "the key of a row is none"),
        ("occurred_at = { column = 'a', zone = 'Mars' }", "fields.occurred_at.zone` is 'Mars'"),
        ("occurred_at = { column = 'a', format = '%Y-%m-%d %Q' }", "no time can have it"),
        ("occurred_at = { column = 'a', format = '%d.%m.' }", "names no year"),
        ("occurred_at = { column = 'a', format = '%Y %H:%M %Z' }", "give `zone`, or use %z"),
        ("occurred_at = { column = 'a', format = 'unix', months_before = '2026-01-01' }", "at most one of"),
        ("occurred_at = { column = 'a', months_before = 'yesterday' }", "write a day such as"),
        ("occurred_at = { constant = 'yesterday' }", "'yesterday' is not a time in ISO 8601"),
        ("occurred_at = { column = 'a', values = { Jan = '2025-13-01' } }", "'2025-13-01' is not a time"),
    ],
)
def test_a_field_says_what_is_wrong_with_it(field, complaint):
    with pytest.raises(BadMapping, match=complaint):
        read_mapping(with_field(f"fields.{field}"))


@pytest.mark.parametrize(
    "condition",
    [
        "{ column = 'a' }",
        "{ column = '', filled = true }",
        "{ column = 'a', filled = true, in = ['x'] }",
        "{ column = 'a', starts = '' }",
        "{ column = 'a', above = '0', below = '9' }",
    ],
)
def test_a_condition_asks_exactly_one_thing(condition):
    with pytest.raises(BadMapping, match="needs a column and exactly one of in"):
        read_mapping(with_field(f"when = {condition}"))


def test_a_condition_compares_with_numbers():
    with pytest.raises(BadMapping, match="compares with '12,5'; write a number with a point"):
        read_mapping(with_field("when = { column = 'a', above = '12,5' }"))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("unit_price", "colour", "fields of a line"),
        (', unit_price = { column = "price" }', "", "needs `amount`, or `quantity` and `unit_price`"),
        ('quantity = { column = "count" }', "quantity = { row = true }", "comes from a column"),
        ('group_by = ["number"]', 'key = ["number"]', None),
    ],
)
def test_lines_are_worth_something(old, new, complaint):
    text = GROUPED.replace(old, new)
    if complaint is None:
        assert columns_of(read_mapping(text))
    else:
        with pytest.raises(BadMapping, match=complaint):
            read_mapping(text)


def test_one_row_has_an_amount_or_is_a_line():
    text = GROUPED.replace('group_by = ["number"]', "") + "fields.amount = { column = 'total' }"
    with pytest.raises(BadMapping, match="give `group_by` for orders of several rows"):
        read_mapping(text)


def test_the_columns_that_a_mapping_reads_are_known():
    assert columns_of(read_mapping(GROUPED)) == {"number", "at", "who", "count", "sku", "price"}
    assert columns_of(read_mapping(PARTNERS)) == {"ID", "First", "Last", "Owner", "URL"}


@pytest.mark.parametrize(
    ("text", "field", "column"),
    [
        (CLICK, "partner", "from"),
        (CLICK, "code", "from"),
        (CLICK, "occurred_at", "at"),
        (CLICK, "amount", "amount"),
        (PARTNERS, "name", "First + Last"),
        (PARTNERS, "destination", "URL"),
        (GROUPED, "lines.quantity", "count"),
        (PLAIN + "attributes = { plan = 'Plan' }", "attributes.plan", "Plan"),
        (PLAIN + "fields.code = { column = 'Voucher' }", "partner", "Voucher"),
    ],
)
def test_a_field_is_told_by_its_column(text, field, column):
    mapping = read_mapping(text)
    assert column in {column_in(mapping, name, target, field) for name, _, target in targets_of(mapping)}


def test_the_fields_that_each_target_can_have_are_known():
    assert "kind" not in FIELDS["events"]
    assert "kind" in FIELDS["costs"]
    assert FIELDS["codes"] == ("key", "partner", "program", "placement")


@pytest.mark.parametrize("part", ["a.", '"a" . ', "''.", "[a."])
def test_a_key_of_very_many_parts_is_refused_before_it_takes_all_memory(part):
    with pytest.raises(BadMapping, match="more than 100 parts"):
        read_mapping(PLAIN + part + part.removeprefix("[") * 60_000 + "b = 1\n")
