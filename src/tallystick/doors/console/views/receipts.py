"""`/<brand>/receipts?…`: what a figure is made of, each unit open to its events, receipts and conversions."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallystick.doors.asking import Asked, ask
from tallystick.doors.console import choices
from tallystick.doors.console.opened import CREDIT, Opened, open_figure
from tallystick.doors.console.state import BadAddress, State, read_page_number, read_state
from tallystick.doors.entrance import brand_page
from tallystick.doors.kpis import Scale
from tallystick.partners.programs.models import Brand


@brand_page("figures.read")
def receipts(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Open a figure: to its units, or with `show=credit` to the shares of its conversions."""
    state = read_state(
        request.GET, brand=brand.key, page="console:receipts", extra=("version", "show", "page")
    )
    if state.extra["show"] not in ("", CREDIT):
        raise BadAddress(
            _("“show” is “%(text)s”; it is credit, or left out.") % {"text": state.extra["show"][:40]}
        )
    state = choices.with_names(state)
    number = read_page_number(state.extra["page"])
    resolved = choices.with_defaults(state).wanted
    asked = ask(replace(resolved, by=()))
    opened = open_figure(asked, state, number)
    if not opened and state.extra["version"]:
        raise BadAddress(_("No such version was in force in this period."))
    if number > 1 and not any(part.units or part.shares for part in opened):
        raise BadAddress(_("There are not that many pages."))
    return render(request, "console/receipts.html", _page(brand, state, asked, opened))


def _page(brand: Brand, state: State, asked: Asked, opened: list[Opened]) -> dict[str, object]:
    first = {"page": ""}
    return {
        "brand": brand,
        "here": "answer",
        "kpi": Scale(asked.entry, None, ""),
        "opened": opened,
        "zone": asked.program.zone_info,
        "filters": choices.filters(state, asked),
        "segment": choices.SEGMENTS[asked.question.segment],
        "shows_credit": state.extra["show"] == CREDIT,
        "to_units": state.address(extra={**first, "show": ""}),
        "to_credit": state.address(extra={**first, "show": CREDIT}),
        "back": state.address(page="console:answer", by=()),
    }
