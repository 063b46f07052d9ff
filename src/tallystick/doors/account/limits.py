"""What is answered to whoever tries too often."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tallystick.doors.entrance import said


def too_many(request: HttpRequest) -> HttpResponse:
    """Say that it was too often, and when to try again."""
    answer = said(
        request,
        status=429,
        title=_("That was too often"),
        message=_("Nothing was changed. Wait a minute, then try again."),
    )
    answer["Retry-After"] = "60"
    return answer
