"""One site and one browser for all tests of this folder. Without Chromium they are skipped, but never in CI."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.installs import InstallTemplate

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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
def site(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served installation with a story in it."""
    from tests.browser.site import fill, served

    with install_template.copy(tmp_path_factory.mktemp("site") / "data") as install:
        fill(install)
        with served(install) as address:
            yield address


@pytest.fixture(scope="session")
def chrome() -> Iterator["Browser"]:
    """A headless Chromium."""
    from tests.browser.site import chromium

    with chromium() as browser:
        yield browser
