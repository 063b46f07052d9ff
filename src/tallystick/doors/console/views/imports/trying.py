"""`/<brand>/imports/<import>/try`: exactly what an import would do, before it does it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tallystick.doors import wording
from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.console.views.imports import whole
from tallystick.doors.console.views.imports.one import frame
from tallystick.doors.console.views.imports.tallies import shown
from tallystick.doors.console.views.imports.upload import import_at, page_of
from tallystick.doors.entrance import WRITING, access_of, brand_page
from tallystick.journey import inbox
from tallystick.kit import ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.models import Brand
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import brought_before
from tallystick.tracking.imports.reading.source import is_events
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.imports.services import files, lifecycle
from tallystick.tracking.imports.services.trial import Trial, try_out

FIRST_ROWS: Final = 1_000
MOST_PROBLEMS: Final = 100


@brand_page("imports.change")
def try_import(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Show what the first rows would become, or the whole file once it was tried."""
    refuse_unknown(request.GET, ("rows",))
    row = import_at(file)
    if State(row.state) is not State.ARRIVED:
        return redirect(page_of(brand, row))
    if not row.mapping_text.strip() and not is_events(files.path_of(row), name=row.name):
        return redirect("console:import_columns", brand=brand.key, file=file)
    try:
        trial = whole.found(row) if request.GET.get("rows") == "all" else _first_rows(row)
    except Foreseen as wrong:
        return _page(request, brand, row, None, wrong=wording.sentence(wrong))
    return _page(request, brand, row, trial)


@brand_page("imports.change", methods=WRITING)
def try_whole(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Have the whole file tried, beside everything else; the page shows how far that is."""
    row = import_at(file)
    whole.ask(row)
    return redirect(f"{frame(request, brand, row)['try_url']}?rows=all")


@brand_page("imports.change")
def try_progress(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """How far the trial of the whole file is; at its end the page is asked for once more."""
    row = import_at(file)
    going = whole.progress(row)
    answer = render(request, "console/imports_trying.html", {**frame(request, brand, row), "going": going})
    if going is None:
        answer.headers["HX-Refresh"] = "true"
    return answer


@brand_page("imports.change", methods=WRITING)
def start(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Begin the import."""
    row = import_at(file)
    try:
        row = lifecycle.start(row, by=access_of(request).actor)
    except Foreseen as wrong:
        return _page(request, brand, row, None, wrong=wording.sentence(wrong))
    messages.success(request, _("Begun. You may leave this page; the import goes on."))
    return redirect(page_of(brand, row))


def _first_rows(row: Import) -> Trial:
    mapping = lifecycle.written_mapping(row)
    return try_out(files.path_of(row), name=row.name, mapping=mapping, store=inbox(), limit=FIRST_ROWS)


def _page(
    request: HttpRequest, brand: Brand, row: Import, trial: Trial | None, *, wrong: str = ""
) -> HttpResponse:
    before = brought_before(row)
    is_whole = request.GET.get("rows") == "all"
    context: dict[str, Any] = {
        **frame(request, brand, row),
        "now": 3,
        "trial": trial,
        "tally": shown(trial.tally, brand, import_id=ids.show("imp", row.id), is_dry=True) if trial else None,
        "problems": trial.problems[:MOST_PROBLEMS] if trial else (),
        "is_whole": is_whole,
        "going": whole.progress(row) if is_whole else None,
        "first_rows": FIRST_ROWS,
        "before": before,
        "before_url": page_of(brand, before) if before else "",
        "wrong": wrong,
    }
    return render(request, "console/imports_try.html", context, status=400 if wrong else 200)
