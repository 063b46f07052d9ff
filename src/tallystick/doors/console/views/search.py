"""`/<brand>/find?q=…`: everything that leads anywhere, by its name: pages, what the brand has opened, ids.

For the palette it answers with what it found alone, for everybody else with a page around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.entrance import Access, access_of, brand_page
from tallystick.doors.navigation import CONSOLE
from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.noun import Noun, Text
from tallystick.doors.shell import Shell
from tallystick.kit import ids
from tallystick.kit.listing import MOST_TEXT, Wish
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.queries import DEFINITIONS

OF_EACH: Final = 5
TRACED: Final = ("rcp", "evt", "cnv", "crd")
ICONS: Final = {entry.noun: entry.icon for section in CONSOLE for entry in section.entries if entry.noun}
"""Plural of a noun → its icon, the same as in the navigation."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that leads somewhere. says: what tells it from others of its name."""

    label: Text
    says: Text
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    label: Text
    found: tuple[Found, ...]


@brand_page("figures.read")
def search(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Find pages, nouns and ids; without a word, show all pages."""
    refuse_unknown(request.GET, ("q",))
    text = request.GET.get("q", "").strip()[:MOST_TEXT]
    groups = [group for group in _groups(request, brand, text) if group.found]
    is_part = request.headers.get("HX-Request") == "true"
    template = "console/search_found.html" if is_part else "console/search.html"
    answer = render(request, template, {"q": text, "groups": groups, "here": "search"})
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _groups(request: HttpRequest, brand: Brand, text: str) -> Iterator[Group]:
    yield Group(_("Ids"), tuple(_of_id(brand, text, access_of(request))))
    yield Group(_("Pages"), tuple(_pages(Shell(request), text)))
    if text:
        for noun in NOUNS.values():
            if access_of(request).may(noun.read):
                yield Group(noun.label_plural, tuple(_rows(brand, noun, text)))
        if access_of(request).may("programs.read"):
            yield Group(_("Definitions"), tuple(_definitions(brand, text)))


def _of_id(brand: Brand, text: str, access: Access) -> Iterator[Found]:
    """Where a whole id leads: a receipt, an event, a conversion or a credit to its trace, a noun to its page."""
    try:
        prefix, _id = ids.read(text)
    except ids.BadId:
        return
    if prefix in TRACED:
        says = _("trace of a %(noun)s") % {"noun": ids.PREFIXES[prefix]}
        yield Found(text, says, "route", reverse("console:trace", args=[brand.key, text]))
    for noun in NOUNS.values():
        row = noun.find(text) if noun.prefix == prefix and access.may(noun.read) else None
        if row is not None:
            yield _row(brand, noun, row)


def _pages(shell: Shell, text: str) -> Iterator[Found]:
    words = text.lower().split()
    for section in shell.sections(""):
        for entry in section.entries:
            if all(word in f"{section.label} {entry.label}".lower() for word in words):
                yield Found(entry.label, section.label, entry.icon, entry.url)


def _rows(brand: Brand, noun: Noun[Any], text: str) -> Iterator[Found]:
    for row in noun.listing.page(Wish(text, limit=OF_EACH)).rows:
        yield _row(brand, noun, row)


def _definitions(brand: Brand, text: str) -> Iterator[Found]:
    for row in DEFINITIONS.page(Wish(text, limit=OF_EACH)).rows:
        url = reverse("console:noun", args=[brand.key, "definitions", ids.show("cdf", row.id)])
        yield Found(row.name, f"{row.program.key}/{row.key}", ICONS["definitions"], url)


def _row(brand: Brand, noun: Noun[Any], row: Any) -> Found:
    values = noun.values(row)
    handle = values["handle"]
    url = reverse("console:noun", args=[brand.key, noun.plural, values["id"]])
    return Found(values.get("name") or handle, handle, ICONS[noun.plural], url)
