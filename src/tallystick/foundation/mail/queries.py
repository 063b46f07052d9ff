"""Reads of mails and of what people declined. Mails are the installation's: only its administrators see them."""

from __future__ import annotations

from uuid import UUID

from tallystick.foundation.listing import Listing, equals
from tallystick.foundation.mail.kinds import optional_kinds
from tallystick.foundation.mail.links import read_token
from tallystick.foundation.mail.models import Declined, Mail

MAILS: Listing[Mail] = Listing(
    rows=Mail.objects.all,
    search=("to", "subject", "kind"),
    sorts={"created": "created_at"},
    sort="-created",
    filters={"state": equals("state"), "kind": equals("kind")},
)
"""Every mail, the newest first."""


def find(mail_id: UUID) -> Mail | None:
    """A mail by its id."""
    return Mail.objects.filter(id=mail_id).first()


def mail_of_token(token: str) -> Mail | None:
    """The mail whose reader comes with a token; None for a token that we did not make, or of a mail that is gone."""
    mail_id = read_token(token)
    return find(mail_id) if mail_id else None


def is_declined(address: str, kind: str) -> bool:
    """Whether an address wants no mails of a kind."""
    return Declined.objects.filter(address=address.lower(), kind=kind).exists()


def wanted_kinds(address: str) -> list[str]:
    """Names of the optional kinds that an address still wants."""
    declined = set(Declined.objects.filter(address=address.lower()).values_list("kind", flat=True))
    return [kind.name for kind in optional_kinds() if kind.name not in declined]
