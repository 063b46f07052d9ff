"""`/<brand>/names`: names that nobody knows, from files and from live traffic, and what was said of others before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.design.words import word
from tallystick.doors.choosing import newest_choices
from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.entrance import WRITING, access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.kit import ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.choices import UnknownName, forget, unknown_names
from tallystick.tracking.events.models import Choice

MOST_SHOWN: Final = 200
MOST_REMEMBERED: Final = 200


@dataclass(frozen=True, slots=True)
class ShownName:
    """An unknown name as the list shows it. packed: what a box sends. url: where one says whose it is."""

    name: UnknownName
    role: str
    packed: str
    url: str
    waiting_url: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was said of a name. to: whose it is, in words."""

    id: str
    choice: Choice
    role: str
    to: str


@brand_page("imports.read")
def names(request: HttpRequest, brand: Brand) -> HttpResponse:
    """List the names that receipts wait for, those with the most rows first; and what was said before."""
    refuse_unknown(request.GET, ())
    found = unknown_names()
    context: dict[str, Any] = {
        "here": "names",
        "names": [_shown(brand, name) for name in found[:MOST_SHOWN]],
        "total": len(found),
        "rows": sum(name.rows for name in found),
        "remembered": [_remembered(each) for each in newest_choices(MOST_REMEMBERED)],
        "may_change": access_of(request).may("imports.change"),
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/names.html", context)


@brand_page("imports.change", methods=WRITING)
def undo(request: HttpRequest, brand: Brand, choice: str) -> HttpResponse:
    """Take back what was said of a name: from now on nobody knows it again."""
    row = row_at(Choice.objects.all(), "cho", choice)
    forget(row, by=access_of(request).actor)
    said = _("“%(name)s” is unknown again to what comes from now on. What counts already stays.")
    messages.success(request, said % {"name": row.value})
    return redirect("console:names", brand=brand.key)


def _shown(brand: Brand, name: UnknownName) -> ShownName:
    packed = urlencode({"program": name.program, "role": name.role, "value": name.value})
    waiting = urlencode({"unknown": name.role, "value": name.value})
    return ShownName(
        name,
        word(name.role),
        packed,
        f"{reverse('console:name', args=[brand.key])}?{packed}",
        f"{reverse('console:quarantine', args=[brand.key])}?{waiting}",
    )


def _remembered(choice: Choice) -> Remembered:
    if choice.placement:
        to = f"{choice.placement.partnership.partner.name} · {choice.placement.name}"
    elif choice.partnership:
        to = choice.partnership.partner.name
    elif choice.channel:
        to = _("%(name)s (house channel)") % {"name": choice.channel.name}
    else:
        to = _("ignored")
    return Remembered(ids.show("cho", choice.id), choice, word(choice.role), to)
