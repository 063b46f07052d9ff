"""Signing in with a real Chromium: by a link, a password, a passkey that the browser keeps, and without any script."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.site import served
from tests.installs import Install, InstallTemplate

PASSWORD = "a sentence for the browser"


@dataclass(frozen=True)
class House:
    """A served installation. Passkeys belong to a name, so it is called localhost."""

    install: Install
    address: str

    def link_for(self, email: str, *options: str) -> str:
        """The address with which somebody new chooses a password."""
        said = self.install.succeed("person", "add", email, "--name", "Ada Ames", "--json", *options)
        return f"{self.address}{urlsplit(json.loads(said.stdout)['link']).path}"


@pytest.fixture(scope="module")
def house(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with (
        install_template.copy(tmp_path_factory.mktemp("sign-in") / "data") as install,
        served(install) as address,
    ):
        yield House(install, address.replace("127.0.0.1", "localhost"))


@pytest.fixture
def context(chrome: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody; what it complains about fails the test."""
    opened = chrome.new_context()
    complaints: list[str] = []
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield opened
    opened.close()
    assert complaints == []


def with_authenticator(context: BrowserContext) -> Page:
    """A page of a browser that can keep passkeys, and whose owner always puts the finger there."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def choose_password(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("The new password again").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.locator(".shell")).to_be_visible()


def sign_out(page: Page, house: House) -> None:
    page.goto(f"{house.address}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_made_and_takes_the_place_of_the_password(house, context):
    page = with_authenticator(context)
    choose_password(page, house.link_for("ada@example.org"))
    page.goto(f"{house.address}/account/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{house.address}/account/2fa/webauthn/")
    expect(page.get_by_text("Work laptop").first).to_be_visible()
    expect(page.get_by_text("signs in without a password")).to_be_visible()
    sign_out(page, house)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".shell")).to_be_visible()


def test_a_passkey_is_the_second_step_and_confirms_what_is_grave(house, context):
    page = with_authenticator(context)
    choose_password(page, house.link_for("bo@example.org", "--administrator"))
    page.goto(f"{house.address}/account/2fa/webauthn/add/")
    page.get_by_label("Sign in with it instead of a password").uncheck()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page, house)
    page.get_by_label("E-mail address").fill("bo@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".shell")).to_be_visible()
    page.goto(f"{house.address}/account/2fa/webauthn/reauthenticate/?next=/installation/brands")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Brands")).to_be_visible()


def test_signing_in_needs_no_script(house, chrome):
    link = house.link_for("cy@example.org")
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    choose_password(page, link)
    sign_out(page, house)
    page.get_by_label("E-mail address").fill("cy@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".shell")).to_be_visible()
    context.close()
