"""The mails about people and their seats."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from tallystick.foundation.mail.kinds import MailKind, register

_SOON = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
_LINK = "https://partners.acme.example"

INVITATION = MailKind(
    name="invitation",
    says=_("Somebody is offered a seat in a brand or at a partner"),
    has_secret=True,
    sample={
        "brand": "Acme",
        "partner": "Alice’s Blog",
        "inviter": "Ada Ames",
        "role": _("partner"),
        "message": "Hello Alice, this is where you find your links and codes.",
        "link": f"{_LINK}/join/inv_01kaf0q4…",
        "expires_at": _SOON,
    },
)
"""partner: its name, or empty for a seat in the brand. role: in words. message: the inviter's own, or empty."""

PASSWORD_RESET = MailKind(
    name="password_reset",
    says=_("Somebody asked for a link to choose a new password"),
    has_secret=True,
    sample={"link": f"{_LINK}/account/password/reset/key/1-set/", "expires_at": _SOON},
)

EMAIL_CONFIRMATION = MailKind(
    name="email_confirmation",
    says=_("Somebody gave this address as their own"),
    has_secret=True,
    sample={"link": f"{_LINK}/account/confirm-email/MQ:1/", "expires_at": _SOON},
)

UNKNOWN_ACCOUNT = MailKind(
    name="unknown_account",
    says=_("Somebody asked for a new password with an address that nobody signs in with"),
    sample={"address": "alice@blog.example"},
)

ADDRESS_TAKEN = MailKind(
    name="address_taken",
    says=_("Somebody tried to join with an address that is in use already"),
    sample={"link": f"{_LINK}/account/password/reset/"},
)

SECURITY_NOTICE = MailKind(
    name="security_notice",
    says=_("Something changed about how a person signs in"),
    sample={
        "happened": _("The password was changed"),
        "at": _SOON,
        "address": "203.0.113.7",
        "browser": "Firefox on Linux",
        "link": f"{_LINK}/account/sessions/",
    },
)
"""happened: a sentence without a full stop. address, browser: where it was done, or empty."""


def register_mails() -> None:
    """Make the mails of this module known: once, when the app is made ready."""
    register(INVITATION, PASSWORD_RESET, EMAIL_CONFIRMATION, UNKNOWN_ACCOUNT, ADDRESS_TAKEN, SECURITY_NOTICE)
