"""The console on real imported sessions: the same figures as everywhere, open down to the receipts, in strict pages."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.asking import Wanted, ask
from tallystick.doors.kpis import TITLES
from tallystick.foundation.scoping import brand_scope
from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cells import Status
from tallystick.measurement.kpis.dimensions import TOUCH_AGES
from tallystick.partners.programs.models import Brand
from tests.doors.console_cast import Browser, Read, fill, spaced
from tests.houses import House
from tests.installs import InstallTemplate

BREAKDOWNS = (
    "partner",
    "placement",
    "partner_kind",
    "source",
    "visitor_type",
    "customer_type",
    "device",
    "country",
    "month",
    "week",
    "day",
)
OF_LEADS = {"click_to_lead_rate", "lead_to_customer_rate"}
"""What needs a definition of leads, which the brand has not."""
MOST_ALIKE = 4
"""Of links that differ only in an id or in what is asked for, so many are followed."""

PAGES = (
    "/acme/",
    "/acme/?by=source",
    "/acme/?by=month&from=2025-03-01&until=2025-11-30",
    "/acme/?basis=period",
    "/acme/?segment=house&by=device",
    "/acme/?where=partner%3Dalice&by=placement&denominator=clicks&sort=rate",
    "/acme/receipts",
    "/acme/receipts?basis=period&show=credit",
    "/acme/receipts?show=credit",
    "/acme/receipts?page=2",
    "/acme/trace",
    "/acme/quarantine",
    "/acme/quarantine?reason=schema",
)


@pytest.fixture(scope="module")
def shop(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with install_template.copy(tmp_path_factory.mktemp("console") / "shop") as install:
        fill(install)
        yield House(install)


@pytest.fixture(scope="module")
def ada(shop: House, django_db_blocker: DjangoDbBlocker) -> Browser:
    """The browser of the shop's owner, signed in once for all tests."""
    with django_db_blocker.unblock(), shop.entered():
        browser = Browser.of("Ada")
        browser.sits_in(Brand.objects.get(key="acme").id)
    return browser


@pytest.fixture
def browser(shop: House, ada: Browser, django_db_blocker: DjangoDbBlocker) -> Iterator[Browser]:
    with django_db_blocker.unblock(), shop.entered():
        yield ada


def asked(**wanted):
    """What the rest of the house answers."""
    with brand_scope(Brand.objects.get(key="acme").id):
        found = ask(Wanted(**wanted))
        return found, found.answer()


def rows_of(page: Read) -> dict[str, tuple[str, str]]:
    """Name → (the words of the figure, the address it opens to) of each row of the table."""
    found, name = {}, ""
    for element in page.elements:
        if element.attributes.get("class") == "narrow":
            name = spaced(element.text)
        if name and element.tag == "td" and "col-figure" in (element.attributes.get("class") or ""):
            found[name] = spaced(element.text)
    links = [link for link in page.links if link.startswith("/acme/receipts")]
    return {key: (text, links[number - len(found)]) for number, (key, text) in enumerate(found.items())}


def test_the_root_leads_to_the_only_seat(browser):
    assert browser.client.get("/").headers["Location"] == "/acme/"


@pytest.mark.one_database
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_well_formed_and_has_nothing_inline(browser, address):
    answer = browser.client.get(address)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    page = Read(answer.content.decode())
    assert page.all("style") == []
    assert all(each.attributes.get("src") and not each.text for each in page.all("script"))
    inline = [each for each in page.elements if any(re.match("style$|on", name) for name in each.attributes)]
    assert inline == []


@pytest.mark.one_database
@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_its_landmarks_one_title_and_ids_that_are_unique(browser, address):
    page = browser.get(address)
    for landmark in ("header", "main", "footer"):
        page.one(landmark)
    page.one("h1")
    assert page.links[0] == "#main"
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for table in page.all("table"):
        assert "<caption" in page.html
        assert table.text.strip()


