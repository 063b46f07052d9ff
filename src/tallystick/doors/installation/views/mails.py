"""`/installation/mails`: every mail, and those that were kept because none can be sent, with their links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tallystick.doors.entrance import WRITING, access_of, installation_page
from tallystick.doors.found import row_at
from tallystick.doors.installation.lists import shown
from tallystick.foundation.audit.acts import Act, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.mail.kinds import KINDS
from tallystick.foundation.mail.models import Mail, MailState
from tallystick.foundation.mail.queries import MAILS
from tallystick.foundation.mail.services import try_again
from tallystick.kit import clock, ids

STATES: Final = (
    ("", _("All")),
    (MailState.KEPT, _("Kept")),
    (MailState.WAITING, _("Waiting")),
    (MailState.FAILED, _("Failed")),
    (MailState.SENT, _("Sent")),
    (MailState.DECLINED, _("Declined")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A mail in the list. why: what its kind says of when it is sent."""

    id: str
    mail: Mail
    why: str | Promise


@installation_page("installation.read")
def mails(request: HttpRequest) -> HttpResponse:
    """List mails, without what stands in them."""
    found = shown(request, MAILS, STATES)
    rows = [_row(each) for each in found.page.rows]
    context = {
        "here": "mails",
        "list": found,
        "rows": rows,
        "sends": settings.TALLYSTICK.mail_url is not None,
    }
    return render(request, "installation/mails.html", context)


@never_cache
@installation_page("installation.change")
def mail(request: HttpRequest, text: str) -> HttpResponse:
    """Show one mail. Its link may let somebody in: so it is written down that it was opened, and by whom."""
    found = _mail(text)
    record(
        Act(
            "mail.opened", Subject("mal", found.id, f"{found.kind} · {found.to}"), by=access_of(request).actor
        )
    )
    context = {"here": "mails", "row": _row(found), "is_over": found.expires_at <= clock.now()}
    return render(request, "installation/mail.html", context)


@installation_page("installation.change", methods=WRITING)
def again(request: HttpRequest, text: str) -> HttpResponse:
    """Send a mail that failed or was kept."""
    try_again(_mail(text), by=access_of(request).actor)
    messages.success(request, str(_("The mail is on its way.")))
    return redirect("installation:mails")


def _row(found: Mail) -> Row:
    kind = KINDS.get(found.kind)
    return Row(ids.show("mal", found.id), found, kind.says if kind else found.kind)


def _mail(text: str) -> Mail:
    return row_at(Mail.objects.all(), "mal", text)
