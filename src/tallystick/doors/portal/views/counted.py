"""`/portal/<brand>/<partner>/counted/<program>`: what a partner's rate is made of, and nothing about who came.

Guarantee: no visitor, customer, order or amount stands on the page, and no touch that is another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.asking import Asked
from tallystick.doors.entrance import partner_page
from tallystick.doors.portal.counting import COUNTING, ask_for
from tallystick.measurement.kpis.answers import CreditRow, Section, UnitRow
from tallystick.partners.partnerships.models import Code, Link, Partner, Partnership, Placement
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.rules import Basis
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import find_events

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that was counted: when, by which placement, link or code, and what became of it.

    converted: None where only the share of a conversion is known, `share_ppb`.
    """

    at: datetime
    kinds: str
    placement: str
    through: str
    converted: bool | None
    immature: bool
    share_ppb: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What was counted under one version of the definition: a page of units, and of shares on the period basis."""

    headline: str
    counts: str
    units: list[Touch]
    shares: list[Touch]
    more: bool


@partner_page("portal.read")
def counted(request: HttpRequest, brand: Brand, partner: Partner, program: str) -> HttpResponse:
    """Show a page of what was counted in one program."""
    of_program = {"partner": partner, "program__key": program, "state__in": COUNTING}
    row = Partnership.objects.filter(**of_program).select_related("program").first()
    asked = ask_for(partner, row.program) if row else None
    if row is None or asked is None:
        raise Http404
    number = _number(request.GET.get("page", "1"))
    parts = _parts(asked, _Own(partner), number)
    here = reverse("portal:counted", args=[brand.key, partner.key, program])

    def page(of: int) -> str:
        return f"{here}?page={of}"

    context = {
        "here": "home",
        "brand": brand,
        "partner": partner,
        "program": row.program,
        "zone": row.program.zone_info,
        "parts": parts,
        "complete": wording.complete_through(asked.completeness, row.program.zone_info),
        "earlier": page(number - 1) if number > 1 else "",
        "later": page(number + 1) if any(part.more for part in parts) else "",
    }
    return render(request, "portal/counted.html", context)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) > 0):
        raise Http404
    return int(text)


class _Own:
    """What is the partner's own: its partnerships, and the names of its placements, links and codes."""

    def __init__(self, partner: Partner) -> None:
        of_partner = {"partnership__partner": partner}
        self.partnerships = set(Partnership.objects.filter(partner=partner).values_list("id", flat=True))
        self.placements = dict(Placement.objects.filter(**of_partner).values_list("id", "name"))
        self.links = dict(Link.objects.filter(**of_partner).values_list("id", "key"))
        self.codes = dict(Code.objects.filter(**of_partner).values_list("id", "key"))

    def of(self, events: dict[UUID, Event], wanted: Sequence[UUID]) -> list[Event]:
        """The events among those wanted that the partner brought."""
        found = (events[each] for each in wanted if each in events)
        return [event for event in found if event.partnership_id in self.partnerships]

    def placement(self, events: Sequence[Event]) -> str:
        """Where they stood."""
        return _named(self.placements, [event.placement_id for event in events])

    def through(self, events: Sequence[Event]) -> str:
        """The links and codes they came by."""
        links = _named(self.links, [event.link_id for event in events])
        codes = _named(self.codes, [event.code_id for event in events])
        return ", ".join(filter(None, (links, codes)))


def _named(names: dict[UUID, str], found: Sequence[UUID | None]) -> str:
    return ", ".join(dict.fromkeys(names[each] for each in found if each in names))


def _parts(asked: Asked, own: _Own, number: int) -> list[Part]:
    answer = asked.answer()
    offset = (number - 1) * PAGE_ROWS
    units = asked.receipts(limit=PAGE_ROWS, offset=offset)
    shares = asked.credit(limit=PAGE_ROWS, offset=offset)
    return [
        _part(wording.headline(answer, section, scale), wording.counts(section.total, scale), rows, own)
        for section, of_units, of_shares in zip(answer.sections, units, shares, strict=True)
        for scale, rows in [(asked.scale(section), _rows(section, of_units.rows, of_shares.rows))]
    ]


def _rows(
    section: Section, units: Sequence[UnitRow], shares: Sequence[CreditRow]
) -> tuple[Sequence[UnitRow], Sequence[CreditRow]]:
    """What a part lists. By cohort whether a unit converted stands beside the unit, so that no shares are told."""
    return (units, ()) if section.basis is Basis.COHORT else (units, shares)


def _part(headline: str, counts: str, rows: tuple[Sequence[UnitRow], Sequence[CreditRow]], own: _Own) -> Part:
    units, shares = rows
    events = find_events({each for row in units for each in row.event_ids} | {row.event_id for row in shares})
    return Part(
        headline=headline,
        counts=counts,
        units=[_unit(row, own.of(events, row.event_ids), own) for row in units],
        shares=[_share(row, own.of(events, [row.event_id]), own) for row in shares],
        more=PAGE_ROWS in (len(units), len(shares)),
    )


def _unit(row: UnitRow, events: Sequence[Event], own: _Own) -> Touch:
    kinds = ", ".join(dict.fromkeys(word(event.kind) for event in events))
    return Touch(row.dated_at, kinds, own.placement(events), own.through(events), row.converted, row.immature)


def _share(row: CreditRow, events: Sequence[Event], own: _Own) -> Touch:
    kinds = ", ".join(dict.fromkeys(word(event.kind) for event in events))
    return Touch(
        row.touched_at, kinds, own.placement(events), own.through(events), None, False, row.share_ppb
    )
