"""The pages of the quarantine: found, corrected, replayed, dismissed, taken back."""

import json
from urllib.parse import urlencode

import pytest

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.tracking.events.models import Event
from tallystick.tracking.inbox.models import Quarantined
from tests.builders import happens, purchase
from tests.doors.imports_cast import MAPPING, ORDERS, form_of, shop
from tests.houses import house, twins

__all__ = ["house", "shop", "twins"]

UNREADABLE = ORDERS + "A-6,2026-03-05T10:00:00Z,hugo\n"
GROUPED = """Order,Date,Customer,Sku,Price
B-1,2026-03-02T09:00:00Z,carla,s1,10.00
B-1,2026-03-02T09:00:00Z,carla,s2,oops
"""
GROUPED_MAPPING = """name = "lines"
group_by = ["Order"]
[fields]
occurred_at = { column = "Date" }
customer = { column = "Customer" }
order = { column = "Order" }
[[events]]
kind = "purchase"
lines.fields.sku = { column = "Sku" }
lines.fields.amount = { column = "Price" }
"""


def amounts(shop) -> dict[str, int]:
    with brand_scope(shop.id):
        return dict(Event.objects.filter(kind="purchase").values_list("order", "amount_minor"))


def cell(form: dict[str, str], column: str) -> str:
    """The name of the field that holds a column."""
    number = next(name.removeprefix("column-") for name, text in form.items() if text == column)
    return f"cell-{number}"


def test_a_row_is_corrected_in_its_cells_and_counts_at_once(shop):
    shop.imports()
    first, second = shop.waits(reason="schema")
    page = shop.reads(f"quarantine/{first}")
    assert "orders.csv:5" in page.words
    assert "2 rows wait for the same value in “Amount”" in page.words
    form = form_of(page)
    wrong = next(each for each in page.all("input") if each.attributes.get("aria-invalid"))
    assert wrong.attributes["value"] == "twelve"
    done = shop.posts(f"quarantine/{first}/correct", **{**form, cell(form, "Amount"): "12.00"})
    assert "it counts now" in done.words
    shop.works()
    assert amounts(shop)["A-4"] == 1200
    assert shop.waits(reason="schema") == [second]


def test_all_rows_with_the_same_value_are_corrected_at_once(shop):
    shop.imports()
    first, _second = shop.waits(reason="schema")
    asked = shop.reads(f"quarantine/{first}/same")
    assert "2 receipts wait for it" in asked.words
    assert "2 now count" in shop.posts(f"quarantine/{first}/same", to="12.00").words
    shop.works()
    assert {amounts(shop)[order] for order in ("A-4", "A-5")} == {1200}


def test_a_correction_that_says_nothing_new_or_is_still_wrong_says_so(shop):
    shop.imports()
    first = shop.waits(reason="schema")[0]
    form = form_of(shop.reads(f"quarantine/{first}"))
    assert "No cell is named" in shop.posts(f"quarantine/{first}/correct", 400, **form).words
    on = shop.posts(f"quarantine/{first}/correct", **{**form, cell(form, "Amount"): "thirteen"})
    assert "Something else is wrong with it" in on.words
    assert "thirteen" in on.words


def test_a_row_that_could_not_be_read_is_written_anew_beside_what_stands_in_the_file(shop):
    shop.imports(UNREADABLE)
    (receipt,) = shop.waits(reason="syntax")
    page = shop.reads(f"quarantine/{receipt}")
    assert "A-6,2026-03-05T10:00:00Z,hugo" in page.words
    form = form_of(page)
    said = {"Order": "A-6", "Date": "2026-03-05T10:00:00Z", "Customer": "hugo", "Amount": "5.00"}
    given = {**form, **{cell(form, column): text for column, text in said.items()}}
    shop.posts(f"quarantine/{receipt}/correct", **{**given, cell(form, "Affiliate"): "alice"})
    shop.works()
    assert amounts(shop)["A-6"] == 500


def test_what_an_object_left_out_can_be_filled_in(shop):
    whole = {
        "Order": "A-7",
        "Date": "2026-03-05T10:00:00Z",
        "Customer": "ida",
        "Amount": "7.00",
        "Affiliate": "bob",
    }
    objects = [{name: text for name, text in whole.items() if name != "Date"}, {**whole, "Order": "A-8"}]
    shop.imports("\n".join(map(json.dumps, objects)), name="orders.ndjson")
    (receipt,) = shop.waits(reason="schema")
    form = form_of(shop.reads(f"quarantine/{receipt}"))
    shop.posts(f"quarantine/{receipt}/correct", **{**form, cell(form, "Date"): whole["Date"]})
    shop.works()
    assert amounts(shop) == {"A-7": 700, "A-8": 700}


def test_one_line_of_several_is_corrected_by_its_number(shop):
    shop.imports(GROUPED, GROUPED_MAPPING, "lines.csv")
    (receipt,) = shop.waits(reason="schema")
    page = shop.reads(f"quarantine/{receipt}?line=3")
    form = form_of(page)
    assert form[cell(form, "Price")] == "oops"
    shop.posts(f"quarantine/{receipt}/correct", **{**form, cell(form, "Price"): "5.00"})
    shop.works()
    assert amounts(shop)["B-1"] == 1500
    assert "is the number of a line" in shop.reads(f"quarantine/{receipt}?line=x", 400).words