@pytest.mark.one_database
@pytest.mark.parametrize("basis", ["cohort", "period"])
@pytest.mark.parametrize("by", BREAKDOWNS)
def test_the_figures_are_those_of_the_question(browser, by, basis):
    page = browser.get(f"/acme/?by={by}&basis={basis}")
    found, answer = asked(by=(by,), basis=basis, segment="all" if by == "source" else "partner")
    (section,) = answer.sections
    expected = {
        found.terms.term(
            by, cell.keys[0]
        ).name: f"{wording.percent(cell.value)}{wording.percents(cell.interval)}"
        if cell.status is Status.OK
        else wording.figure(cell, found.scale(section))
        for cell in section.rows
    }
    shown = {name: text for name, (text, _link) in rows_of(page).items()}
    assert {name: text.replace(" ", "") for name, text in shown.items()} == {
        name: text.replace(" ", "") for name, text in expected.items()
    }
    for words in wording.context(answer, section, found.scale(section)):
        assert words in page.words


@pytest.mark.one_database
@pytest.mark.parametrize("by", ["partner", "source", "month", "customer_type"])
def test_the_csv_has_the_same_figures_unrounded(browser, by):
    rows = browser.csv(f"/acme/?by={by}&format=csv")
    _found, answer = asked(by=(by,), segment="all" if by == "source" else "partner")
    (section,) = answer.sections
    assert [row["row"] for row in rows] == ["total", "baseline", *["cell"] * len(section.rows)]
    expected = sorted(
        (str(cell.status), cell.units, cell.converted, repr(cell.value), repr(cell.interval.low))
        for cell in section.rows
    )
    shown = sorted(
        (row["status"], int(row["units"]), int(row["converted"]), row["value"], row["low"])
        for row in rows
        if row["row"] == "cell"
    )
    assert shown == expected


@pytest.mark.parametrize(
    "address", ["/acme/", "/acme/?by=source&basis=period", "/acme/?by=month&where=partner%3Dalice"]
)
def test_a_figure_opens_to_receipts_that_repeat_it(browser, address):
    page = browser.get(address)
    basis = parse_qs(urlsplit(address).query).get("basis", ["cohort"])[0]
    by = parse_qs(urlsplit(address).query).get("by", ["partner"])[0]
    where = tuple(parse_qs(urlsplit(address).query).get("where", []))
    found, answer = asked(by=(by,), basis=basis, where=where, segment="all" if by == "source" else "")
    (section,) = answer.sections
    cells = {found.terms.term(by, cell.keys[0]).name: cell for cell in section.rows}
    rows = rows_of(page)
    assert rows.keys() == cells.keys()
    for name, (_text, link) in rows.items():
        opened = browser.get(link)
        assert wording.counts(cells[name], found.scale(section)) in opened.words, name


def test_paging_through_the_receipts_gives_every_unit_once(browser):
    _found, answer = asked(where=("partner=alice",))
    (section,) = answer.sections
    outcomes, events = [], []
    address = "/acme/receipts?where=partner%3Dalice"
    while address:
        page = browser.get(address)
        outcomes += [
            spaced(cell.text) for cell in page.all("td") if "ids" not in (cell.attributes.get("class") or "")
        ]
        events += [link for link in page.links if "/trace/evt_" in link]
        newer = [each for each in page.all("a") if each.attributes.get("rel") == "next"]
        address = newer[0].attributes["href"] if newer else ""
    assert len(outcomes) == len(set(events)) == section.total.units
    assert outcomes.count("converted") == section.total.converted


@pytest.mark.parametrize(
    "start", ["/acme/", "/acme/?by=source", "/acme/receipts?from=2026-01-01", "/acme/quarantine"]
)
def test_every_link_of_a_page_leads_somewhere_and_so_do_those_behind_it(browser, start):
    seen, alike = {start}, Counter[str]()

    def is_worth_opening(address: str) -> bool:
        shape = re.sub(r"_[0-9a-z]{26}|(?<==)[^&]+", "", address)
        alike[shape] += address not in seen
        return not address.startswith("#") and address not in seen and alike[shape] <= MOST_ALIKE

    for address in list(browser.get(start).links):
        if is_worth_opening(address):
            seen.add(address)
            answer = browser.client.get(address)
            assert answer.status_code in (200, 302), address
            for further in Read(answer.content.decode()).links if "/trace/" in address else ():
                if "/trace/" in further and is_worth_opening(further):
                    seen.add(further)
                    browser.get(further)
    assert len(seen) > 5


