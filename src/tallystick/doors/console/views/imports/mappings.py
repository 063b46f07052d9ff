"""`/<brand>/mappings` and `…/<name>`: saved mappings: their versions, their text, what uses them, a new version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors import wording
from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.console.views.imports.bases import read_loosely
from tallystick.doors.console.views.imports.columns import targets
from tallystick.doors.console.views.imports.labels import target_says
from tallystick.doors.console.views.imports.listed import ImportRow
from tallystick.doors.console.views.quarantine.acts import MOST_REPLAYED, tell_replayed
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.journey import inbox
from tallystick.kit import ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.mapping.form import BadMapping
from tallystick.tracking.events.models import Mapping as SavedMapping
from tallystick.tracking.events.queries import saved_mappings
from tallystick.tracking.events.services import publish_mapping, replay
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import problems_of

MOST_IMPORTS: Final = 50


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A saved mapping as the list shows it."""

    name: str
    version: int
    at: datetime
    says: str
    imports: int


@brand_page("imports.read")
def mappings(request: HttpRequest, brand: Brand) -> HttpResponse:
    """List the saved mappings, each with its newest version."""
    refuse_unknown(request.GET, ())
    used = Counter(Import.objects.exclude(mapping_version=None).values_list("mapping_name", flat=True))
    rows = [
        MappingRow(name, row.version, row.created_at, _says(row.text), used[name])
        for name, row in saved_mappings().items()
    ]
    context = {"here": "mappings", "rows": rows, "zone": ZoneInfo(brand.zone)}
    return render(request, "console/mappings.html", context)


@brand_page("imports.read")
def mapping(request: HttpRequest, brand: Brand, mapping: str) -> HttpResponse:
    """Show a mapping with its versions and the imports that used it."""
    versions = _versions(mapping)
    used = _imports_by(mapping)
    access = access_of(request)
    context: dict[str, Any] = {
        "here": "mappings",
        "name": mapping,
        "newest": versions[0],
        "versions": versions,
        "says": _says(versions[0].text),
        "imports": [ImportRow(ids.show("imp", row.id), row) for row in used],
        "may_change": access.may("imports.change"),
        "may_replay": access.may("quarantine.change"),
        "waiting": sum(problems_of(row).count() for row in used),
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/mapping.html", context)


@brand_page("imports.change", methods=BOTH)
def change_mapping(request: HttpRequest, brand: Brand, mapping: str) -> HttpResponse:
    """Ask for the text of a new version, and save it: rows that are read from now on are read by it."""
    newest = _versions(mapping)[0]
    written, wrong = newest.text, ""
    if request.method == "POST":
        written = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            if read_loosely(written).name != mapping:
                raise BadMapping("`name` has to stay %(name)r: it is what imports refer to", name=mapping)
            saved = publish_mapping(name=mapping, text=written, by=access_of(request).actor)
        except BadMapping as bad:
            wrong = wording.sentence(bad)
        else:
            said = _("Version %(version)s holds from now on. What waits can be replayed.")
            messages.success(request, said % {"version": saved.version})
            return redirect("console:mapping", brand=brand.key, mapping=mapping)
    context = {
        "here": "mappings",
        "name": mapping,
        "newest": newest,
        "text": written,
        "wrong": wrong,
        "back_url": reverse("console:mapping", args=[brand.key, mapping]),
    }
    return render(request, "console/mapping_text.html", context, status=400 if wrong else 200)


@brand_page("quarantine.change", methods=WRITING)
def replay_mapping(request: HttpRequest, brand: Brand, mapping: str) -> HttpResponse:
    """Read again what waits of the imports that used a mapping."""
    _versions(mapping)
    used = _imports_by(mapping)
    receipts = [each for row in used for each in _waiting(row)][:MOST_REPLAYED]
    done = replay(brand.id, store=inbox(), receipts=receipts, by=access_of(request).actor)
    tell_replayed(request, done)
    return redirect("console:mapping", brand=brand.key, mapping=mapping)


def _imports_by(mapping: str) -> list[Import]:
    """The imports that used a mapping, the newest first, at most 50."""
    used = Import.objects.filter(mapping_name=mapping).exclude(mapping_version=None)
    return list(used.order_by("-created_at")[:MOST_IMPORTS])


def _waiting(row: Import) -> list[Any]:
    held: Any = problems_of(row)
    return list(held.values_list("receipt_id", flat=True)[:MOST_REPLAYED])


def _versions(name: str) -> list[SavedMapping]:
    """All versions of a mapping, the newest first. Raises Http404."""
    found = list(SavedMapping.objects.filter(name=name).order_by("-version"))
    if not found:
        raise Http404
    return found


def _says(text: str) -> str:
    """What the rows stand for, in words."""
    try:
        made = read_loosely(text)
    except BadMapping:
        return ""
    return ", ".join(dict.fromkeys(target_says(place, target) for place, target in targets(made)))
