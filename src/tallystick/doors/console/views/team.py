"""`/<brand>/team`: who has a seat in the brand or at its partners, and who is invited to one."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors.console.listed import pager
from tallystick.doors.entrance import access_of, brand_page
from tallystick.doors.tabs import Tab
from tallystick.kit import clock, ids
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.models import Invitation, InvitationState, Seat
from tallystick.partners.accounts.queries import SEATS_AT_PARTNERS, open_invitations, team_of_brand
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.invitations import invitation_link
from tallystick.partners.accounts.words import ROLE_NAMES, Text
from tallystick.partners.programs.models import Brand


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat as the list shows it. partner: for a seat at one."""

    id: str
    seat: Seat
    role: Text
    partner: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An open invitation. link: to hand over where no mail is sent, else empty."""

    id: str
    invitation: Invitation
    role: Text
    state: str
    link: str


@brand_page("team.read")
def team(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Show the people of the brand, and those who are invited."""
    access = access_of(request)
    hands_over = access.may("team.change") and settings.TALLYSTICK.mail_url is None
    waiting = open_invitations()
    context = {
        "here": "team",
        "tabs": tabs(brand, "team"),
        "rows": [_seat(seat, request) for seat in team_of_brand()],
        "invitations": [_invitation(each, shows_link=hands_over) for each in waiting],
        "hands_over": hands_over,
        "zone": ZoneInfo(brand.zone),
    }
    response = render(request, "console/team.html", context)
    if hands_over and waiting:
        response["Cache-Control"] = "private, no-store"
    return response


@brand_page("partners.read")
def at_partners(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Show the people who act for partners of the brand."""
    wish = Wish(text=request.GET.get("q", "").strip(), after=request.GET.get("after", ""))
    page = SEATS_AT_PARTNERS.page(wish)
    context = {
        "here": "team",
        "tabs": tabs(brand, "partners"),
        "wish": wish,
        "total": page.total,
        "rows": [_seat(seat, request) for seat in page.rows],
        "zone": ZoneInfo(brand.zone),
        **pager(wish, page),
    }
    return render(request, "console/team_at_partners.html", context)


def tabs(brand: Brand, here: str) -> tuple[Tab, ...]:
    """The two lists of people."""
    return (
        Tab(_("In the brand"), reverse("console:team", args=[brand.key]), here == "team"),
        Tab(_("At partners"), reverse("console:team_partners", args=[brand.key]), here == "partners"),
    )


def _seat(seat: Seat, request: HttpRequest) -> SeatRow:
    partner = str(seat.partner) if seat.partner else ""
    is_own = seat.user_id == access_of(request).person.id
    return SeatRow(ids.show("sea", seat.id), seat, ROLE_NAMES[Role(seat.role)], partner, is_own)


def _invitation(invitation: Invitation, *, shows_link: bool) -> InvitationRow:
    state = invitation.state_at(clock.now())
    return InvitationRow(
        ids.show("inv", invitation.id),
        invitation,
        ROLE_NAMES[Role(invitation.role)],
        state,
        invitation_link(invitation) if shows_link and state == InvitationState.OPEN else "",
    )
