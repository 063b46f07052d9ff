"""Corrections: what waits is said rightly, counts at once, and what stood there stays as it was."""

import json
from typing import Any

import msgspec
import pytest

from tallystick import journey
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.events.wire import UNREADABLE
from tallystick.tracking.imports.rules.corrections import BadCorrection, NotCorrected
from tallystick.tracking.imports.services import corrections
from tallystick.tracking.imports.services.corrections import Became, NotWaiting
from tallystick.tracking.inbox import queries, services
from tallystick.tracking.inbox.rules import CELLS
from tallystick.tracking.inbox.wire import Origin, Receipt
from tests.builders import Brand
from tests.people import TESTER

MAPPING = """
name = "orders"
program = "shop"
[fields]
customer = { column = "customer" }
occurred_at = { column = "at" }
[[events]]
kind = "purchase"
fields.order = { column = "order" }
fields.amount = { column = "total" }
"""
GOOD = {"order": "1001", "at": "2026-03-02T09:00:00Z", "customer": "carol", "total": "80.00"}


@pytest.fixture
def shop(house):
    brand = Brand("Acme")
    with brand_scope(brand.id):
        publish_mapping(name="orders", text=MAPPING, by=TESTER)
        yield brand


def keeps(brand: Brand, body: Any, *, kind: str = "row", **parts: Any) -> Receipt:
    """A receipt as an import makes it, kept and read by the journey."""
    given = {
        "id": ids.new(),
        "brand_id": brand.id,
        "source": "orders",
        "kind": kind,
        "key": ids.new().hex,
        "body": body if isinstance(body, bytes) else msgspec.json.encode(body, order="sorted"),
        "content_type": "application/json" if kind == "event" else CELLS,
        "received_at": clock.now(),
        "origin": Origin(file="orders.csv", line=2),
    }
    receipt = Receipt(**given | parts)
    journey.inbox().append([receipt])
    brand.works()
    return receipt


def corrects(receipt: Receipt, **cells: str) -> corrections.Corrected:
    return corrections.correct(receipt.id, cells=cells, store=journey.inbox(), by=TESTER)


def amounts() -> list[int]:
    return sorted(Event.objects.values_list("amount_minor", flat=True))


def waiting() -> list[tuple[str, str]]:
    return [(row.column, row.value) for row in queries.waiting()]


def test_a_corrected_row_counts_at_once_and_the_journey_does_not_stumble_over_it(shop):
    wrong = keeps(shop, {**GOOD, "total": "eighty"})
    assert waiting() == [("total", "eighty")]
    done = corrects(wrong, total="80.00")
    assert (done.became, amounts(), waiting()) == (Became.RELEASED, [8000], [])
    shop.works()
    assert (amounts(), waiting()) == ([8000], [])
    assert queries.one(wrong.id).state == "released"
    event = Event.objects.get()
    assert (event.receipt_id, event.received_at) == (done.receipt_id, wrong.received_at)
    assert journey.inbox().get(wrong.id).receipt.body == wrong.body


def test_a_corrected_row_is_the_row_that_a_corrected_file_holds(shop):
    wrong = keeps(shop, {**GOOD, "total": "eighty"})
    corrects(wrong, total="80.00")
    keeps(shop, GOOD, key=wrong.key)
    assert (amounts(), waiting()) == ([8000], [])


def test_what_is_corrected_wrongly_waits_once_and_is_corrected_again(shop):
    wrong = keeps(shop, {**GOOD, "total": "eighty", "at": "soon"})
    second = corrects(wrong, total="80.00", at="later")
    assert (second.became, second.finding.value, second.finding.line) == (Became.WAITING, "later", 2)
    assert waiting() == [("at", "later")]
    third = corrections.correct(second.receipt_id, cells={"at": GOOD["at"]}, store=journey.inbox(), by=TESTER)
    assert (third.became, amounts(), waiting()) == (Became.RELEASED, [8000], [])
    shop.works()
    shop.replays()
    assert (amounts(), waiting()) == ([8000], [])


