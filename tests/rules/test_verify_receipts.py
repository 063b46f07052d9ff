"""From a stored receipt to drafts: rows, groups and whole events; the row and the cell that are wrong are told."""

import json
from datetime import UTC, date, datetime

import pytest

from tallystick.kit import ids
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.opening_rules import CodeOpening, PartnerOpening
from tallystick.tracking.events.receipts import Context, claims_of
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.events.wire import EVENT, GROUP, ROW
from tallystick.tracking.inbox.stores.port import Stored
from tallystick.tracking.inbox.wire import Origin as CameFrom
from tallystick.tracking.inbox.wire import Receipt
from tallystick.tracking.reported.rules import CostDraft
from tests.rules.test_verify import ALICE, SHOP

RETAIL = """
name = "retail"
group_by = ["No"]
decimal = ","
[fields]
occurred_at = { column = "At" }
customer = { column = "Who" }
order = { column = "No" }
code = { column = "Voucher" }
device = { column = "Land", values = { Austria = "tv", Mars = "a device whose name is longer than forty letters" } }
[[events]]
kind = "purchase"
when = { column = "Price", filled = true }
attributes = { note = "Note" }
lines.fields.quantity = { column = "Count" }
lines.fields.unit_price = { column = "Price" }
"""
MIXED = """
name = "mixed"
key = ["ID"]
[[events]]
kind = "past_order"
fields.occurred_at = { column = "At" }
fields.customer = { column = "Who" }
fields.amount = { column = "Total", negate = true }
[[partners]]
when = { column = "Partner", filled = true }
fields.key = { column = "Partner" }
[[codes]]
when = { column = "Code", filled = true }
fields.key = { column = "Code" }
fields.partner = { column = "Partner" }
[[costs]]
when = { column = "Fee", filled = true }
fields.kind = { constant = "fixed_fee" }
fields.on = { column = "At" }
fields.amount = { column = "Fee" }
"""
CONTEXT = Context(SHOP, {"retail": read_mapping(RETAIL), "mixed": read_mapping(MIXED)})


def stored(body, *, kind, source, lines=(), **parts):
    receipt = Receipt(
        id=ids.new(),
        brand_id=ids.new(),
        source=source,
        kind=kind,
        key="k",
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        content_type="application/json",
        received_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        origin=CameFrom(file="f.csv", line=2, lines=lines),
    )
    return Stored(**{"receipt": receipt, "place": 1, "digest": b"", "repeats": 0} | parts)


def drafts_of(one):
    return claims_of(one, CONTEXT).drafts


def line(**cells):
    plain = {
        "No": "7",
        "At": "2026-03-02",
        "Who": "carol",
        "Voucher": "",
        "Land": "Austria",
        "Note": "",
        "Count": "2",
        "Price": "1,255",
    }
    return plain | cells


def group(*rows):
    return drafts_of(stored(list(rows), kind=GROUP, source="retail", lines=range(2, 2 + len(rows))))


def mixed(**cells):
    row = {
        "ID": "1",
        "At": "2026-03-02",
        "Who": "carol",
        "Total": "-9.50",
        "Partner": "",
        "Code": "",
        "Fee": "",
    }
    return stored(row | cells, kind=ROW, source="mixed")


def test_the_rows_of_an_order_are_one_event_that_knows_how_many_they_were():
    (draft,) = group(line(), line(Count="1", Price="0,005"), line(Price="", Note="packed by Bob"))
    assert isinstance(draft, Draft)
    assert (draft.amount_minor, draft.order, draft.from_rows) == (252, "7", 2)
    assert draft.lines == ({"quantity": "2", "unit_price": "1.255"}, {"quantity": "1", "unit_price": "0.005"})
    assert draft.attributes == {}