def test_a_conversion_is_traced_with_shares_reasons_and_versions(browser):
    receipts = browser.get("/acme/receipts?from=2026-01-01&show=credit")
    conversion = next(link for link in receipts.links if "/trace/cnv_" in link)
    page = browser.get(conversion)
    assert "A later touchpoint counts as the last one." in page.words
    assert "100 %" in page.words
    assert "Purchase v1" in page.words
    assert "last touch" in page.words
    assert "never revised" in page.words
    assert [each.attributes["width"] for each in page.all("rect", "share-part")] == ["100.00%"]


def test_a_receipt_in_quarantine_says_why_and_what_to_do_on_both_pages(browser):
    waiting = browser.get("/acme/quarantine?reason=unknown_partner")
    assert "story.ndjson:16" in waiting.words
    assert "Column partner, value alise" in waiting.words
    traced = browser.get(next(link for link in waiting.links if "/trace/rcp_" in link))
    assert "there is no partner 'alise'" in traced.words
    assert "In quarantine" in traced.words
    assert '"alise"' in traced.words


def test_the_search_leads_to_the_trace_and_forgives_white_space(browser):
    event = next(link for link in browser.get("/acme/receipts").links if "/trace/evt_" in link)
    answer = browser.client.get("/acme/trace", {"id": f"  {event.rpartition('/')[2]} "})
    assert answer.headers["Location"] == event


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/acme/trace?id=hello", 400, "is not an id"),
        ("/acme/trace/evt_short", 400, "is not a whole id"),
        ("/acme/trace/%3Cscript%3E", 400, "is not an id"),
        ("/acme/trace/evt_00000000000000000000000000", 404, "there is no event"),
        ("/acme/trace/prt_00000000000000000000000000", 404, "there is no partner"),
        ("/acme/trace?nonsense=1", 400, "is not a parameter"),
        ("/acme/?nonsense=1", 400, "“nonsense” is not a parameter of this page"),
        ("/acme/?by=colour", 400, "is not a dimension"),
        ("/acme/?by=partner&by=month", 400, "“by” is given more than once"),
        ("/acme/?segment=mine", 400, "it is one of partner, house, all"),
        ("/acme/?basis=x", 400, "it is one of cohort, period"),
        ("/acme/?denominator=leads", 400, "does not divide by leads"),
        ("/acme/?from=yesterday", 400, "which is not a date"),
        ("/acme/?from=2025-05-02&until=2025-05-01", 400, "lies before `from` 2025-05-02"),
        ("/acme/?where=partner", 400, "is not a filter"),
        ("/acme/?where=partner%3Dnobody", 400, "there is no partner 'nobody'"),
        ("/acme/?" + "&".join(["where=device%3Dx"] * 9), 400, "at most 8 filters"),
        ("/acme/?sort=luck", 400, "it is one of name, rate, converted, units"),
        ("/acme/?format=pdf", 400, "it is one of csv"),
        ("/acme/?program=other", 404, "there is no program 'other'"),
        ("/acme/?definition=other", 404, "there is no definition 'other'"),
        ("/acme/receipts?page=0", 400, "it is a number from 1"),
        ("/acme/receipts?page=-1", 400, "it is a number from 1"),
        ("/acme/receipts?page=%C2%B2", 400, "it is a number from 1"),
        ("/acme/receipts?page=99999999999999999999", 400, "it is a number from 1"),
        ("/acme/receipts?page=9999", 400, "not that many pages"),
        ("/acme/receipts?version=7", 400, "No such version"),
        ("/acme/receipts?show=all", 400, "it is credit, or left out"),
        ("/acme/quarantine?reason=bad", 400, "is none of: size"),
        ("/acme/quarantine?page=2", 400, "is not a parameter"),
        ("/acme/nowhere", 404, "There is nothing here"),
        ("/nobody/", 404, "There is nothing here"),
        ("/nobody/trace/evt_00000000000000000000000000", 404, "There is nothing here"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_page(browser, address, status, words):
    assert words.casefold() in browser.get(address, status).words.casefold()


@pytest.mark.parametrize("address", ["/acme/", "/acme/receipts", "/acme/trace", "/acme/quarantine", "/"])
def test_pages_can_be_asked_for_their_head_and_take_nothing(browser, address):
    head = browser.client.head(address)
    assert head.status_code in (200, 302)
    assert head.content == b""
    assert browser.client.post(address, {"id": "x"}).status_code == 405


def test_the_rows_of_another_kpi_end_with_all_others_and_what_it_does_not_know_is_left_out(browser):
    page = browser.get("/acme/?kpi=gross_revenue&by=partner&top=20&where=device%3Dmobile&basis=cohort")
    assert page.one("h1").text == "Gross revenue"
    assert "EUR" in page.words
    assert "What are the conversions worth" in page.words
    orders = browser.get("/acme/?kpi=tracking_loss_rate&where=device%3Dmobile")
    assert "Left out, because this KPI does not know them: device=mobile" in orders.words


@pytest.mark.parametrize("kpi", sorted(set(catalog()) - OF_LEADS))
def test_the_figure_of_every_kpi_opens_to_receipts_that_lead_back_to_it(browser, kpi):
    page = browser.get(f"/acme/receipts?kpi={kpi}")
    assert f"← {TITLES[kpi]}" in page.words


@pytest.mark.parametrize("kpi", sorted(OF_LEADS))
def test_a_kpi_of_leads_says_what_is_missing_and_leaves_the_choice(browser, kpi):
    page = browser.get(f"/acme/?kpi={kpi}")
    assert "Nothing says yet what a lead is" in page.words
    assert "Gross revenue" in page.words


def test_a_count_stands_beside_what_it_comes_of(browser):
    page = browser.get("/acme/?kpi=attributed_conversions")
    assert "Nothing of this kind was recorded" not in page.words
    assert re.search(r"from [\d,]+ conversions", page.words)


def test_steps_run_forward(browser):
    page = browser.get("/acme/?by=time_since_touch")
    steps = [word(each) for each in TOUCH_AGES]
    assert [name for name in rows_of(page) if name != "All"] == steps


def test_a_period_without_anything_is_undefined_not_zero(browser):
    page = browser.get("/acme/?from=2024-01-01&until=2024-01-31")
    assert "undefined: no sessions" in page.words
    assert "0.0 %" not in page.words
    assert "tallystick import" in page.words


def test_days_before_the_definition_say_so(browser):
    page = browser.get("/acme/?until=2019-01-01")
    assert "No version of the definition was in force in this period" in page.words


def test_too_little_evidence_is_words_and_no_number(browser):
    rows = rows_of(browser.get("/acme/"))
    few = [text for text, _link in rows.values() if "not enough evidence" in text]
    assert few
    assert not any("%" in text for text in few)


def test_the_period_before_is_compared_where_both_ends_are_given(browser):
    page = browser.get("/acme/?from=2025-11-01&until=2025-11-30")
    assert "The period before, 2–31 Oct 2025" in page.words
    assert "This period against it" in page.words


def test_the_page_says_what_the_figure_means_and_how_current_it_is(browser):
    words = browser.get("/acme/").words
    for said in ("What counts", "purchase (macro)", "click 30 days", "Partner team", "weekly", "1 Jan 2020"):
        assert said in words
    for stage in ("events caught up", "attribution caught up", "warehouse caught up"):
        assert stage in words
    assert "2 schema, 1 unknown partner" in words


def test_static_files_are_served_and_name_no_other_host(browser):
    page = browser.get("/acme/")
    for each in page.all("link"):
        answer = browser.client.get(each.attributes["href"])
        assert answer.status_code == 200
        text = b"".join(answer.streaming_content).decode()
        assert "@import" not in text
        assert re.findall(r"url\((?!\"vendor/)", text) == []
