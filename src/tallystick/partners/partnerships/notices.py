"""What the people of a partner are told by mail when their partnership moves on; each of them may decline it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.foundation.jobs.registry import on
from tallystick.foundation.mail.kinds import MailKind, register
from tallystick.foundation.mail.links import absolute
from tallystick.foundation.mail.services import post
from tallystick.foundation.outbox.services import subscribe
from tallystick.kit import ids
from tallystick.partners.accounts.models import Seat
from tallystick.partners.partnerships.models import Partnership

JOB: Final = "partnership.notice"

SAYS: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "partnership.activated": _("active: your links and codes count"),
        "partnership.paused": _("paused: links and codes earn no new credit, what was earned stays earned"),
        "partnership.resumed": _("active again: your links and codes count"),
        "partnership.ended": _("ended: links and codes earn no new credit, what was earned stays earned"),
    }
)
"""What is announced → what it means for the partner. An invitation has a mail of its own."""

PARTNERSHIP_STATE = MailKind(
    name="partnership_state",
    says=_("A partnership becomes active, is paused, goes on or ends"),
    is_optional=True,
    sample={
        "brand": "Acme",
        "program": "Shop",
        "partner": "Alice’s Blog",
        "state": SAYS["partnership.paused"],
        "link": "https://partners.acme.example/portal/acme/alice/",
    },
)


def register_notices() -> None:
    """Make the mail known, and its job, and what it follows: once, when the app is made ready."""
    register(PARTNERSHIP_STATE)
    on(JOB, tell)
    for topic in SAYS:
        subscribe(topic, job=JOB)


@transaction.atomic
def tell(payload: Mapping[str, Any]) -> None:
    """The job: post a mail to everybody who has a seat at the partner. Done twice, it posts nothing more."""
    _prefix, partnership_id = ids.read(payload["subject"])
    found = Partnership.objects.select_related("brand", "program", "partner").get(id=partnership_id)
    context = {
        "brand": found.brand.name,
        "program": found.program.name,
        "partner": found.partner.name,
        "state": SAYS[payload["topic"]],
        "link": absolute(f"/portal/{found.brand.key}/{found.partner.key}/"),
    }
    seats = Seat.objects.filter(partner=found.partner, user__is_active=True)
    for address in seats.values_list("user__email", flat=True).distinct():
        post(PARTNERSHIP_STATE.name, to=address, context=context, once=payload["announcement"])
