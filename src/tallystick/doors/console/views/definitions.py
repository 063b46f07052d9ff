"""`/<brand>/definitions` and `…/<id>`: what counts as a conversion, and what each version of it means, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallystick.doors.console.listed import pager, read_wish
from tallystick.doors.console.meaning import facts
from tallystick.doors.entrance import access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.doors.nouns.programs import PROGRAMS
from tallystick.foundation.audit.queries import LINES
from tallystick.kit import clock, ids
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.models import Proposal, ProposalState
from tallystick.partners.programs.models import Brand, Definition
from tallystick.partners.programs.queries import DEFINITIONS, versions
from tallystick.partners.programs.rules import Version, version_at
from tallystick.partners.programs.services.definitions import PROPOSAL


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version in words. state: in force, to come, or past."""

    version: Version
    facts: list[tuple[str, str]]
    is_in_force: bool
    is_to_come: bool


@brand_page("programs.read")
def definitions(request: HttpRequest, brand: Brand, plural: str) -> HttpResponse:
    """List the definitions of all programs, each with the version that is in force."""
    wish = read_wish(request.GET, DEFINITIONS)
    page = DEFINITIONS.page(wish)
    known = versions()
    listed = [(row, ids.show("cdf", row.id), in_force(_of(known, row)), _of(known, row)) for row in page.rows]
    context = {
        "here": plural,
        "wish": wish,
        "listed": listed,
        "total": page.total,
        "programs": PROGRAMS.choices(),
        "program": wish.filters.get("program", ""),
        "is_narrowed": bool(wish.text or wish.filters),
        "may_publish": access_of(request).may("definitions.publish"),
        **pager(wish, page),
    }
    return render(request, "console/definitions.html", context)


@brand_page("programs.read")
def definition(request: HttpRequest, brand: Brand, plural: str, definition: str) -> HttpResponse:
    """Show a definition with all its versions, the newest first."""
    found = find_definition(definition)
    own = _of(versions(found.program_id), found)
    now, access = in_force(own), access_of(request)
    subject = ids.show("prg", found.program_id)
    waiting = Proposal.objects.filter(kind=PROPOSAL, state=ProposalState.OPEN, subject=subject)
    context: dict[str, Any] = {
        "here": plural,
        "definition": found,
        "id": definition,
        "versions": [_shown(version, now) for version in reversed(own)],
        "waiting": [each for each in waiting if each.payload.get("key") == found.key],
        "may_publish": access.may("definitions.publish"),
        "lines": LINES.page(Wish(filters={"subject": definition}, limit=10)).rows
        if access.may("audit.read")
        else None,
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/definition.html", context)


def find_definition(text: str) -> Definition:
    """The definition of an id in an address. Raises Http404."""
    return row_at(Definition.objects.select_related("program"), "cdf", text)


def in_force(own: list[Version]) -> Version | None:
    """The version that holds today, in the program's zone."""
    return version_at(own, clock.now())


def _of(known: tuple[Version, ...], row: Definition) -> list[Version]:
    return [version for version in known if version.definition_id == row.id]


def _shown(version: Version, now: Version | None) -> ShownVersion:
    is_to_come = version.effective_on > clock.day_of(clock.now(), version.zone)
    return ShownVersion(version, facts(version), version == now, is_to_come)
