"""`/<brand>/imports/<import>/columns`: what the columns of a file mean: proposed, looked at, changed; also as text."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tallystick.design import figures
from tallystick.doors import wording
from tallystick.doors.console.state import BadAddress, refuse_unknown
from tallystick.doors.console.views.imports.bases import Base, base_named, bases, others, read_loosely
from tallystick.doors.console.views.imports.columns import put
from tallystick.doors.console.views.imports.one import frame
from tallystick.doors.console.views.imports.table import MOST_COLUMNS, column_rows, read_table, settings_of
from tallystick.doors.console.views.imports.upload import import_at
from tallystick.doors.entrance import BOTH, access_of, brand_page
from tallystick.kit.delimited import BadFile
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import BadMapping, ReadAs
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.reading.look import Look, Sheet, look_at
from tallystick.tracking.imports.services import files, lifecycle


@brand_page("imports.change", methods=BOTH)
def columns(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Show the columns with where each goes, and keep what is changed about it."""
    row = import_at(file)
    if request.method == "POST":
        return _changed(request, brand, row)
    refuse_unknown(request.GET, ("as",))
    try:
        look = look_at(files.path_of(row), name=row.name, reading=_reading(row))
    except BadFile as wrong:
        context = {**frame(request, brand, row), "now": 2, "wrong": wording.sentence(wrong)}
        return render(request, "console/imports_unreadable.html", context, status=400)
    if look.events and not request.GET:
        return render(request, "console/imports_events.html", {**frame(request, brand, row), "now": 2})
    base = base_named(request.GET.get("as", ""), bases(row, look), look)
    return _page(request, brand, row, base)


@brand_page("imports.change", methods=BOTH)
def text(request: HttpRequest, brand: Brand, file: str) -> HttpResponse:
    """Show the mapping of a file as text, and keep what is written."""
    row = import_at(file)
    wrong, written = "", request.POST.get("text", "").replace("\r\n", "\n")
    if request.method == "POST":
        try:
            lifecycle.write_mapping(row, text=written, by=access_of(request).actor)
        except BadMapping as bad:
            wrong = wording.sentence(bad)
        else:
            return redirect("console:import_try", brand=brand.key, file=file)
    else:
        refuse_unknown(request.GET, ("as",))
        written = row.mapping_text
        if not written or "as" in request.GET:
            look = look_at(files.path_of(row), name=row.name, reading=_reading(row))
            base = base_named(request.GET.get("as", ""), bases(row, look), look)
            written = mapping_text(base.mapping)
    context = {**frame(request, brand, row), "now": 2, "text": written, "wrong": wrong}
    return render(request, "console/imports_text.html", context, status=400 if wrong else 200)


def _changed(request: HttpRequest, brand: Brand, row: Import) -> HttpResponse:
    """Keep the table, or show it once more with what was changed: more fields to go to, other rows to see."""
    try:
        base = Base("", "", read_loosely(request.POST.get("base", "")))
    except BadMapping as bad:
        raise BadAddress(wording.sentence(bad)) from bad
    asked = read_table(request.POST)
    try:
        made = put(base.mapping, asked)
        if request.POST.get("act") == "again":
            return _page(request, brand, row, Base("", "", made))
        written = mapping_text(made)
        read_mapping(written)
        lifecycle.write_mapping(row, text=written, by=access_of(request).actor)
    except Foreseen as wrong:
        shown = Base("", "", _as_far_as_it_goes(base.mapping, request))
        return _page(request, brand, row, shown, wrong=wording.sentence(wrong))
    return redirect("console:import_try", brand=brand.key, file=frame(request, brand, row)["id"])


def _as_far_as_it_goes(mapping: RowMapping, request: HttpRequest) -> RowMapping:
    """What was filled in, as long as it does not contradict itself."""
    try:
        return put(mapping, read_table(request.POST))
    except Foreseen:
        return mapping


def _reading(row: Import) -> ReadAs:
    try:
        return read_loosely(row.mapping_text).reading if row.mapping_text else ReadAs()
    except BadMapping:
        return ReadAs()


def _page(request: HttpRequest, brand: Brand, row: Import, base: Base, *, wrong: str = "") -> HttpResponse:
    look = look_at(files.path_of(row), name=row.name, reading=base.mapping.reading)
    sheet = _sheet(look, base.mapping)
    there = sheet.columns if sheet else ()
    rows = column_rows(base.mapping, sheet, base.notes)
    context: dict[str, Any] = {
        **frame(request, brand, row),
        **settings_of(base.mapping, base.notes, there),
        "now": 2,
        "base": mapping_text(base.mapping),
        "begun_with": base.key,
        "offered": bases(row, look) if base.key else [],
        "others": list(others(look)) if base.key else [],
        "columns": rows,
        "must_look": sum(each.must_look for each in rows),
        "left_out": max(len(there) - MOST_COLUMNS, 0),
        "seen": _seen(look, sheet),
        "sheets": look.sheets,
        "sheet": sheet,
        "wrong": wrong,
    }
    return render(request, "console/imports_columns.html", context, status=400 if wrong else 200)


def _sheet(look: Look, mapping: RowMapping) -> Sheet | None:
    """The sheet that a mapping reads: the section it names, else the first one."""
    named = [sheet for sheet in look.sheets if sheet.section and sheet.section == mapping.reading.section]
    return next(iter((*named, *look.sheets)), None)


def _seen(look: Look, sheet: Sheet | None) -> list[tuple[str, str]]:
    """What was found out about a file by looking at its beginning."""
    kind = f"{look.format} ({look.packed})" if look.packed else look.format
    found = [(_("Format"), kind), (_("Size"), figures.size(look.total_bytes))]
    if look.encoding:
        found.append((_("Encoding"), look.encoding))
    if look.separator:
        found.append((_("Separator"), look.separator))
    if sheet:
        found.append((_("Columns"), figures.count(len(sheet.columns))))
        found.append((_("Rows looked at"), figures.count(len(sheet.samples))))
    return found
