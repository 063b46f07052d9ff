"""Traces as both doors show them: what is read for them, whose they are, and what took the place of a bad row."""

from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallystick.doors.cli import trace as trace_command
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.measurement.attribution.trace import NothingThere, Trace
from tallystick.partners.partnerships.services.campaigns import open_campaign
from tallystick.partners.programs.models import Program
from tallystick.tracking.inbox.queries import waiting
from tests.builders import Brand, alice, bob, purchase
from tests.doors.console_cast import Browser
from tests.houses import House, house, twins
from tests.people import TESTER

__all__ = ["house", "twins"]


@pytest.fixture
def acme(house: House) -> Brand:
    brand = Brand("Acme")
    brand.defines("purchase", primary=True, model="linear", dedupe="order")
    return brand


def queries() -> AbstractContextManager[CaptureQueriesContext]:
    return CaptureQueriesContext(connection)


def opened(brand: Brand, text: str) -> tuple[Trace, int]:
    """The trace of an id, and how many queries it took."""
    with queries() as asked:
        found = brand.opens(text)
    return found, len(asked)


def test_a_touchpoint_of_forty_conversions_is_traced_with_as_many_queries_as_one_of_one(acme):
    few, many = alice.click("v1", at=1), alice.click("v2", at=1)
    acme.receives(
        few,
        many,
        bob.click("v2", at=1.5),
        purchase("A", at=2, visitor="v1"),
        *(purchase(f"B{number}", at=2 + number / 100, visitor="v2") for number in range(40)),
    )
    one, asked_for_one = opened(acme, ids.show("evt", acme.event(few).id))
    forty, asked_for_forty = opened(acme, ids.show("evt", acme.event(many).id))
    assert (len(one.conversions), len(forty.conversions)) == (1, 40)
    assert {len(each.path) for each in forty.conversions} == {2}
    assert {len(each.revisions) for each in forty.conversions} == {1}
    assert asked_for_forty == asked_for_one


def test_a_long_path_is_traced_with_as_many_queries_as_a_short_one(acme):
    acme.receives(
        alice.click("v1", at=1),
        *(alice.click("v2", at=1 + number / 100) for number in range(30)),
        purchase("A", at=2, visitor="v1"),
        purchase("B", at=2, visitor="v2"),
    )
    short, asked_for_short = opened(acme, acme.order("A").id)
    long, asked_for_long = opened(acme, acme.order("B").id)
    assert (len(short.receipts), len(long.receipts)) == (2, 31)
    assert asked_for_long == asked_for_short


def test_zoes_receipts_are_nothing_at_acmes_whether_they_became_events_or_wait(acme):
    zoe = Brand("Zoe")
    zoe.defines("purchase", primary=True, dedupe="order")
    zoe.receives(alice.click("v1", at=1), alice.click("v2", at=2, country="nowhere"))
    with brand_scope(zoe.id):
        (row,) = waiting()
    used = zoe.event(alice.click("v1", at=1)).receipt_id
    for receipt_id in (used, row.receipt_id):
        text = ids.show("rcp", receipt_id)
        assert [receipt.id for receipt in zoe.opens(text).receipts] == [text]
        with pytest.raises(NothingThere, match="there is no receipt"):
            acme.opens(text)


def test_a_receipt_that_another_took_the_place_of_says_so_on_both_doors(acme, capsys):
    wrong = alice.click("v1", at=1, country="nowhere")
    acme.receives(wrong)
    with brand_scope(acme.id):
        (row,) = waiting()
    text = ids.show("rcp", row.receipt_id)
    ada = Browser.of("Ada")
    ada.sits_in(acme.id)
    page = ada.get(f"/{acme.key}/trace/{text}")
    assert "In quarantine" in page.words
    acme.receives(wrong.but(country="DE"))
    (receipt,) = acme.opens(text).receipts
    assert receipt.corrected
    trace_command._receipt(receipt)
    words = ada.get(f"/{acme.key}/trace/{text}").words
    for shown in (capsys.readouterr().out, words):
        assert "a corrected body under the same key took its place" in shown
        assert "In quarantine" not in shown


def test_by_what_somebody_came_is_shown_on_both_doors(acme, capsys):
    with brand_scope(acme.id):
        days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 1)}
        open_campaign(Program.objects.get(), key="spring", name="Spring sale", **days, by=TESTER)
    click = alice.click(
        "v1", at=1, campaign="spring", landing_page="/cups?m=ada", sub_id="blog", browser="Mobile Safari"
    )
    acme.receives(click)
    text = ids.show("evt", acme.event(click).id)
    ada = Browser.of("Ada")
    ada.sits_in(acme.id)
    words = ada.get(f"/{acme.key}/trace/{text}").words
    assert "Landing page/cups?" not in words
    for shown in ("CampaignSpring sale", "Landing page/cups", "Sub-idblog", "BrowserSafari"):
        assert shown in words
    trace_command._event(acme.opens(text).events[0])
    assert "campaign Spring sale · /cups · sub-id blog · safari" in capsys.readouterr().out
