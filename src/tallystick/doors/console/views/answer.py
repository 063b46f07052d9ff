"""`/<brand>/`: a KPI, its baseline, a breakdown, and what it all means; as CSV too."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallystick.doors.asking import Asked, ask
from tallystick.doors.console import choices
from tallystick.doors.console.answer_page import event_days, sections
from tallystick.doors.console.freshness import current
from tallystick.doors.console.state import BadAddress, State, read_state
from tallystick.doors.entrance import access_of, brand_page
from tallystick.doors.exported import SORTS, csv_lines
from tallystick.doors.kpis import Scale
from tallystick.measurement.kpis.answers import Answer
from tallystick.partners.programs.models import Brand

FORMATS = ("", "csv")
OPENS = {"program": "programs.change", "definition": "definitions.publish"}
"""What a brand begins with, and the right to open it."""


@brand_page("figures.read")
def answer(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Answer what the address asks."""
    state = read_state(request.GET, brand=brand.key, page="console:answer", extra=("sort", "format", "top"))
    _check("sort", state.extra["sort"], ("", *SORTS))
    _check("format", state.extra["format"], FORMATS)
    _check("top", state.extra["top"], ("", *map(str, choices.TOPS)))
    state, left_out = choices.fitted(choices.with_names(state))
    if missing := choices.what_is_missing(state):
        return _not_yet(request, brand, missing)
    resolved = choices.with_defaults(state).wanted
    compare = bool(resolved.from_on and resolved.until_on)
    asked = ask(replace(resolved, compare=compare, top=choices.top_of(state)))
    if state.extra["format"] == "csv":
        return _csv(asked.answer(), asked, brand, state)
    lacks_leads = choices.lacks_leads(asked)
    shown = [] if lacks_leads else sections(asked.answer(), asked, state)
    page = {**_page(brand, state, asked), "sections": shown, "lacks_leads": lacks_leads, "left_out": left_out}
    return render(request, "console/answer.html", page)


def _not_yet(request: HttpRequest, brand: Brand, missing: str) -> HttpResponse:
    may_open = access_of(request).may(OPENS[missing])
    shown = {"brand": brand, "here": "answer", "missing": missing, "may_open": may_open}
    return render(request, "console/answer_empty.html", shown)


def _page(brand: Brand, state: State, asked: Asked) -> dict[str, object]:
    return {
        "brand": brand,
        "here": "answer",
        "state": state,
        "asked": asked,
        "kpi": Scale(asked.entry, None, ""),
        "kpis": choices.kpi_groups(state),
        "top": choices.tops(state),
        "zone": asked.program.zone_info,
        "days": event_days(asked),
        "breakdowns": choices.breakdowns(state),
        "segment": choices.SEGMENTS[asked.question.segment],
        "breakdown": choices.breakdown_name(asked.question.by),
        "fields": choices.fields(state, asked),
        "filters": choices.filters(state, asked),
        "hidden": state.hidden(
            "kpi",
            "program",
            "definition",
            "segment",
            "denominator",
            "basis",
            "from",
            "until",
            "top",
            "format",
        ),
        "csv": state.address(extra={"format": "csv"}),
        "current": current(asked.completeness),
    }


def _csv(found: Answer, asked: Asked, brand: Brand, state: State) -> HttpResponse:
    name = f"{brand.key}-{asked.entry.key.replace('_', '-')}-by-{'-'.join(asked.question.by)}.csv"
    text = "".join(csv_lines(found, asked, sort=state.extra["sort"]))
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadAddress(
            _("“%(name)s” is “%(value)s”; it is one of %(known)s.")
            % {"name": name, "value": value[:40], "known": ", ".join(filter(None, known))}
        )