def test_a_correction_may_go_back_to_what_stood_there_first(shop):
    first = keeps(shop, {**GOOD, "customer": ""})
    second = corrects(first, total="eighty")
    publish_mapping(
        name="orders", text=MAPPING.replace('"customer" }', '"customer", otherwise = "guest" }'), by=TESTER
    )
    back = corrections.correct(second.receipt_id, cells={"total": "80.00"}, store=journey.inbox(), by=TESTER)
    assert (back.receipt_id, back.became, amounts(), waiting()) == (first.id, Became.RELEASED, [8000], [])


def test_a_row_that_could_not_be_read_becomes_one_with_cells(shop):
    wrong = keeps(shop, b"1001;2026-03-02T09:00:00Z;car\xf6l;80", content_type=UNREADABLE)
    with pytest.raises(BadCorrection, match="give also: at, customer, order"):
        corrects(wrong, total="80.00")
    assert corrects(wrong, **GOOD).became is Became.RELEASED
    shop.works()
    assert (amounts(), waiting()) == ([8000], [])


def test_a_row_of_a_group_is_named_by_its_line(shop):
    publish_mapping(
        name="orders", text=MAPPING.replace("[fields]", 'group_by = ["order"]\n[fields]', 1), by=TESTER
    )
    rows = [{**GOOD, "total": "80.00"}, {**GOOD, "total": "x"}]
    group = keeps(shop, rows, kind="group", origin=Origin(file="orders.csv", line=2, lines=(2, 9)))
    with pytest.raises(BadCorrection, match="one of 2, 9"):
        corrects(group, total="1.00")
    corrections.correct(group.id, cells={"total": "1.00"}, line=9, store=journey.inbox(), by=TESTER)
    newest = max(journey.inbox().read(shop.id, None, 100).receipts, key=lambda one: one.receipt.id).receipt
    assert [row["total"] for row in json.loads(newest.body)] == ["1.00", "80.00"]
    assert newest.origin == Origin(file="orders.csv", line=2, lines=(9, 2))


def test_an_event_is_corrected_by_its_fields_or_given_anew(shop):
    event = {
        "kind": "purchase",
        "occurred_at": "2026-03-02T09:00:00Z",
        "customer": "carol",
        "amount": "80,00",
    }
    wrong = keeps(shop, event, kind="event", source="events")
    broken = keeps(shop, b'{"kind": "purchase",', kind="event", source="events")
    done = corrects(wrong, amount="80.00", **{"attributes.payment": "card"})
    assert done.became is Became.RELEASED
    assert Event.objects.get().attributes == {"payment": "card"}
    with pytest.raises(BadCorrection, match="give the whole event"):
        corrects(broken, amount="9.99")
    with pytest.raises(BadCorrection, match="not the JSON of an event"):
        corrections.correct_event(broken.id, text="{", store=journey.inbox(), by=TESTER)
    text = json.dumps({**event, "amount": "9.99"})
    assert (
        corrections.correct_event(broken.id, text=text, store=journey.inbox(), by=TESTER).became == "released"
    )
    shop.works()
    assert (amounts(), waiting()) == ([999, 8000], [])


def test_a_receipt_without_a_key_is_corrected_by_one_that_has_one(shop):
    event = {
        "kind": "purchase",
        "occurred_at": "2026-03-02T09:00:00Z",
        "customer": "carol",
        "amount": "80,00",
    }
    wrong = keeps(shop, event, kind="event", source="events", key=None)
    done = corrects(wrong, amount="80.00")
    assert (done.became, waiting()) == (Became.KEPT, [])
    assert queries.one(wrong.id).why == f"corrected: {ids.show('rcp', done.receipt_id)} stands for it"
    shop.works()
    assert (amounts(), waiting()) == ([8000], [])
    with pytest.raises(NotCorrected, match="was dismissed"):
        corrects(wrong, amount="81.00")


