"""The console against names that attack, other people's brands, and installations with little in them."""

import csv
import io
import json
import re
from datetime import date

import pytest

from tallystick.doors import wording
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.letters import is_plain
from tallystick.measurement.attribution.models import Conversion, Credit
from tallystick.measurement.warehouse.engine import EngineFailed, UnusablePlace
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.services.brands import open_brand
from tallystick.tracking.events.models import Event
from tests.builders import Brand, alice, bob, happens, newsletter, purchase
from tests.doors.console_cast import Browser, Read, spaced
from tests.house.sources import ROOT
from tests.houses import House, house, twins
from tests.people import TESTER

__all__ = ["house", "twins"]

FIXTURES = ROOT.parent / "shared" / "fixtures"
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "+10+20",
    "-2+3",
    " =1+1",
    "\t=1+1",
    "|calc",
    "%0A=1",
    "\uff1d1+1",
    '=HYPERLINK("http://x.example","y")',
)
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7|add:7 }} {% debug %}",
    "</title></table><svg/onload=alert(1)>",
    "&lt;b&gt; &amp; ]]>",
    "\u200eevil\u200d \u200b \U0001f525",
)


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser.of("Ada")


def a_shop(browser: Browser, name: str = "Acme", **fields) -> Brand:
    """A brand that counts purchases per event, by cohort; whoever looks has a seat in it."""
    brand = Brand(name, **fields)
    browser.sits_in(brand.id)
    brand.defines(
        "purchase", primary=True, effective_on=date(2026, 1, 1), dedupe="order", events=["purchase"]
    )
    return brand


def naughty_names() -> list[str]:
    """Hostile names: our own, and those of the big list where it is there."""
    path = FIXTURES / "blns" / "blns.json"
    listed = json.loads(path.read_text()) if path.exists() else []
    fitting = [text for text in listed if 0 < len(text.strip()) <= 200 and is_plain(text.strip())]
    return [*FORMULAS, *MARKUP, *fitting[::16]]


def partners_named(names: list[str]) -> list[dict[str, str]]:
    return [{"key": f"p{number}", "name": name, "kind": "affiliate"} for number, name in enumerate(names)]


@pytest.mark.one_database
def test_hostile_names_and_bodies_are_text_on_every_page(browser):
    names = naughty_names()
    brand = a_shop(browser, partners=partners_named(names))
    brand.receives(
        *(
            happens(
                "click", at=0.01 * number, visitor=name[:200], partner=f"p{number}", attributes={"note": name}
            )
            for number, name in enumerate(names)
        ),
        happens("click", at=1, visitor="v", partner=MARKUP[0]),
        happens("click", at=1, visitor="v", partner=MARKUP[1]),
    )
    answer = f"/{brand.key}/"
    page = strict(browser, answer)
    shown = {spaced(each.text) for each in page.all("a", "narrow")}
    assert {spaced(name) for name in names} <= shown
    for start in (answer, f"/{brand.key}/receipts", f"/{brand.key}/quarantine"):
        for address in strict(browser, start).links[:40]:
            if address.startswith("/") and "format=csv" not in address:
                strict(browser, address)
    assert MARKUP[0] in browser.get(f"/{brand.key}/quarantine").words


def strict(browser: Browser, address: str) -> Read:
    """A page that holds nothing but its own elements: what came from outside has opened no tag and no attribute."""
    answer = browser.client.get(address, follow=True)
    assert answer.status_code == 200, address
    page = Read(answer.content.decode())
    assert page.all("img") == page.all("style") == []
    assert all((each.attributes.get("src") or "").startswith("/static/") for each in page.all("script"))
    assert not [
        each for each in page.elements if any(re.match("style$|on", name) for name in each.attributes)
    ]
    for each in page.all("a"):
        assert re.match(r"[/#?]", each.attributes["href"] or "/")
    return page


