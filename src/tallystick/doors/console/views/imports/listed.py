"""`/<brand>/imports`: the files that were brought, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallystick.design.states import look_of
from tallystick.doors.console.listed import pager, read_wish
from tallystick.doors.entrance import access_of, brand_page
from tallystick.kit import ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.presets.catalog import platforms
from tallystick.tracking.imports.queries.imports import IMPORTS
from tallystick.tracking.imports.rules.steps import State


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import with its id as doors write it."""

    id: str
    row: Import


@brand_page("imports.read")
def imports(request: HttpRequest, brand: Brand) -> HttpResponse:
    """List the imports, of all states or of one."""
    wish = read_wish(request.GET, IMPORTS)
    page = IMPORTS.page(wish)
    context = {
        "here": "imports",
        "wish": wish,
        "rows": [ImportRow(ids.show("imp", row.id), row) for row in page.rows],
        "total": page.total,
        "states": [(state.value, look_of(state).label) for state in State],
        "state": wish.filters.get("state", ""),
        "platforms": list(platforms()),
        "is_narrowed": bool(wish.text or wish.filters),
        "may_change": access_of(request).may("imports.change"),
        "zone": ZoneInfo(brand.zone),
        **pager(wish, page),
    }
    return render(request, "console/imports.html", context)
