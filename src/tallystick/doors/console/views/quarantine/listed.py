"""`/<brand>/quarantine`: what could not become events, where it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallystick.design.states import look_of
from tallystick.design.words import word
from tallystick.doors.console.listed import pager, query_of, read_wish
from tallystick.doors.console.views.quarantine.listing import HELD, QUARANTINED, ROLES, counts
from tallystick.doors.entrance import access_of, brand_page
from tallystick.kit import ids
from tallystick.kit.listing import Wish
from tallystick.partners.programs.models import Brand
from tallystick.tracking.imports.models import Import
from tallystick.tracking.inbox.models import Quarantined

MOST_IMPORTS = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt in quarantine with its id as doors write it."""

    receipt: str
    row: Quarantined


@dataclass(frozen=True, slots=True)
class Filter:
    """A select over the list: its choices, value and what it is called."""

    name: str
    label: str
    chosen: str
    choices: list[tuple[str, str]]
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class Only:
    """A filter in force that has no select: what it says, and the address without it."""

    says: str
    address: str


@brand_page("quarantine.read")
def quarantine(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Show what waits, or was dismissed, oldest first."""
    wish = read_wish(request.GET, QUARANTINED)
    page = QUARANTINED.page(wish)
    reasons = counts(wish, "reason")
    context: dict[str, Any] = {
        "brand": brand,
        "here": "quarantine",
        "wish": wish,
        "rows": [Waiting(ids.show("rcp", row.receipt_id), row) for row in page.rows],
        "total": page.total,
        "counts": [(each, number, query_of(wish, reason=each, after="")) for each, number in reasons.items()],
        "in_all": sum(reasons.values()),
        "all_url": query_of(wish, reason="", after="") or "?",
        "reason": wish.filters.get("reason", ""),
        "filters": _filters(wish),
        "only": _only(wish),
        "query": query_of(wish, after=""),
        "is_dismissed": wish.filters.get("state") == Quarantined.State.DISMISSED,
        "is_narrowed": bool(wish.text or wish.filters),
        "may_change": access_of(request).may("quarantine.change"),
        "zone": ZoneInfo(brand.zone),
        **pager(wish, page),
    }
    return render(request, "console/quarantine.html", context)


def _filters(wish: Wish) -> list[Filter]:
    chosen = wish.filters
    states = [(state, str(look_of(state).label)) for state in HELD]
    files = [(name, f"{name} ({number})") for name, number in counts(wish, "file").items()]
    found = [
        Filter("state", _("State"), chosen.get("state", "waiting"), states, is_given=True),
        Filter("import", _("Import"), chosen.get("import", ""), _imports(chosen)),
        Filter("file", _("File"), chosen.get("file", ""), _with_chosen(files, chosen.get("file", ""))),
        Filter(
            "unknown", _("Unknown name"), chosen.get("unknown", ""), [(role, word(role)) for role in ROLES]
        ),
    ]
    return [each for each in found if each.choices]


def _with_chosen(choices: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    known = {value for value, _label in choices}
    return choices if not chosen or chosen in known else [*choices, (chosen, chosen)]


def _imports(chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    rows = Import.objects.filter(received_at__isnull=False).order_by("-created_at")[:MOST_IMPORTS]
    offered = [(ids.show("imp", row.id), f"{row.name} · {row.created_at:%Y-%m-%d}") for row in rows]
    return _with_chosen(offered, chosen.get("import", ""))


def _only(wish: Wish) -> list[Only]:
    labels = {"column": _("Column: %(text)s"), "value": _("Value: %(text)s")}
    return [
        Only(label % {"text": wish.filters[name]}, query_of(wish, **{name: ""}, after="") or "?")
        for name, label in labels.items()
        if name in wish.filters
    ]