def test_an_event_is_corrected_in_its_fields_and_one_that_is_none_as_text(shop):
    shop.receives(purchase("1001", at=1, amount="12,50 €", customer="c"))
    (receipt,) = shop.waits()
    form = form_of(shop.reads(f"quarantine/{receipt}"))
    shop.posts(f"quarantine/{receipt}/correct", **{**form, cell(form, "amount"): "12.50"})
    shop.works()
    assert amounts(shop)["1001"] == 1250


def test_receipts_are_replayed_once_what_they_wait_for_is_there(shop):
    shop.receives(happens("click", at=1, visitor="v1", partner="carl"))
    (receipt,) = shop.waits()
    assert "0 count now, 1 wait on" in shop.posts("quarantine/replay", row=receipt).words
    shop.sets_up(partners=[{"key": "carl", "name": "Carl", "kind": "content"}])
    assert "1 count now" in shop.posts("quarantine/replay", row=receipt).words
    assert "Nothing is chosen" in shop.posts("quarantine/replay").words


def test_all_that_a_list_shows_is_replayed_and_nothing_else(shop):
    shop.imports()
    shop.sets_up(partners=[{"key": "nora-blog", "name": "Nora", "kind": "content"}])
    assert "0 count now, 2 wait on" in shop.posts("quarantine/replay?reason=schema").words
    assert len(shop.waits()) == 3
    assert "1 count now, 2 wait on" in shop.posts("quarantine/replay?all=yes").words


def test_dismissing_asks_why_and_can_be_taken_back(shop):
    shop.imports()
    first, second = shop.waits(reason="schema")
    address = f"quarantine/dismiss?{urlencode({'row': [first, second]}, doseq=True)}"
    assert "Dismiss 2 receipts" in shop.reads(address).words
    assert "Say why" in shop.posts("quarantine/dismiss", 400, row=[first, second], reason=" ").words
    assert "Dismiss 2 receipts" in shop.posts("quarantine/dismiss", row=[first, second]).words
    assert (
        "2 receipts are dismissed"
        in shop.posts("quarantine/dismiss", row=[first, second], reason="test orders").words
    )
    listed = shop.reads("quarantine?state=dismissed")
    assert "test orders" in listed.words
    assert "Dismissed: test orders" in shop.reads(f"quarantine/{first}").words
    assert "1 receipt waits again" in shop.posts("quarantine/take-back", row=first).words
    assert shop.waits(reason="schema") == [first]
    with brand_scope(shop.id):
        said = AuditLine.objects.filter(brand_id=shop.id, act="receipts.dismissed").get()
        assert (said.actor_name, said.reason) == ("Ann", "test orders")


def test_the_list_is_narrowed_by_reason_file_import_name_and_value(shop):
    row = shop.imports()
    shop.imports(ORDERS.replace("A-", "B-"), MAPPING.replace('"orders"', '"others"'), "others.csv")
    for query, number in (
        ("", 6),
        ("reason=schema", 4),
        ("file=others.csv", 3),
        (f"import={ids.show('imp', row.id)}", 3),
        ("unknown=partner", 2),
        ("column=Amount&value=twelve", 4),
        ("q=nora-blog", 2),
        ("reason=schema&file=orders.csv", 2),
    ):
        assert f"{number} in all" in shop.reads(f"quarantine?{query}").words, query
    assert "Nothing found" in shop.reads("quarantine?q=nothing+of+the+kind").words


@pytest.mark.parametrize(
    "query", ["reason=bad", "import=imp_no", "unknown=colour", "state=released", "page=2"]
)
def test_what_cannot_be_asked_is_said(shop, query):
    shop.reads(f"quarantine?{query}", 400)


def test_whoever_only_looks_sees_the_row_and_no_form(shop):
    shop.imports()
    first = shop.waits(reason="schema")[0]
    page = shop.reads(f"quarantine/{first}", who="Vera")
    assert "twelve" in page.words
    assert "Correct" not in page.words
    assert not [each for each in page.all("form") if "quarantine" in (each.attributes.get("action") or "")]
    assert not [
        each
        for each in shop.reads("quarantine", who="Vera").all("input")
        if each.attributes.get("name") == "row"
    ]
    for act in ("replay", "take-back", "dismiss", f"{first}/correct", f"{first}/same"):
        shop.posts(f"quarantine/{act}", 403, who="Vera", row=first, reason="x", to="12.00")
    assert shop.waits(reason="schema")[0] == first


def test_a_receipt_that_never_waited_is_not_there(shop):
    shop.receives(purchase("1001", at=1, customer="c"))
    with brand_scope(shop.id):
        assert Quarantined.objects.count() == 0
        receipt = ids.show("rcp", Event.objects.get().receipt_id)
    shop.reads(f"quarantine/{receipt}", 404)
    shop.reads("quarantine/nonsense", 404)
    shop.posts("quarantine/replay", 404, row=receipt)
