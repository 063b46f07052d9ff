"""`/-/language`: the language a person chooses, kept in a cookie; without one the browser's own holds."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from tallystick.doors.entrance import WRITING, public_page

A_YEAR: Final = 365 * 24 * 3600


@public_page(methods=WRITING)
def language(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the choice and lead back to the page it was made on."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(back if is_ours else "/")
    name = settings.LANGUAGE_COOKIE_NAME
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(name, chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        answer.delete_cookie(name, samesite="Lax")
    return answer
