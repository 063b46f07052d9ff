"""Every page of every door: axe finds nothing in light and dark, and nothing is wider than a phone."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.pages import BESIDE, SAMPLES, without_sample
from tests.browser.site import Site

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""In the other theme only colours differ."""

NOT_COLOURS = {**RULES, "rules": {"color-contrast": {"enabled": False}}}
"""What is left to look at where the same page was looked at with other things on it."""

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def desk(chrome: Browser) -> Iterator[Page]:
    """One window that goes from page to page; a colour on its way from light to dark would be neither."""
    context = chrome.new_context(reduced_motion="reduce")
    context.add_init_script(Axe().axe_script)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("who", "address"), [samples[0] for samples in (*SAMPLES.values(), BESIDE)])
def test_a_page_is_accessible_in_both_themes_and_fits_a_phone(desk: Page, site: Site, who: str, address: str):
    visit(desk, site, who, address)
    wrong = violations(desk, RULES)
    desk.emulate_media(color_scheme="dark")
    wrong += violations(desk, COLOURS)
    assert not wrong, "\n".join(wrong)
    assert fits_a_phone(desk)


@pytest.mark.parametrize(("who", "address"), [*chain(*(each[1:] for each in (*SAMPLES.values(), BESIDE)))])
def test_the_same_page_with_something_else_on_it_is_accessible_and_fits_a_phone(
    desk: Page, site: Site, who: str, address: str
):
    """Its colours are those of the first sample."""
    visit(desk, site, who, address)
    wrong = violations(desk, NOT_COLOURS)
    assert not wrong, "\n".join(wrong)
    assert fits_a_phone(desk)


def visit(desk: Page, site: Site, who: str, address: str) -> None:
    desk.set_viewport_size(DESK)
    desk.emulate_media(color_scheme="light")
    desk.context.clear_cookies()
    desk.context.add_cookies(site.cast.cookies(who, site.address))
    answer = desk.goto(f"{site.address}{address.format(**site.cast.ids)}")
    assert answer.status < 500


def fits_a_phone(desk: Page) -> bool:
    desk.set_viewport_size(PHONE)
    desk.wait_for_function(f"innerWidth === {PHONE['width']}")
    return desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds: how bad it is, the rule, and the first place."""
    return page.evaluate(
        """async (options) => (await axe.run(document, { resultTypes: ["violations"], ...options })).violations
            .map((each) => `${each.impact} ${each.id}: ${each.nodes[0].html}`)""",
        options,
    )


def test_every_name_of_the_url_conf_has_a_sample_to_look_at():
    assert without_sample() == []


def test_axe_would_find_a_fault(desk: Page, site: Site):
    desk.context.add_cookies(site.cast.cookies("owner", site.address))
    desk.goto(f"{site.address}/acme/partners")
    desk.evaluate("document.querySelector('label[for=search]').remove()")
    desk.evaluate("document.querySelector('#search').removeAttribute('placeholder')")
    assert [each.split(":")[0] for each in violations(desk, RULES)] == ["critical label"]


def test_axe_would_find_grey_on_grey_in_the_dark(desk: Page, site: Site):
    desk.emulate_media(color_scheme="dark")
    desk.goto(f"{site.address}/-/components")
    desk.evaluate("document.querySelector('h1').style.color = '#2b2f2c'")
    assert [each.split(":")[0] for each in violations(desk, COLOURS)] == ["serious color-contrast"]
