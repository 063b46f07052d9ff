"""A language in which every text of the house stands between brackets, and a reader who finds what does not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real


class Marked(trans_real.DjangoTranslation):
    """A language in which every text of the house stands between brackets."""

    def gettext(self, message):
        return message if message in FORMATS else f"⟦{message}⟧"

    def ngettext(self, singular, plural, number):
        return f"⟦{singular if number == 1 else plural}⟧"


FORMATS = {"j M Y", "j M", "j M Y, H:i:s"}
"""Texts that say how a day is written."""


class Unmarked(HTMLParser):
    """The texts a person reads that do not stand between brackets, names and figures left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.skipped: list[str] = []
        self.depth = 0
        self.feed(_without_marked(html))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        stays = tag != "html" and (given.get("lang") == "en" or given.get("translate") == "no")
        if stays or tag in (*self.skipped[-1:], "style", "script", "code", "pre", "kbd", "svg"):
            self.skipped.append(tag)
        for name, value in attrs:
            if name in ("aria-label", "title", "placeholder", "alt"):
                self.handle_data(value or "")

    def handle_endtag(self, tag):
        if self.skipped and self.skipped[-1] == tag:
            self.skipped.pop()

    def handle_data(self, data):
        if not self.skipped and re.search(r"[A-Za-z]{3}", data):
            self.found.append(" ".join(data.split()))


def _without_marked(html: str) -> str:
    """The page without what is marked; a text may stand inside another."""
    before = ""
    while html != before:
        before, html = html, re.sub(r"⟦[^⟦⟧]*⟧", "", html)
    return html


@contextmanager
def marking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything is asked for in the marked language."""
    catalogs: dict[str, Any] = vars(trans_real)["_translations"]
    monkeypatch.setitem(catalogs, "en", Marked("en"))
    monkeypatch.setattr(trans_real, "_default", None)
    with translation.override("en", deactivate=True):
        yield
