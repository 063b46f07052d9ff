"""`/`: the place where a person works, the list of several, the first brand to open, or the next step."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallystick.doors.entrance import public_page
from tallystick.doors.shell import Shell
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.people import is_anybody_there
from tallystick.partners.programs.queries import brands


@public_page()
def entry(request: HttpRequest) -> HttpResponse:
    """Lead to where the person works; say how to begin where nobody is there yet."""
    if not isinstance(request.user, User):
        return redirect_to_login("/") if is_anybody_there() else render(request, "console/first_start.html")
    places = Shell(request).places
    if request.user.is_administrator and not brands():
        return redirect("installation:brands")
    if len(places) > 1:
        return redirect("account:switch")
    if places:
        return redirect(places[0].url)
    return render(request, "console/no_seat.html")
