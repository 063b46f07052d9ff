"""Browsers in which somebody has signed in before: they have attempts of their own, which no stranger uses up.

Otherwise whoever knows an address could keep its owner out by five wrong passwords every five minutes. What the
cookie says opens nothing. Identifier: KNOWN-BROWSER.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from tallystick.kit import ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.people import person_with

SALT: Final = "tallystick.account.known"
SECONDS: Final = 180 * 24 * 3600
COOKIE: Final = "known"


def remember(response: HttpResponse, user: User) -> None:
    """Let the browser show from now on that this person has signed in in it."""
    said = signing.dumps([user.id.hex, ids.new().hex], salt=SALT)
    response.set_cookie(
        settings.SITE.cookie(COOKIE),
        said,
        max_age=SECONDS,
        secure=settings.SITE.is_https,
        httponly=True,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, email: str) -> str:
    """The id of the browser, if whoever has this address has signed in in it before; else empty."""
    said = request.COOKIES.get(settings.SITE.cookie(COOKIE))
    if not said:
        return ""
    try:
        user_id, browser = signing.loads(said, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return ""
    person = person_with(email)
    return str(browser) if person and person.id.hex == user_id else ""
