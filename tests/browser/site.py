"""A whole installation with a story in it, served to a real browser on a free port."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Browser, sync_playwright

from tests.browser.cast import Cast
from tests.browser.story import story_lines
from tests.house.sources import PACKAGE
from tests.installs import Install

DEMO = PACKAGE / "project" / "demo"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
WAIT_SECONDS = 30


@dataclass(frozen=True)
class Site:
    """Where it is served, and who may come."""

    address: str
    cast: Cast


def fill(install: Install) -> None:
    """Acme with the demo's sessions, customers of the last days with long paths, and three lines of no use."""
    story = install.data_dir / "story.ndjson"
    story.write_text("".join(f"{json.dumps(line)}\n" for line in story_lines(datetime.now(UTC))))
    for command in (
        ("init", "--setup", DEMO / "setup.toml"),
        ("import", DEMO / "sessions.csv", "--mapping", DEMO / "mapping.toml"),
        ("import", story),
    ):
        done = install.run(*command)
        assert done.returncode == 0, done.stderr


@contextmanager
def served(install: Install) -> Iterator[str]:
    """The address of the web role on an installation; it ends with the block."""
    port = _free_port()
    server = install.start("serve", "--only", "web", env={"TALLYSTICK_PORT": str(port)})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_alive(address)
        yield address
    finally:
        server.terminate()
        server.communicate(timeout=WAIT_SECONDS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless, talking to nobody."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(address: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/-/alive", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
