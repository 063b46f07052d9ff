"""The pages of unknown names, of mappings, and of the orders of the shop."""

from urllib.parse import urlencode

import pytest

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.partnerships.models import Partner
from tallystick.tracking.events.models import Choice, Event
from tests.doors.imports_cast import MAPPING, ORDERS, form_of, page_of, shop
from tests.houses import house, twins

pytestmark = pytest.mark.one_database

__all__ = ["house", "shop", "twins"]

SHOP_LIST = """Order;Placed;Total
A-1;2026-03-02T09:00:00Z;120.50
A-2;2026-03-02T10:00:00Z;82.00
=A-9;2026-03-03T12:00:00Z;44.00
"""
SHOP_MAPPING = """name = "shop-list"
key = ["Order"]
[[orders]]
[orders.fields]
order = { column = "Order" }
ordered_at = { column = "Placed" }
amount = { column = "Total" }
"""


def test_a_name_is_said_once_and_what_waits_for_it_counts(shop):
    row = shop.imports()
    name = urlencode({"program": "shop", "role": "partner", "value": "nora-blog"})
    listed = shop.reads("names")
    assert "nora-blog" in listed.words
    form = form_of(shop.reads(f"names/choose?{name}"))
    said = shop.posts("names/choose", **{**form, "how": "known", "partnership": "shop/alice"})
    assert "1 receipts count now" in said.words
    with brand_scope(shop.id):
        assert Event.objects.filter(order="A-3").count() == 1
    assert "What was said before" in said.words
    with brand_scope(shop.id):
        choice = Choice.objects.get()
    taken = shop.posts(f"names/{ids.show('cho', choice.id)}/undo")
    assert "is unknown again" in taken.words
    assert shop.reads(page_of(row)).words.count("nora-blog") == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"how": "known"}, "Choose the partner, or the placement."),
        ({"how": "house"}, "Choose the house channel."),
        ({"how": "open", "name": ""}, "Write what it shall be called."),
        ({"how": "known", "partnership": "shop/nobody"}, "nobody"),
    ],
)
def test_an_answer_that_lacks_something_is_asked_again(shop, said, words):
    name = {"program": "shop", "role": "partner", "value": "nora-blog", "kind": "content", "name": "Nora"}
    assert words in shop.posts("names/choose", 400, **{**name, **said}).words


def test_a_house_channel_an_ignored_name_and_somebody_new(shop):
    shop.imports(ORDERS.replace("alice", "newsletter-x").replace("bob", "trash"))
    name = {"program": "shop", "role": "partner", "kind": "content", "name": "Nora"}
    shop.posts("names/choose", **name, value="newsletter-x", how="house", channel="newsletter")
    shop.posts("names/choose", **name, value="trash", how="ignore")
    shop.posts("names/choose", **name, value="nora-blog", how="open")
    shop.works()
    with brand_scope(shop.id):
        assert Partner.objects.filter(name="Nora").count() == 1
        chosen = {choice.value: str(choice.channel or choice.partnership) for choice in Choice.objects.all()}
    assert chosen["trash"] == "None"
    words = shop.reads("names").words
    assert "Every name is known" in words
    assert "ignored" in words


def test_many_names_are_opened_or_ignored_at_once_after_one_question(shop):
    shop.imports(ORDERS.replace("alice", "one").replace("bob", "two"))
    rows = [
        urlencode({"program": "shop", "role": "partner", "value": name})
        for name in ("one", "two", "nora-blog")
    ]
    asked = shop.reads(f"names/all?{urlencode({'row': rows[:2], 'act': 'open'}, doseq=True)}")
    assert "Open them" in asked.words
    shop.posts("names/all", row=rows[:2], act="open", kind="content")
    shop.posts("names/all", row=rows[2:], act="ignore")
    with brand_scope(shop.id):
        assert set(Partner.objects.values_list("key", flat=True)) >= {"one", "two"}
        assert Choice.objects.count() == 3
    assert "Nothing is chosen" in shop.reads("names/all").words
    many = urlencode({"row": [f"role=partner&value={number}" for number in range(201)]}, doseq=True)
    assert "at most 200" in shop.reads(f"names/all?{many}", 400).words


def test_a_mapping_has_versions_and_a_new_one_is_for_what_waits(shop):
    shop.imports(ORDERS.replace("twelve", '"12,00"'))
    listed = shop.reads("mappings")
    assert "orders" in listed.words
    shown = shop.reads("mappings/orders")
    assert "Version 1" in shown.words
    assert "orders.csv" in shown.words
    better = MAPPING.replace('key = ["Order"]', 'key = ["Order"]\ndecimal = ","')
    assert "Version 2 holds from now on" in shop.posts("mappings/orders/change", text=better).words
    assert "2 count now" in shop.posts("mappings/orders/replay").words
    other = shop.posts("mappings/orders/change", 400, text=better.replace('"orders"', '"other"'))
    assert "has to stay 'orders'" in other.words
    assert "Column" not in shop.posts("mappings/orders/change", 400, text="nonsense").words
    shop.reads("mappings/nothing", 404)


def test_the_orders_of_the_shop_are_compared_with_their_loss_and_its_interval(shop):
    assert "not here yet" in shop.reads("orders").words
    shop.imports()
    shop.imports(SHOP_LIST, SHOP_MAPPING, "shop.csv")
    page = shop.reads("orders")
    assert "33.3 %" in page.words
    assert "6.1–79.2 %" in page.words
    assert "1 of 3 orders that tracking should have seen" in page.words
    assert "amount: 82.00 EUR in the shop, 80.00 EUR here" in page.words
    assert "nothing arrived about it" in shop.reads("orders?kind=missing").words
    assert "A-2" not in shop.reads("orders?kind=missing").words
    lines = b"".join(shop.browser().get(shop.at("orders?format=csv"))).decode().splitlines()
    assert "'=A-9,missing,nothing,2026-03-03T12:00:00+00:00,44.00,EUR,,," in lines
    assert "No order of the period" in shop.reads("orders?from=2020-01-01&until=2020-01-02").words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=lost", "it is one of matched"),
        ("from=yesterday", "which is not a date"),
        ("from=2026-05-01&until=2026-04-01", "lies before"),
        ("page=9", "not that many pages"),
        ("format=pdf", "it is one of csv"),
        ("colour=red", "is not a parameter"),
    ],
)
def test_what_cannot_be_asked_of_the_orders_is_said(shop, query, words):
    shop.imports(SHOP_LIST, SHOP_MAPPING, "shop.csv")
    assert words in shop.reads(f"orders?{query}", 400).words
