"""The table of columns says a mapping, and a mapping a table; what a table cannot say stays as it is."""

import pytest

from tallystick.doors.console.views.imports.columns import (
    AS_IT_IS,
    KEPT,
    MINOR,
    NOT_USED,
    Asked,
    BadTable,
    constants_of,
    fields_offered,
    put,
    targets,
    use_of,
    written_of,
)
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, Mapping
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.presets.catalog import PRESETS

PURCHASES = Mapping(name="orders", events=(EventFrom(kind="purchase"),))


def asked(mapping: Mapping, **said) -> Asked:
    """The table as it stands, with some of it changed."""
    given = {
        "name": mapping.name,
        "program": mapping.program,
        "key": mapping.key,
        "group_by": mapping.group_by,
        "zone": mapping.zone,
        "decimal": mapping.decimal,
        "reading": mapping.reading,
        "constants": constants_of(mapping),
    }
    return Asked(**{**given, **said})


def test_columns_go_where_the_table_says():
    uses = {"Date": "occurred_at", "Mail": "customer", "Total": "amount", "Note": KEPT, "Empty": NOT_USED}
    said = asked(
        PURCHASES,
        uses=uses,
        written={"Date": "%d.%m.%Y", "Total": MINOR},
        constants={"currency": "EUR"},
        key=("Number",),
        zone="Europe/Berlin",
    )
    made = put(PURCHASES, said)
    assert made.fields == {
        "occurred_at": FieldFrom(column="Date", format="%d.%m.%Y"),
        "customer": FieldFrom(column="Mail"),
        "amount": FieldFrom(column="Total", minor=True),
        "currency": FieldFrom(constant="EUR"),
    }
    assert made.events[0].attributes == {"Note": "Note"}
    assert {column: use_of(made, column).token for column in uses} == uses
    assert [written_of(made, column) for column in ("Date", "Total", "Mail")] == ["%d.%m.%Y", MINOR, ""]
    assert read_mapping(mapping_text(made)) == made


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_preset_that_nobody_changes_stays_word_for_word_what_it_is(preset):
    columns = set(preset.mapping.key) | set(preset.needs)
    uses = {column: use_of(preset.mapping, column).token for column in columns}
    written = {column: written_of(preset.mapping, column) for column in columns}
    assert put(preset.mapping, asked(preset.mapping, uses=uses, written=written)) == preset.mapping


def test_a_column_that_is_set_anew_is_taken_from_everything_it_stood_for():
    dub = next(preset.mapping for preset in PRESETS if preset.key == "dub_commissions")
    assert use_of(dub, "Amount").token == AS_IT_IS
    made = put(dub, asked(dub, uses={"Amount": NOT_USED}))
    assert use_of(made, "Amount").token == NOT_USED
    assert use_of(made, "Earnings") == use_of(dub, "Earnings")
    assert [each.when for each in made.events] == [each.when for each in dub.events]


def test_a_column_that_only_decides_what_a_row_is_says_so():
    mapping = read_mapping(
        'name = "x"\n[[events]]\nkind = "lead"\nfields.occurred_at.column = "at"\nfields.visitor.column = "v"\n'
        'when = { column = "kind", in = ["a"] }'
    )
    assert use_of(mapping, "kind").token == AS_IT_IS
    assert put(mapping, asked(mapping, uses={"kind": AS_IT_IS})) == mapping
    assert put(mapping, asked(mapping, uses={"kind": "device"})).events[0].when == mapping.events[0].when


def test_two_columns_cannot_go_to_one_field():
    with pytest.raises(BadTable, match="two columns go to one field: 'A' and 'B'"):
        put(PURCHASES, asked(PURCHASES, uses={"A": "customer", "B": "customer"}))
    with pytest.raises(BadTable, match="two columns"):
        put(PURCHASES, asked(PURCHASES, uses={"A": "currency"}, constants={"currency": "EUR"}))


def test_two_columns_may_change_places():
    first = put(PURCHASES, asked(PURCHASES, uses={"A": "customer", "B": "visitor"}))
    second = put(first, asked(first, uses={"A": "visitor", "B": "customer"}))
    assert [use_of(second, column).token for column in "AB"] == ["visitor", "customer"]


def test_what_a_row_stands_for_can_be_added_and_left_out():
    made = put(PURCHASES, asked(PURCHASES, also="orders"))
    assert [place for place, _target in targets(made)] == ["events.0", "orders.0"]
    assert "ordered_at" in fields_offered(made)
    assert "ordered_at" not in fields_offered(PURCHASES)
    assert put(made, asked(made, without=frozenset({"orders.0"}))) == PURCHASES
    with pytest.raises(BadTable, match="'gift'"):
        put(PURCHASES, asked(PURCHASES, also="gift"))
    with pytest.raises(BadTable, match="'sku'"):
        put(PURCHASES, asked(PURCHASES, uses={"A": "sku"}))


def test_a_field_that_a_column_has_is_not_the_same_in_every_row():
    made = put(PURCHASES, asked(PURCHASES, uses={"A": "currency"}))
    with pytest.raises(BadTable, match="comes from the column 'A' too"):
        put(made, asked(made, constants={"currency": "EUR"}))
