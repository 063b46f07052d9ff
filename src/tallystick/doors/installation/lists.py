"""How the lists of the installation are asked for: by the address, so that a link shows the same to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.http import urlencode

from tallystick.doors.tabs import Tab
from tallystick.foundation.listing import Listing
from tallystick.kit.listing import Page, Wish

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list. choices: of the filter by state, all first. next: the address of the next page, or empty."""

    page: Page[Any]
    text: str
    state: str
    choices: tuple[Tab, ...]
    next: str

    @property
    def is_narrowed(self) -> bool:
        """Whether something was looked for: then an empty list means that nothing was found."""
        return bool(self.text or self.state)


def shown(request: HttpRequest, listing: Listing[Any], states: Sequence[tuple[str, Text]]) -> Shown:
    """The page that the address asks for. Raises BadWish."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    page = listing.page(Wish(text=text, filters={"state": state}, after=request.GET.get("after", "")))
    choices = tuple(Tab(label, _address(text, value), value == state) for value, label in states)
    return Shown(page, text, state, choices, _address(text, state, page.next) if page.next else "")


def _address(text: str, state: str, after: str = "") -> str:
    asked = {name: value for name, value in (("q", text), ("state", state), ("after", after)) if value}
    return f"?{urlencode(asked)}"
