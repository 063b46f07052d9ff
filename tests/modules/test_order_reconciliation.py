"""The shop's orders against the events of a brand: what is missing, why, and what it comes to."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.programs.models import Program
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.imports.reconciling import queries
from tallystick.tracking.imports.reconciling.queries import OrderReconciliation, TooManyOrders, reconcile
from tallystick.tracking.imports.reconciling.rules import Kind, Why
from tallystick.tracking.inbox.rules import CELLS
from tallystick.tracking.inbox.wire import Origin, Receipt
from tests.builders import ROBOT, Brand, day, happens, purchase
from tests.people import TESTER

LIST = """
name = "shop-list"
key = ["Name", "Status"]
[[orders]]
fields.order = { column = "Name" }
fields.ordered_at = { column = "At" }
fields.amount = { column = "Total" }
fields.customer = { column = "Who" }
fields.status = { column = "Status" }
"""


@pytest.fixture
def shop(house):
    brand = Brand("Acme")
    with brand_scope(brand.id):
        yield brand


def reports(brand: Brand, *orders: tuple[Any, ...], mapping: str = LIST) -> None:
    """The shop's list arrives: (number, day, total, customer, status), the last two perhaps left out."""
    with brand_scope(brand.id):
        publish_mapping(name="shop-list", text=mapping, by=TESTER)
    receipts = []
    for line, (name, at, total, *more) in enumerate(orders, 2):
        who = more[0] if more else "carol"
        status = more[1] if len(more) > 1 else "placed"
        row = {"Name": name, "At": day(at).isoformat(), "Total": total, "Who": who, "Status": status}
        receipts.append(
            Receipt(
                id=ids.new(),
                brand_id=brand.id,
                source="shop-list",
                kind="row",
                key=f"{name}/{status}",
                body=msgspec.json.encode(row, order="sorted"),
                content_type=CELLS,
                received_at=clock.now(),
                origin=Origin(file="list.csv", line=line),
            )
        )
    journey.inbox().append(receipts)
    brand.works()


def reconciled(brand: Brand, *, since: float = -100, until: float = 100, **page: Any) -> OrderReconciliation:
    program = Program.objects.get(id=brand.program_id)
    return reconcile(program, since=day(since), until=day(until), **page)


def test_every_order_of_the_list_has_its_verdict(shop):
    shop.receives(
        purchase("1000", customer="carol", at=-1),
        purchase("1001", customer="carol", at=1),
        purchase("1002", customer="carol", at=1, amount="79.00"),
        purchase("1003", customer="carol", at=4),
        purchase("1005", customer="carol", at=5, user_agent=ROBOT),
        happens("checkout_started", customer="carol", at=6, order="1006"),
        purchase("1008", customer="carol", at=8, amount="8 0"),
        purchase("1009", customer="carol", at=9),
        purchase("more", customer="carol", at=9.5),
        purchase(None, customer="carol", at=9.5),
    )
    reports(
        shop,
        ("1001", 1, "80.00"),
        ("1002", 1, "80.00"),
        ("1003", 1, "80.00"),
        ("1005", 5, "80.00"),
        ("1006", 6, "80.00"),
        ("1007", 7, "80.00"),
        ("1008", 8, "80.00"),
        ("1009", 9, "80.00", "carol", "refunded"),
        ("1010", 10, "80.00", "carol", "cancelled"),
        ("0900", -50, "80.00"),
    )
    found = reconciled(shop)
    verdicts = {v.order: (v.kind, v.why or [d.field for d in v.differences]) for v in found.verdicts}
    assert verdicts == {
        "1001": (Kind.MATCHED, []),
        "1002": (Kind.DIFFERING, ["amount"]),
        "1003": (Kind.DIFFERING, ["day"]),
        "1005": (Kind.MISSING, Why.LABELLED),
        "1006": (Kind.MISSING, Why.OTHER_KINDS),
        "1007": (Kind.MISSING, Why.NOTHING),
        "1008": (Kind.MISSING, Why.QUARANTINE),
        "1009": (Kind.DIFFERING, ["status"]),
        "1010": (Kind.ABSENT, []),
        "0900": (Kind.MISSING, Why.BEFORE_TRACKING),
        "more": (Kind.UNREPORTED, []),
        "1000": (Kind.UNREPORTED, []),
    }
    summary = found.summary
    assert (summary.lost, summary.expected, found.nameless) == (4, 8, 1)
    money = summary.money[0]
    assert (money.currency, money.shop, money.here, money.missing, money.unreported) == (
        "EUR",
        64000,
        8000 + 7900 + 8000 + 8000,
        32000,
        16000,
    )
    assert (found.sources, found.first_at, found.last_at) == (("shop-list",), day(-50), day(10))


