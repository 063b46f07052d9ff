"""`python -m tests.browser.shots [FOLDER]`: every page in light, dark and on a phone, to be looked at.

Every name of the URL conf has a sample address in `tests.browser.pages`; one without fails the command. `index.html` in
the folder shows all pictures side by side.
"""

from __future__ import annotations

import html
import os
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser

from tests.browser.cast import Cast, enter
from tests.browser.site import chromium, fill, served
from tests.installs import migrated_template


class Look(NamedTuple):
    name: str
    width: int
    scheme: Literal["light", "dark"]


LOOKS = (Look("light", 1280, "light"), Look("dark", 1280, "dark"), Look("phone", 360, "light"))
STYLE = (
    "body{font:14px sans-serif;margin:2rem;background:#ddd}section{margin-block:2rem}"
    "img{vertical-align:top;height:26rem;border:1px solid #999}"
)


def shoot(browser: Browser, address: str, cast: Cast, folder: Path) -> list[str]:
    """Take all pictures. Returns what is wider than a phone, or an error of the server."""
    from tests.browser.pages import samples

    wrong = []
    for look in LOOKS:
        context = browser.new_context(viewport={"width": look.width, "height": 800}, color_scheme=look.scheme)
        page = context.new_page()
        for sample in samples(cast):
            context.clear_cookies()
            context.add_cookies(cast.cookies(sample.who, address))
            answer = page.goto(f"{address}{sample.address}")
            page.screenshot(path=folder / f"{sample.name}-{look.name}.png", full_page=True)
            if answer is None or answer.status >= 500:
                wrong.append(f"{sample.address}: {answer.status if answer else 'no answer'}")
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > look.width:
                wrong.append(f"{sample.address}: {wide} px wide at {look.width}")
        context.close()
    return wrong


def contact_sheet(cast: Cast, folder: Path) -> None:
    from tests.browser.pages import samples

    rows = []
    for sample in samples(cast):
        pictures = [(f"{sample.name}-{look.name}.png", look.name) for look in LOOKS]
        shown = " ".join(
            f'<a href="{file}"><img loading="lazy" alt="{name}" src="{file}"></a>' for file, name in pictures
        )
        rows.append(
            f"<section><h2>{html.escape(sample.address)} <small>{sample.who}</small></h2>{shown}</section>"
        )
    text = f"<!doctype html><meta charset=utf-8><title>Every page</title><style>{STYLE}</style>"
    (folder / "index.html").write_text(text + "\n".join(rows))


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="tallystick-shots-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.project.settings"
    with tempfile.TemporaryDirectory() as scratch, migrated_template(Path(scratch)) as template:
        os.environ["TALLYSTICK_DATA_DIR"] = scratch
        import django

        django.setup()
        from tests.browser.pages import without_sample

        if missing := without_sample():
            sys.stderr.write(f"No sample address in tests/browser/pages.py for: {', '.join(missing)}\n")
            return 1
        fill(template.install)
        cast = enter(template.install)
        with served(template.install) as address, chromium() as browser:
            wrong = shoot(browser, address, cast, folder)
            contact_sheet(cast, folder)
    sys.stdout.write("\n".join([*wrong, str(folder / "index.html"), ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
