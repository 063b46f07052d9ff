"""`python -m tests.browser.shots [FOLDER]`: every page in light, dark and on a phone, to be looked at."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page

from tests.browser.site import chromium, fill, served
from tests.installs import migrated_template


class Look(NamedTuple):
    name: str
    width: int
    scheme: Literal["light", "dark"]


LOOKS = (Look("light", 1280, "light"), Look("dark", 1280, "dark"), Look("phone", 360, "light"))


def pages(page: Page, address: str) -> dict[str, str]:
    """Name → address of every page worth a look; ids are found by following the links."""
    page.goto(f"{address}/acme/")
    receipts = page.locator(".rates a.rate").first.get_attribute("href") or ""
    page.goto(f"{address}/acme/receipts?from=2026-01-01")
    traces = page.locator("td.ids a[href*='cnv_']")
    conversion = traces.first.get_attribute("href") or ""
    page.goto(f"{address}/acme/quarantine")
    waiting = page.locator(".card a.ids").first.get_attribute("href") or ""
    return {
        "answer": "/acme/",
        "answer-source": "/acme/?by=source&sort=rate",
        "answer-month": "/acme/?by=month&where=partner%3Dalice",
        "answer-recent": "/acme/?from=2026-11-01&until=2026-11-30",
        "answer-period": "/acme/?basis=period&by=partner_kind",
        "receipts": receipts,
        "trace-conversion": conversion,
        "trace-waiting": waiting,
        "quarantine": "/acme/quarantine",
        "find": "/acme/trace",
        "wrong": "/acme/?by=colour",
        "not-found": "/nobody/",
    }


def shoot(browser: Browser, address: str, folder: Path) -> None:
    found = pages(browser.new_page(), address)
    for look in LOOKS:
        context = browser.new_context(
            viewport={"width": look.width, "height": 800}, color_scheme=look.scheme, device_scale_factor=1
        )
        page = context.new_page()
        for name, path in found.items():
            page.goto(f"{address}{path}")
            page.screenshot(path=folder / f"{name}-{look.name}.png", full_page=True)
        context.close()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="tallystick-shots-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.project.settings"
    with tempfile.TemporaryDirectory() as scratch, migrated_template(Path(scratch)) as template:
        fill(template.install)
        with served(template.install) as address, chromium() as browser:
            shoot(browser, address, folder)
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    main()
