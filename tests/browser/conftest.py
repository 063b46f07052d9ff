"""One site and one browser for all tests of this folder. Without Chromium they are skipped, but never in CI."""

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.installs import InstallTemplate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.browser.site import Site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here, and skip it where there is nothing to drive."""
    from tests.browser.site import CHROMIUM

    missing = CHROMIUM is None and not os.environ.get("CI")
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(scope="session")
def site(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Site"]:
    """A served installation with a story and people in it."""
    from tests.browser.cast import enter
    from tests.browser.site import Site, fill, served

    with install_template.copy(tmp_path_factory.mktemp("site") / "data") as install:
        fill(install)
        cast = enter(install)
        with served(install) as address:
            yield Site(address, cast)


@pytest.fixture(scope="session")
def chrome() -> Iterator["Browser"]:
    """A headless Chromium."""
    from tests.browser.site import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(chrome: "Browser", site: "Site") -> Iterator[Callable[..., "Page"]]:
    """A function that opens a page as somebody; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def heard(message: "ConsoleMessage") -> None:
        expected = "Failed to load resource" in message.text and re.search(r"status of 4\d\d", message.text)
        if message.type in ("error", "warning") and not expected:
            complaints.append(message.text)

    def open_page(address: str, who: str = "owner", **options: Any) -> "Page":
        context = chrome.new_context(base_url=site.address, **options)
        contexts.append(context)
        context.add_cookies(site.cast.cookies(who, site.address))
        page = context.new_page()
        page.on("console", heard)
        page.goto(address.format(**site.cast.ids))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