def test_what_counts_what_was_dismissed_and_what_is_not_whole_is_not_corrected(shop):
    good = keeps(shop, GOOD)
    other = keeps(shop, {**GOOD, "total": "81.00"}, key=good.key)
    clipped = keeps(shop, b"1001,", key=None, clipped_from=2_000_000, content_type=UNREADABLE)
    put_away = keeps(shop, {**GOOD, "total": "x"})
    services.dismiss([put_away.id], why="a test order", at=clock.now(), by=TESTER)
    with pytest.raises(NotWaiting, match="does not wait"):
        corrects(good, total="1.00")
    with pytest.raises(NotCorrected, match="came first under the same key, and counts"):
        corrects(other, total="1.00")
    with pytest.raises(NotCorrected, match=r"2,000,000 bytes.*shorten it"):
        corrects(clipped, **GOOD)
    with pytest.raises(NotCorrected, match="a test order"):
        corrects(put_away, total="1.00")
    with pytest.raises(NotWaiting):
        corrections.correct(ids.new(), cells={"total": "1"}, store=journey.inbox(), by=TESTER)
    assert amounts() == [8000]


def test_a_correction_that_says_nothing_new_or_names_no_column_is_refused_and_keeps_nothing(shop):
    wrong = keeps(shop, {**GOOD, "total": "x"})
    before = len(journey.inbox().read(shop.id, None, 100).receipts)
    for cells, complaint in (
        ({}, "no cell is named"),
        ({"total": "x"}, "nothing is said otherwise"),
        ({"sum": "1"}, "no column 'sum'; its columns: at, customer, order, total"),
        ({"total": "\ud800"}, "half of a surrogate pair"),
        ({"total": "1" * (1 << 20)}, "a receipt holds 1,048,576"),
    ):
        with pytest.raises(BadCorrection, match=complaint):
            corrects(wrong, **cells)
    assert len(journey.inbox().read(shop.id, None, 100).receipts) == before


def test_another_brand_finds_no_receipt_to_correct(shop):
    wrong = keeps(shop, {**GOOD, "total": "x"})
    with brand_scope(Brand("Zoe").id), pytest.raises(NotWaiting):
        corrects(wrong, total="1.00")


def test_one_value_is_corrected_in_every_row_that_waits_for_it(shop):
    wrong = [keeps(shop, {**GOOD, "order": str(n), "total": "twelve"}) for n in range(3)]
    keeps(shop, {**GOOD, "order": "x", "total": "thirteen"})
    keeps(shop, {**GOOD, "at": "soon", "total": "twelve"})
    publish_mapping(name="other", text=MAPPING.replace('"orders"', '"other"'), by=TESTER)
    keeps(shop, {**GOOD, "total": "twelve"}, source="other")
    store = journey.inbox()
    done = corrections.correct_all("orders", column="at", value="soon", to="later", store=store, by=TESTER)
    assert (done.released, done.waiting) == (0, 1)
    done = corrections.correct_all(
        "orders", column="total", value="twelve", to="12.00", store=store, by=TESTER
    )
    assert (done.released, done.waiting, done.left) == (3, 0, 0)
    shop.works()
    assert amounts() == [1200] * 3
    assert {queries.one(one.id).state for one in wrong} == {"released"}
    assert sorted(waiting()) == [("at", "later"), ("total", "thirteen"), ("total", "twelve")]


def test_a_correction_leaves_a_line_that_names_columns_and_no_cell(shop):
    wrong = keeps(shop, {**GOOD, "customer": "", "total": "x"})
    corrects(wrong, customer="carol@example.org", total="80.00")
    line = AuditLine.objects.get(act="receipt.corrected", subject=ids.show("rcp", wrong.id))
    assert line.changes["columns"] == [None, ["customer", "total"]]
    assert line.label == "orders.csv, line 2"
    assert "carol@" not in json.dumps(line.changes)
