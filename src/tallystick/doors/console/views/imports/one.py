"""`/<brand>/imports/<import>`: how far a file is, what became of it, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallystick.design import figures
from tallystick.doors.console.download import csv_download
from tallystick.doors.console.views.imports.tallies import csv_lines, shown
from tallystick.doors.console.views.imports.upload import FileForm, import_at, page_of, upload_page
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.kit import clock, ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.series import VERIFIED, added_up
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import ahead_of, first_of
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.rules.steps import State, possible
from tallystick.tracking.imports.services import lifecycle

STEPS = (
    gettext_lazy("File"),
    gettext_lazy("Columns"),
    gettext_lazy("Try"),
    gettext_lazy("Import"),
    gettext_lazy("Reconciliation"),
)
MOVING = (State.QUEUED, State.RECEIVING)


@dataclass(frozen=True, slots=True)
class Pace:
    """How far an import is: value of most, the same in words, and how fast it goes."""

    value: int
    most: int
    says: str
    rate: str = ""
    left: str = ""


@brand_page("imports.read")
def imported(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Show an import where it stands: the upload, the columns, how far it is, or what became of its rows."""
    row = import_at(file)
    state = State(row.state)
    if state is State.UPLOADING:
        return upload_page(request, brand, FileForm(), row=row)
    if state is State.ARRIVED and access_of(request).may("imports.change"):
        return redirect("console:import_columns", brand=brand.key, file=file)
    moving = _moving(row)
    context = {
        **frame(request, brand, row),
        **moving,
        "now": 4 if moving["moves"] or state is not State.RECEIVED else 5,
        "tally": shown(tally_of(row), brand, import_id=file) if row.receipts else None,
    }
    return render(request, "console/imports_one.html", context)


@brand_page("imports.read")
def progress(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """The part of the page that moves, asked for again and again; at the end the whole page is asked for once."""
    row = import_at(file)
    moving = _moving(row)
    answer = render(request, "console/imports_progress.html", {**frame(request, brand, row), **moving})
    if not moving["moves"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@brand_page("imports.change", methods=WRITING)
def stop(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Stop an import where it is."""
    row = import_at(file)
    lifecycle.stop(row, by=access_of(request).actor)
    messages.success(request, _("Stopped. What is here stays, and it goes on where it stood."))
    return redirect(page_of(brand, row))


@brand_page("imports.change", methods=WRITING)
def resume(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Let an import go on where it stood."""
    row = import_at(file)
    lifecycle.resume(row, by=access_of(request).actor)
    messages.success(request, _("It goes on where it stood."))
    return redirect(page_of(brand, row))


@brand_page("imports.change", methods=BOTH)
def discard(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Ask once more, and put away a file of which nothing was received."""
    row = import_at(file)
    if request.method == "POST":
        lifecycle.discard(row, by=access_of(request).actor)
        messages.success(request, _("“%(name)s” is put away.") % {"name": row.name})
        return redirect("console:imports", brand=brand.key)
    context = {
        "here": "imports",
        "title": _("Put “%(name)s” away") % {"name": row.name},
        "message": _("The file is deleted here. Nothing of it was imported, so nothing else changes."),
        "action_label": _("Put it away"),
        "is_grave": True,
        "back_url": page_of(brand, row),
    }
    return render(request, "design/confirm.html", context)


@brand_page("imports.read")
def export(request: HttpRequest, brand: Brand, file: str) -> StreamingHttpResponse:
    """The reconciliation as a CSV file."""
    row = import_at(file)
    return csv_download(brand, "reconciliation", csv_lines(tally_of(row), name=row.name))


def frame(request: HttpRequest, brand: Brand, row: Import) -> dict[str, Any]:
    """What every page of one import shows around it."""
    named = ids.show("imp", row.id)
    within = [brand.key, named]
    may_change = access_of(request).may("imports.change")
    return {
        "here": "imports",
        "row": row,
        "id": named,
        "steps": STEPS,
        "facts": _facts(row),
        "may_change": may_change,
        "verbs": possible(State(row.state)) if may_change else (),
        "zone": ZoneInfo(brand.zone),
        "back_url": reverse("console:imports", args=[brand.key]),
        "page_url": page_of(brand, row),
        **{
            f"{name}_url": reverse(f"console:import_{name}", args=within)
            for name in ("columns", "text", "try", "progress", "stop", "resume", "discard", "export")
        },
    }


def _moving(row: Import) -> dict[str, Any]:
    """How far an import is: in its turn, by the bytes that were read of the file, by the rows that are verified."""
    state, first = State(row.state), first_of(row)
    kept = row.rows_accepted + row.rows_conflict
    verified = min(added_up(first).get(VERIFIED, 0), kept) if first else 0
    if state is State.RECEIVED:
        says = _("%(done)s of %(rows)s rows") % {"done": figures.count(verified), "rows": figures.count(kept)}
        return {"moves": verified < kept, "pace": Pace(verified, max(kept, 1), says), "before": 0}
    size = row.size_bytes or 0
    rows = ngettext("%(number)s row", "%(number)s rows", row.rows) % {"number": figures.count(row.rows)}
    says = _("%(percent)s %%, %(rows)s") % {"percent": 100 * row.read_bytes // max(size, 1), "rows": rows}
    speed = (
        (_("paused until what was received is verified"), "") if row.is_paused else _speed(row, clock.now())
    )
    pace = Pace(row.read_bytes, max(size, 1), says, *speed)
    return {"moves": state in MOVING, "pace": pace, "before": ahead_of(row)}


def _speed(row: Import, now: datetime) -> tuple[str, str]:
    if State(row.state) is not State.RECEIVING or row.received_at is None or not row.read_bytes:
        return "", ""
    seconds = (now - row.received_at).total_seconds()
    if seconds < 1:
        return "", ""
    rate = _("%(number)s rows/s") % {"number": figures.count(round(row.rows / seconds))}
    rest = max((row.size_bytes or 0) - row.read_bytes, 0)
    return rate, _left(seconds * rest / row.read_bytes)


def _left(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("about %(number)s minute left", "about %(number)s minutes left", minutes) % {
            "number": minutes
        }
    hours = round(minutes / 60)
    return ngettext("about %(number)s hour left", "about %(number)s hours left", hours) % {"number": hours}


def _facts(row: Import) -> list[tuple[str, str]]:
    found = [(_("Size"), figures.size(row.size_bytes or row.arrived_bytes))]
    if row.format:
        found.append((_("Format"), row.format))
    if row.mapping_name:
        version = f" v{row.mapping_version}" if row.mapping_version else ""
        found.append((_("Mapping"), f"{row.mapping_name}{version}"))
    return [*found, (_("Brought by"), row.by_name)]
