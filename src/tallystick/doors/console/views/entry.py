"""`/`: the place where a person works, the list of several, or the next step where there is none."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallystick.doors.entrance import access_of, person_page
from tallystick.partners.accounts.queries import seats_of


@person_page()
def entry(request: HttpRequest) -> HttpResponse:
    """Lead to a brand."""
    seats = seats_of(access_of(request).person)
    if len(seats) == 1 and seats[0].partner is None:
        return redirect("console:answer", brand=seats[0].brand.key)
    return render(request, "console/entry.html", {"seats": seats})
