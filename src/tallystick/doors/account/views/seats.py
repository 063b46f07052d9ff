"""`/switch`: everywhere one may work. And leaving a seat of one's own accord."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tallystick.doors.entrance import WRITING, access_of, person_page
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.queries import seats_of
from tallystick.partners.accounts.services.seats import take_seat


@person_page()
def switch(request: HttpRequest) -> HttpResponse:
    """List the brands, partners and the installation that one works for."""
    return render(request, "account/switch.html", {"here": "switch"})


@person_page(methods=WRITING)
def leave(request: HttpRequest, seat: str) -> HttpResponse:
    """Give up a seat. Refused for the last owner of a brand."""
    access = access_of(request)
    held = next((each for each in seats_of(access.person) if ids.show("sea", each.id) == seat), None)
    if held is None:
        raise Http404
    with brand_scope(held.brand_id):
        take_seat(held, by=access.actor)
    messages.success(request, _("You have left %(place)s.") % {"place": held.partner or held.brand})
    return redirect("account:overview")
