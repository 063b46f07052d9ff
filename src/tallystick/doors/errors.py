"""What the house answers where no page is: a page that says what happened and what to do, never a trace."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from tallystick.doors.entrance import said
from tallystick.doors.shell import theme_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request cannot be read, or that it is too large."""
    if isinstance(exception, RequestDataTooBig):
        return said(
            request,
            status=413,
            title=_("That is too much at once"),
            message=_(
                "The request is larger than this installation takes. Nothing was changed. Send it in parts."
            ),
        )
    return said(
        request,
        status=400,
        title=_("That request cannot be read"),
        message=_("Something in the address or in the request is not as it should be. Nothing was changed."),
    )


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this is not for the person who asks."""
    return said(
        request,
        status=403,
        title=_("This is not yours to do"),
        message=_("You may not do this here. Nothing was changed. An owner of the brand knows who may."),
    )


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came without the token of this browser: it was open too long, or came from elsewhere."""
    return said(
        request,
        status=403,
        title=_("This form is out of date"),
        message=_(
            "It was open too long, or you have signed in or out since. Nothing was changed. Go back, load the page "
            "again and send it once more."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing at this address."""
    return said(
        request,
        status=404,
        title=_("There is nothing here"),
        message=_("No page, brand or id has this address. It may have been typed or copied incompletely."),
    )


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


def failed(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, and where it is written down. Asks the database nothing: it may be the fault."""
    return HttpResponse(
        loader.render_to_string("design/failed.html", {"theme": theme_of(request)}), status=500
    )