@pytest.mark.parametrize(
    ("rows", "column", "value", "row"),
    [
        ((line(), line(Price=""), line(Count="1e9")), "Count", "1e9", 2),
        ((line(), line(Count="")), "Count", "", 1),
        ((line(), line(Who="dave")), "Who", "dave", 1),
        ((line(At="2026-03-03"), line(At="1899-12-30")), "At", "1899-12-30", 1),
        ((line(), line(At="2027-01-01"), line(At="2027-01-02")), None, None, None),
        ((line(Note=""), line(Note="\0")), "Note", "\0", 1),
        ((line(), line(Voucher="nobodys")), "Voucher", "NOBODYS", 1),
        ((line(Land=""), line(Land="Mars")), "Land", "Mars", 1),
    ],
)
def test_the_column_the_cell_and_the_row_that_is_wrong_are_told(rows, column, value, row):
    if column is None:
        # Of times the earliest counts, so that a later one may even lie ahead.
        assert len(group(*rows)) == 1
        return
    with pytest.raises(Rejected) as refused:
        group(*rows)
    found = refused.value
    assert (found.column, found.value, found.row, found.order) == (column, value, row, "7")


def test_rows_behind_several_things_are_counted_once():
    rows = stored([line(), line(), line(Price="")], kind=GROUP, source="retail")
    assert claims_of(rows, CONTEXT).rows == 2
    assert claims_of(mixed(Partner="alice", Fee="5.00"), CONTEXT).rows == 1


def test_a_group_of_which_no_row_counts_is_kept_for_nothing():
    assert group(line(Price="")) == []


def test_one_row_may_stand_for_a_past_order_a_partner_a_code_and_a_cost():
    past, partner, code, cost = drafts_of(mixed(Partner="alice", Code="Twenty", Fee="5.00"))
    assert (past.kind, past.amount_minor, past.from_rows) == ("past_order", 950, 1)
    assert isinstance(partner, PartnerOpening)
    assert isinstance(code, CodeOpening)
    assert code.partnership_id == ALICE
    assert isinstance(cost, CostDraft)
    assert (cost.amount_minor, cost.on) == (500, date(2026, 3, 2))


def test_one_wrong_thing_keeps_the_whole_row_back_and_the_cell_is_shown_as_it_stands():
    with pytest.raises(Rejected) as refused:
        drafts_of(mixed(Total="9.50", Partner="alice"))
    assert (refused.value.column, refused.value.value) == ("Total", "9.50")
    with pytest.raises(Rejected) as refused:
        drafts_of(mixed(Fee="much"))
    assert (refused.value.column, refused.value.value) == ("Fee", "much")


def test_a_whole_event_is_told_with_its_order_and_its_own_names_of_fields():
    lines = [{"amount": "5.00"}, {"amount": "five"}]
    event = {
        "kind": "purchase",
        "occurred_at": "2026-03-02T09:00:00Z",
        "customer": "carol",
        "order": "9",
        "lines": lines,
    }
    with pytest.raises(Rejected) as refused:
        drafts_of(stored(event, kind=EVENT, source="events"))
    found = refused.value
    assert (found.column, found.value, found.order) == ("lines.amount", "five", "9")
    lines.pop()
    (draft,) = drafts_of(stored(event, kind=EVENT, source="events"))
    assert draft.amount_minor == 500


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"{", ROW, "syntax"),
        (b'{"a": 1}', ROW, "schema"),
        (b'{"a": "b"}', GROUP, "schema"),
        (b'["a"]', GROUP, "schema"),
        (b'{"a": "\xff"}', ROW, "encoding"),
        (b"{}", ROW, "schema"),
        (b'{"kind": "click", "kind": "click"}', EVENT, "syntax"),
        (b"{}", "form", "schema"),
    ],
)
def test_a_body_that_is_no_row_is_refused(body, kind, reason):
    with pytest.raises(Rejected) as refused:
        drafts_of(stored(body, kind=kind, source="mixed"))
    assert refused.value.reason == reason


def test_a_source_without_a_mapping_waits_for_one():
    with pytest.raises(Rejected, match="no mapping 'other'"):
        drafts_of(stored({}, kind=ROW, source="other"))


def test_an_erased_receipt_stands_for_nothing():
    assert drafts_of(stored(b"", kind=ROW, source="mixed", erased_at=1)) == []
