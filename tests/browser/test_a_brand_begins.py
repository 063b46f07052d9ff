"""A brand begins in a real browser, without mail: opened, staffed, a partner invited, accepted and activated.

Whoever owns another brand opens every address that was seen on the way, and finds nothing there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.site import served
from tests.installs import Install, InstallTemplate

PASSWORD = "a sentence for the browser"
CANARY = "Peregrine"
"""Stands in every name of Acme's, and must stand in nothing that others get."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class House:
    """A served installation, a window for each person, and the pages of Acme that somebody was shown."""

    install: Install
    address: str
    chrome: Browser
    windows: dict[str, Page] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def window(self, who: str) -> Page:
        """A browser of somebody, in which nobody is signed in yet."""
        context = self.chrome.new_context(base_url=self.address, reduced_motion="reduce")
        context.on("response", self._note)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.windows[who] = context.new_page()
        return self.windows[who]

    def _note(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.ok and response.request.method == "GET" and path.startswith(("/acme/", "/portal/acme/")):
            self.walked.add(path)


@pytest.fixture
def house(
    install_template: InstallTemplate, chrome: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with (
        install_template.copy(tmp_path_factory.mktemp("begins") / "data") as install,
        served(install) as address,
    ):
        yield (opened := House(install, address, chrome))
        for page in opened.windows.values():
            page.context.close()
        assert opened.complaints == []


def test_a_brand_is_set_up_a_partner_joins_and_strangers_see_nothing(house):
    ada, mina, alice, zoe = (house.window(who) for who in ("Ada", "Mina", "Alice", "Zoë"))

    the_administrator_comes_in(house, ada)
    opens_a_brand(ada, name=f"Acme {CANARY}", key="acme")
    opens_a_program(ada)
    publishes_a_definition(ada)
    join(mina, invites_to_the_team(ada, "acme", "mina@example.org", role="manager"), name="Mina Moreau")
    expect(mina.locator(".shell")).to_be_visible()
    assert urlsplit(mina.url).path == "/acme/"

    link = invites_a_partner(mina)
    accepts_for_the_partner(alice, link)
    activates(ada)
    alice.reload()
    expect(alice.get_by_text("active", exact=True)).to_be_visible()
    expect(alice.get_by_role("heading", name="Nothing counted yet")).to_be_visible()
    expect(alice.get_by_text("You have no link and no code yet")).to_be_visible()
    assert faults(alice) == []
    partners_see_no_console(alice)

    opens_a_brand(ada, name="Zephyr", key="zephyr")
    join(zoe, invites_to_the_team(ada, "zephyr", "zoe@example.org", role="owner"), name="Zoë Zander")
    sees_nothing_of_acme(zoe, house.walked)


def the_administrator_comes_in(house: House, page: Page) -> None:
    said = house.install.succeed(
        "person", "add", "ada@example.org", "--name", "Ada Ames", "--administrator", "--json"
    )
    page.goto(urlsplit(json.loads(said.stdout)["link"]).path)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("The new password again").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".shell")).to_be_visible()


def opens_a_brand(page: Page, *, name: str, key: str) -> None:
    page.goto("/installation/brands/open")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Key").fill(key)
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{key}/")


def opens_a_program(page: Page) -> None:
    page.goto("/acme/programs")
    page.get_by_role("main").get_by_role("link", name="New").first.press("Enter")
    page.get_by_label("Key").fill("main")
    page.get_by_label("Name").fill(f"{CANARY} circle")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{CANARY} circle")


def publishes_a_definition(page: Page) -> None:
    page.goto("/acme/definitions/new")
    page.get_by_label("Key", exact=True).fill("order")
    page.get_by_label("Name", exact=True).fill(f"{CANARY} order")
    page.get_by_label("In force from").fill("2026-01-01")
    page.get_by_label("The program's primary definition").check()
    page.get_by_label("purchase", exact=True).first.check()
    page.get_by_role("button", name="Look at what it changes").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What the version changes")
    assert faults(page) == []
    page.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_text("Version 1 is published")).to_be_visible()


def invites_to_the_team(page: Page, brand: str, email: str, *, role: str) -> str:
    """The link of the invitation, which is shown because no mail is set up."""
    page.goto(f"/{brand}/team/invite")
    page.get_by_label("E-mail").fill(email)
    page.locator(f"input[value={role}]").check()
    page.get_by_role("button", name="Invite").press("Enter")
    expect(page.get_by_text(f"{email} is invited.")).to_be_visible()
    return link_on(page)


def invites_a_partner(page: Page) -> str:
    """The link of the invitation. The program is chosen already, because there is only one."""
    page.goto("/acme/partners")
    page.get_by_role("main").get_by_role("link", name="Invite a partner").first.press("Enter")
    page.get_by_label("Name of the new partner").fill(f"Alice {CANARY}")
    page.get_by_label("Key").fill("alice")
    page.get_by_label("Kind of the new partner").select_option(index=1)
    page.get_by_label("E-mail of the person").fill("alice@example.org")
    page.get_by_label("Message").fill("We would like to work with you.")
    page.get_by_role("button", name="Invite").press("Enter")
    expect(page.get_by_text("alice@example.org is invited.")).to_be_visible()
    assert faults(page) == []
    return link_on(page)


def link_on(page: Page) -> str:
    return urlsplit(page.locator(".copy code").inner_text()).path


def join(page: Page, link: str, *, name: str) -> None:
    """Follow an invitation for the first time: a name and a password, and one is in."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/join/" not in url)


def accepts_for_the_partner(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_text("We would like to work with you.")).to_be_visible()
    assert faults(page) == []
    join(page, link, name="Alice Amsel")
    assert urlsplit(page.url).path == "/portal/acme/alice/"
    expect(page.get_by_text("onboarding", exact=True)).to_be_visible()
    expect(page.get_by_text("now prepares your links and codes")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("%")
    assert faults(page) == []
    page.get_by_role("link", name="Links and codes").first.press("Enter")
    expect(page.get_by_role("heading", name="No links yet")).to_be_visible()
    page.goto("/portal/acme/alice/")


def activates(page: Page) -> None:
    page.goto("/acme/partnerships")
    page.get_by_role("main").get_by_role("link", name="Alice").first.press("Enter")
    page.get_by_role("button", name="Activate").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("active")


def partners_see_no_console(page: Page) -> None:
    for address in ("/acme/", "/acme/partners", "/portal/acme/bob/"):
        assert page.request.get(address).status == 404, address


def sees_nothing_of_acme(page: Page, walked: set[str]) -> None:
    assert len(walked) > 12, "hardly anything was looked at"
    for address in sorted(walked):
        answer = page.request.get(address)
        assert answer.status == 404, address
        assert CANARY not in answer.text(), address
    for address in ("/", "/switch", "/zephyr/partners", "/zephyr/team", "/zephyr/audit", "/account/"):
        answer = page.request.get(address)
        assert answer.ok, address
        assert CANARY not in answer.text(), address
    page.goto("/acme/partners")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.goto("/zephyr/")
    page.keyboard.press("Control+k")
    page.keyboard.type("Alice")
    expect(page.locator("#palette")).to_contain_text("Nothing")
    expect(page.get_by_role("option", name=CANARY)).to_have_count(0)


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{each['impact']} {each['id']} {each['nodes'][0]['html']}" for each in found]
