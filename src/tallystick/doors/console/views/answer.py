"""`/<brand>/`: the partnership conversion rate, its baseline, a breakdown, and what it all means; as CSV too."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallystick.doors.asking import Asked, ask
from tallystick.doors.console import choices
from tallystick.doors.console.answer_page import SORTS, event_days, sections
from tallystick.doors.console.export import as_csv
from tallystick.doors.console.freshness import current
from tallystick.doors.console.state import BadAddress, State, read_state
from tallystick.doors.entrance import access_of, brand_page
from tallystick.measurement.kpis.answers import Answer
from tallystick.partners.programs.models import Brand

FORMATS = ("", "csv")
OPENS = {"program": "programs.change", "definition": "definitions.publish"}
"""What a brand begins with, and the right to open it."""


@brand_page("figures.read")
def answer(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Answer what the address asks."""
    state = read_state(request.GET, brand=brand.key, page="console:answer", extra=("sort", "format"))
    _check("sort", state.extra["sort"], ("", *SORTS))
    _check("format", state.extra["format"], FORMATS)
    state = choices.with_names(state)
    if missing := choices.what_is_missing(state):
        return _not_yet(request, brand, missing)
    resolved = choices.with_defaults(state).wanted
    asked = ask(replace(resolved, compare=bool(resolved.from_on and resolved.until_on)))
    found = asked.answer()
    if state.extra["format"] == "csv":
        return _csv(found, asked, brand, state)
    return render(request, "console/answer.html", _page(brand, state, asked, found))


def _not_yet(request: HttpRequest, brand: Brand, missing: str) -> HttpResponse:
    may_open = access_of(request).may(OPENS[missing])
    shown = {"brand": brand, "here": "answer", "missing": missing, "may_open": may_open, "current": current()}
    return render(request, "console/answer_empty.html", shown)


def _page(brand: Brand, state: State, asked: Asked, found: Answer) -> dict[str, object]:
    return {
        "brand": brand,
        "here": "answer",
        "state": state,
        "asked": asked,
        "zone": asked.program.zone_info,
        "days": event_days(asked),
        "sections": sections(found, asked, state),
        "breakdowns": choices.breakdowns(state),
        "segment": choices.SEGMENTS[asked.question.segment],
        "breakdown": choices.breakdown_name(asked.question.by),
        "fields": choices.fields(state, asked),
        "filters": choices.filters(state, asked),
        "hidden": state.hidden(
            "program", "definition", "segment", "denominator", "basis", "from", "until", "format"
        ),
        "csv": state.address(extra={"format": "csv"}),
        "current": current(),
    }


def _csv(found: Answer, asked: Asked, brand: Brand, state: State) -> HttpResponse:
    name = f"{brand.key}-conversion-rate-by-{'-'.join(asked.question.by)}.csv"
    text = as_csv(found, asked, sort=state.extra["sort"])
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
