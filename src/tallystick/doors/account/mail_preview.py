"""Every kind of mail with its sample, as its reader will see it: for administrators of the installation."""

from __future__ import annotations

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from tallystick.doors.entrance import installation_page
from tallystick.foundation.mail.kinds import KINDS, MailKind
from tallystick.foundation.mail.links import absolute
from tallystick.foundation.mail.rendering import Rendered
from tallystick.foundation.mail.rendering import render as rendered

ALONE = {
    "default-src": [NONE],
    # The styles of a mail stand in its tags: there is no other place where every mail program reads them.
    "style-src": ["'unsafe-inline'"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": [""],
}


@installation_page("installation.read")
def kinds(request: HttpRequest) -> HttpResponse:
    """The list of kinds."""
    shown = [{"kind": kind, "subject": _sample(kind).subject} for kind in KINDS.values()]
    return render(request, "mailing/kinds.html", {"kinds": shown, "here": "mails"})


@csp_update({"frame-src": [SELF]})
@installation_page("installation.read")
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """One kind: subject, text, and the HTML in a frame."""
    found = _kind(name)
    return render(request, "mailing/kind.html", {"kind": found, "mail": _sample(found), "here": "mails"})


@xframe_options_sameorigin
@csp(ALONE)
@installation_page("installation.read")
def html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one kind alone, in which nothing can run, load or be sent."""
    return HttpResponse(_sample(_kind(name)).html)


def _kind(name: str) -> MailKind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _sample(kind: MailKind) -> Rendered:
    ways_out = (
        {"stop": absolute("/mail/…/stop"), "preferences": absolute("/mail/…")} if kind.is_optional else {}
    )
    return rendered(kind, {**kind.sample, **ways_out})
