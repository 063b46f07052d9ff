"""`/-/theme`: light, dark, or as the system has it, kept in a cookie so that the first byte already knows."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from tallystick.doors.entrance import WRITING, public_page
from tallystick.doors.shell import THEMES

A_YEAR: Final = 365 * 24 * 3600


@public_page(methods=WRITING)
def theme(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the choice and lead back to the page it was made on."""
    chosen, back = request.POST.get("theme", ""), request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(back if is_ours else "/")
    if chosen in THEMES:
        answer.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer
