"""Tabs over a list, as `design/tabs.html` takes them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several lists of a page. count: how many stand in it, None where that is not said."""

    label: str | Promise
    url: str
    is_here: bool = False
    count: int | None = None
