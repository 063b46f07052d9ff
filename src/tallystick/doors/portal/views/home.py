"""`/portal/<brand>/<partner>/`: how each partnership stands, what comes next, and what was counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallystick.doors import wording
from tallystick.doors.asking import Asked
from tallystick.doors.entrance import partner_page
from tallystick.doors.portal.counting import COUNTING, ask_for
from tallystick.kit import ids
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.partners.partnerships.models import Code, Link, Partner, Partnership
from tallystick.partners.programs.models import Brand, Program


@dataclass(frozen=True, slots=True)
class Counted:
    """The partner's own rate in one program, in words, with everything that must stand beside it."""

    rate: str
    counts: str
    context: tuple[str, ...]
    is_nothing: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One partnership on the page."""

    id: str
    program: Program
    state: str
    links: int
    codes: int
    counted: tuple[Counted, ...]


@partner_page("portal.read")
def home(request: HttpRequest, brand: Brand, partner: Partner) -> HttpResponse:
    """Show the partner's partnerships with this brand."""
    rows = Partnership.objects.filter(partner=partner).select_related("program").order_by("program__name")
    standings = [_standing(partner, row) for row in rows]
    context = {"here": "home", "brand": brand, "partner": partner, "standings": standings}
    return render(request, "portal/home.html", context)


def _standing(partner: Partner, row: Partnership) -> Standing:
    return Standing(
        id=ids.show("pns", row.id),
        program=row.program,
        state=row.state,
        links=Link.objects.filter(partnership=row, archived_at=None).count(),
        codes=Code.objects.filter(partnership=row, archived_at=None).count(),
        counted=_counted(partner, row.program) if row.state in COUNTING else (),
    )


def _counted(partner: Partner, program: Program) -> tuple[Counted, ...]:
    """What was counted; nothing where the brand has not yet said what it counts."""
    asked = ask_for(partner, program)
    if asked is None:
        return ()
    answer = asked.answer()
    return tuple(_words(asked, answer, section) for section in answer.sections)


def _words(asked: Asked, answer: Answer, section: Section) -> Counted:
    scale = asked.scale(section)
    complete = wording.complete_through(asked.completeness, asked.program.zone_info)
    return Counted(
        rate=wording.figure(section.total, scale),
        counts=wording.counts(section.total, scale),
        context=(*wording.context(answer, section, scale), complete),
        is_nothing=section.total.units == 0,
    )
