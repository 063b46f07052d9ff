"""The console in a real browser: whole with large text, by keyboard alone and without any script."""

import pytest
from playwright.sync_api import Page, expect

PAGES = (
    "/acme/",
    "/acme/?from=2026-01-01&until=2026-12-31",
    "/acme/receipts?show=credit",
    "/acme/quarantine",
    "/acme/trace/{conversion}",
    "/acme/partners",
    "/acme/partners/{partners}",
    "/acme/partners/new",
    "/-/components",
)


@pytest.mark.parametrize("address", PAGES)
def test_text_of_twice_the_size_still_fits(opened, address):
    page = opened(address, viewport={"width": 640, "height": 800})
    page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(":root { font-size: 32px }");
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_from_the_headline_to_a_receipt_by_keyboard_alone(opened):
    page = opened("/acme/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "a.big")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipts of a figure")
    tab_to(page, "td.ids a[href*='/trace/rcp_']")
    page.keyboard.press("Enter")
    expect(page.locator("pre.body")).to_be_visible()
    expect(page.locator(".kicker")).to_have_text("Trace of a receipt")


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until an element that fits has the focus, which must be visible."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
            return
    raise AssertionError(f"no Tab reaches {selector}")


def test_the_search_and_the_form_work_without_any_script(opened):
    page = opened("/acme/receipts", java_script_enabled=False)
    text = page.locator("td.ids a").first.get_attribute("title") or ""
    page.goto("/acme/trace")
    page.get_by_label("Id", exact=True).fill(text)
    page.get_by_role("button", name="Trace").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    page.goto("/acme/?by=month")
    page.get_by_label("From").fill("2025-05-01")
    page.get_by_label("Until, included").fill("2025-05-31")
    page.get_by_role("button", name="Show").click()
    assert "by=month" in page.url
    expect(page.locator(".context").first).to_contain_text("1–31 May 2025, Europe/Istanbul")


def test_the_interval_lies_where_its_figures_say(opened):
    page = opened("/acme/?by=source")
    row = page.locator(".rates tbody tr", has=page.locator("circle.interval-point")).first
    low, high = (float(part) for part in row.locator(".range").inner_text().removesuffix(" %").split("–"))
    rate = float(row.locator(".rate").inner_text().removesuffix(" %"))
    track = row.locator(".interval-track").bounding_box()
    drawn, point = (
        row.locator(".interval-range").bounding_box(),
        row.locator(".interval-point").bounding_box(),
    )
    at_point = point["x"] + point["width"] / 2
    share = (at_point - drawn["x"]) / drawn["width"]
    assert share == pytest.approx((rate - low) / (high - low), abs=0.1)
    assert track["x"] <= drawn["x"]
    assert drawn["x"] + drawn["width"] <= track["x"] + track["width"] + 1


def test_print_leaves_out_what_only_a_screen_needs(opened):
    page = opened("/acme/")
    page.emulate_media(media="print")
    for name in (".top", ".sidebar", ".question", ".foot"):
        expect(page.locator(name)).to_be_hidden()
    expect(page.locator("table.rates")).to_be_visible()


def test_a_page_asks_no_other_host_for_anything(opened, site):
    page = opened("/-/alive")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES:
        page.goto(address.format(**site.cast.ids))
    assert [url for url in asked if not url.startswith(site.address)] == []
    assert len(asked) > 10