def test_a_refund_that_we_know_of_and_a_later_report_settle_a_difference(shop):
    shop.receives(purchase("1", customer="carol", at=1), purchase("#2", customer="carol", at=2))
    reports(shop, ("1", 1, "80.00"), ("2", 2, "80.00"))
    assert reconciled(shop).summary.kinds == {Kind.MATCHED: 2}
    assert [v.found_as for v in reconciled(shop).verdicts] == ["", "#2"]
    reports(shop, ("1", 1, "80.00", "carol", "refunded"))
    assert reconciled(shop).summary.differing == {"status": 1}
    shop.receives(happens("refund", at=3, order="1", amount="80.00"))
    assert reconciled(shop).summary.kinds == {Kind.MATCHED: 2}


def test_orders_tracked_outside_the_period_are_found(shop):
    shop.receives(purchase("first", customer="carol", at=-50), purchase("1", customer="carol", at=10))
    reports(shop, ("1", 1, "80.00"))
    (verdict,) = reconciled(shop, since=0, until=5).verdicts
    assert (verdict.kind, [d.field for d in verdict.differences]) == (Kind.DIFFERING, ["day"])
    assert reconciled(shop, since=2, until=5).verdicts == ()


def test_what_the_list_itself_brought_as_events_was_not_tracked(shop):
    both = (
        LIST
        + """
[[events]]
kind = "purchase"
fields.order = { column = "Name" }
fields.occurred_at = { column = "At" }
fields.customer = { column = "Who" }
"""
    )
    shop.receives(purchase("0", customer="carol", at=0))
    reports(shop, ("1", 1, "80.00"), mapping=both)
    (verdict,) = reconciled(shop).verdicts
    assert (verdict.why, verdict.detail) == (Why.ONLY_THE_FILE, "shop-list")


def test_verdicts_come_in_pages_with_what_needs_a_look_first(shop):
    shop.receives(
        purchase("0", customer="carol", at=0), *(purchase(str(n), customer="c", at=n) for n in (1, 2))
    )
    reports(shop, ("1", 1, "80.00", "c"), ("2", 2, "70.00", "c"), ("3", 3, "80.00"), ("4", 4, "80.00"))
    assert [v.order for v in reconciled(shop).verdicts] == ["3", "4", "2", "1"]
    page = reconciled(shop, limit=2, offset=1)
    assert ([v.order for v in page.verdicts], page.total) == (["4", "2"], 4)
    page = reconciled(shop, only=[Kind.MATCHED])
    assert ([v.order for v in page.verdicts], page.total, page.summary.lost) == (["1"], 1, 2)


def test_nothing_of_another_brand_or_program_is_compared(shop):
    zoe = Brand("Zoe")
    zoe.receives(purchase("1", customer="carol", at=1))
    shop.receives(purchase("0", customer="carol", at=0))
    reports(shop, ("1", 1, "80.00"))
    (verdict,) = reconciled(shop).verdicts
    assert verdict.why is Why.NOTHING
    with brand_scope(zoe.id):
        assert reconciled(zoe).verdicts == ()
        assert queries.span_of_days(Program.objects.get(id=zoe.program_id), None, None) is None


def test_open_ends_are_those_of_the_list_and_days_are_whole_and_of_the_programs_zone(shop):
    program = Program.objects.get(id=shop.program_id)
    reports(shop, ("1", 1, "80.00"), ("2", 3, "80.00"))
    just_after = timedelta(microseconds=1)
    assert queries.span_of_days(program, None, None) == (day(1), day(3) + just_after)
    on = clock.day_of(day(2), program.zone_info)
    begins, ends = (clock.day_start(on + timedelta(days=n), program.zone_info) for n in (0, 1))
    assert queries.span_of_days(program, on, on) == (begins, ends)
    assert queries.span_of_days(program, on, None) == (begins, day(3) + just_after)


def test_more_orders_than_are_compared_at_once_are_refused(shop, monkeypatch):
    monkeypatch.setattr(queries, "MOST_ORDERS", 1)
    reports(shop, ("1", 1, "80.00"), ("2", 2, "80.00"))
    with pytest.raises(TooManyOrders, match="take a shorter one"):
        reconciled(shop)


def test_the_number_of_queries_does_not_grow_with_the_orders(shop, django_assert_max_num_queries):
    shop.receives(*(purchase(str(n), customer="carol", at=1) for n in range(40)))
    reports(shop, *((str(n), 1, "80.00") for n in range(20, 80)))
    with django_assert_max_num_queries(12):
        found = reconciled(shop)
    assert (found.summary.lost, found.summary.expected) == (40, 60)