def test_no_cell_of_the_csv_begins_a_formula(browser):
    brand = a_shop(browser, partners=partners_named([*FORMULAS, *payloads()]))
    brand.receives(
        *(
            happens("click", at=0.01 * number, visitor=f"v{number}", partner=f"p{number}")
            for number in range(len(FORMULAS) + len(payloads()))
        )
    )
    text = browser.client.get(f"/{brand.key}/?format=csv").content.decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + 2 + len(FORMULAS) + len(payloads())
    dangerous = re.compile(r"\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
    assert [cell for row in rows for cell in row if dangerous.match(cell)] == []
    named = {row[rows[0].index("name")] for row in rows}
    assert "'=cmd|' /C calc'!A0" in named


def payloads() -> list[str]:
    path = FIXTURES / "csv-injection" / "csv-payload.txt"
    return [line[:200] for line in path.read_text().splitlines() if line.strip()] if path.exists() else []


def test_what_is_zoes_is_nothing_at_acmes(house):
    people = {name: Browser.of(name) for name in ("Ada", "Zoe")}
    acme, zoe = a_shop(people["Ada"]), a_shop(people["Zoe"], "Zoe")
    for brand in (acme, zoe):
        brand.receives(
            alice.click("v1", at=1),
            purchase("1001", at=2, visitor="v1"),
            alice.click("v2", at=2, code="NOSUCH"),
        )
    for browser, mine, theirs in ((people["Ada"], acme, zoe), (people["Zoe"], zoe, acme)):
        for text in ids_of(theirs):
            assert browser.client.get(f"/{mine.key}/trace/{text}").status_code == 404, text
            assert browser.client.get(f"/{theirs.key}/trace/{text}").status_code == 404, text
        for text in ids_of(mine):
            assert browser.client.get(f"/{mine.key}/trace/{text}").status_code == 200, text
        links = browser.get(f"/{mine.key}/receipts").links + browser.get(f"/{mine.key}/quarantine").links
        assert not [link for link in links if theirs.key in link]
    words = people["Ada"].get(f"/{acme.key}/trace/{ids_of(zoe)[0]}", 404).words
    assert "Zoe" not in words


def ids_of(brand: Brand) -> list[str]:
    """One id of every kind that a brand has a trace for."""
    with brand_scope(brand.id):
        event, conversion, credit = Event.objects.all()[0], Conversion.objects.get(), Credit.objects.all()[0]
        return [
            ids.show("evt", event.id),
            ids.show("rcp", event.receipt_id),
            ids.show("cnv", conversion.id),
            ids.show("atr", conversion.attribution_id),
            ids.show("crd", credit.id),
        ]


def test_a_new_brand_begins_with_a_program_opened_in_the_console(browser):
    brand = open_brand(key="brand-new", name="Brand new", zone="UTC", by=TESTER)
    browser.sits_in(brand.id)
    page = browser.get("/brand-new/")
    assert "Begin with a program" in page.words
    assert "/brand-new/programs/new" in page.links
    viewer = Browser.of("Vera")
    viewer.sits_in(brand.id, "viewer")
    page = viewer.get("/brand-new/")
    assert "An owner or a manager of the brand can do that." in page.words
    assert "/brand-new/programs/new" not in page.links


def test_a_brand_without_a_definition_or_without_events_is_told_what_comes_next(browser):
    brand = Brand("Acme")
    browser.sits_in(brand.id)
    assert "Nothing says yet what a conversion is" in browser.get(f"/{brand.key}/").words
    brand.defines("purchase", primary=True)
    words = browser.get(f"/{brand.key}/").words
    assert "undefined: no sessions" in words
    assert "tallystick import FILE --mapping MAPPING" in words
    assert "Nothing waits in quarantine" in browser.get(f"/{brand.key}/quarantine").words
    assert "There is no unit in this part of the figure." in browser.get(f"/{brand.key}/receipts").words


def test_zero_conversions_of_many_are_zero_percent(browser):
    brand = a_shop(browser)
    brand.receives(*(alice.click(f"v{number}", at=0.01 * number) for number in range(80)))
    words = browser.get(f"/{brand.key}/").words
    assert "0.0 % (0.0–4.6 %) 0 of 80 sessions" in words


def test_an_answer_that_spans_two_versions_splits_and_each_part_opens(browser):
    brand = a_shop(browser)
    brand.defines(
        "purchase", primary=True, effective_on=date(2026, 3, 9), model="first_touch", dedupe="order"
    )
    brand.receives(
        *(alice.click(f"v{number}", at=number / 10) for number in range(100)),
        *(purchase(f"A{number}", at=number / 10 + 0.05, visitor=f"v{number}") for number in range(40)),
    )
    page = browser.get(f"/{brand.key}/")
    assert "Purchase version 2, in force since 9 Mar 2026" in page.words
    assert "Purchase version 1, in force since 1 Jan 2026" in page.words
    assert "first touch" in page.words
    assert "last touch" in page.words
    opened = [browser.get(link).words for link in dict.fromkeys(page.links) if "/receipts?" in link]
    assert all("of" in words for words in opened)
    assert any("Purchase v1" in words and "Purchase v2" not in words for words in opened)


def test_shares_of_one_conversion_add_up_on_its_trace(browser):
    brand = Brand("Acme")
    browser.sits_in(brand.id)
    brand.defines("purchase", primary=True, model="linear", dedupe="order")
    brand.receives(
        alice.click("v1", at=1),
        bob.click("v1", at=2),
        newsletter.click("v1", at=2.5),
        alice.click("v1", at=9),
        purchase("1001", at=3, visitor="v1"),
    )
    trace = brand.order("1001")
    page = browser.get(f"/{brand.key}/trace/{trace.id}")
    assert page.words.count("33.33 %") == 3
    assert "Newsletter (house channel)" in page.words
    credit = browser.get(f"/{brand.key}/receipts?show=credit&segment=all")
    assert "credit of 1 from 1 conversion" in credit.words


def test_a_fault_of_ours_is_a_page_without_a_trace_back(browser, monkeypatch):
    brand = a_shop(browser)

    def broken(*_arguments, **_named):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tallystick.doors.console.views.answer.ask", broken)
    browser.client.raise_request_exception = False
    answer = browser.client.get(f"/{brand.key}/")
    assert answer.status_code == 500
    page = Read(answer.content.decode())
    assert "The fault is ours" in page.words
    assert "secret detail" not in page.words


def test_facts_that_are_gone_are_said_and_not_computed_around(browser, house):
    brand = a_shop(browser)
    brand.receives(alice.click("v1", at=1))
    for path in (house.install.data_dir / "warehouse").rglob("*.parquet"):
        path.rename(path.with_suffix(".away"))
    try:
        page = browser.get(f"/{brand.key}/", 503)
        assert "The facts cannot be read" in page.words
        assert "tallystick doctor" in page.words
    finally:
        for path in (house.install.data_dir / "warehouse").rglob("*.away"):
            path.rename(path.with_suffix(".parquet"))


@pytest.mark.parametrize(
    "lack",
    [EngineFailed("the engine cannot answer: out of memory"), UnusablePlace("/x*/y contains *. Move it")],
    ids=lambda lack: type(lack).__name__,
)
def test_what_the_machine_lacks_is_said_in_the_same_page(browser, monkeypatch, lack):
    brand = a_shop(browser)

    def failing(*_arguments, **_named):
        raise lack

    monkeypatch.setattr("tallystick.doors.console.views.answer.ask", failing)
    page = browser.get(f"/{brand.key}/", 503)
    assert "The facts cannot be read" in page.words
    assert wording.sentence(lack) in page.words


def test_of_several_programs_one_is_shown_and_the_others_can_be_chosen(browser):
    brand = a_shop(browser)
    brand.receives(alice.click("v1", at=1))
    with brand_scope(brand.id):
        Program.objects.create(key="a-new-one", name="Not yet defined", currency="EUR", zone="UTC")
    page = browser.get(f"/{brand.key}/")
    offered = [spaced(each.text) for each in page.all("option")]
    assert {"Not yet defined", "Shop"} <= set(offered)
    assert "Purchase v1" in page.words
    assert "program=shop" in next(link for link in page.links if "/receipts?" in link)
    words = browser.get(f"/{brand.key}/?program=a-new-one").words
    assert "Nothing says yet what a conversion is" in words
