"""Which of our mails each of allauth's is, and what is written down with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.doors.account.browsers import browser_of
from tallystick.foundation.mail.links import absolute
from tallystick.foundation.mail.services import post
from tallystick.kit import clock

CONFIRMATION_LIFE: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Change:
    """A change in how somebody signs in: its act in the audit trail, and the sentence of the mail."""

    act: str
    happened: str | Promise


CHANGES: Final[Mapping[str, Change]] = MappingProxyType(
    {
        "account/email/password_changed": Change("person.password_changed", _("Your password was changed")),
        "account/email/password_set": Change("person.password_set", _("You have a password now")),
        "account/email/password_reset": Change(
            "person.password_reset", _("You have a new password, by a link")
        ),
        "account/email/email_changed": Change(
            "person.email_changed", _("Your main e-mail address was changed")
        ),
        "account/email/email_added": Change(
            "person.email_added", _("An e-mail address was added to your account")
        ),
        "account/email/email_deleted": Change(
            "person.email_removed", _("An e-mail address was removed from your account")
        ),
        "mfa/email/totp_activated": Change("person.app_added", _("An authenticator app was added")),
        "mfa/email/totp_deactivated": Change("person.app_removed", _("The authenticator app was removed")),
        "mfa/email/webauthn_added": Change("person.passkey_added", _("A passkey or security key was added")),
        "mfa/email/webauthn_removed": Change(
            "person.passkey_removed", _("A passkey or security key was removed")
        ),
        "mfa/email/recovery_codes_generated": Change(
            "person.recovery_codes_made", _("New recovery codes were made")
        ),
        "socialaccount/email/account_connected": Change(
            "person.provider_connected", _("Your account was connected with single sign-on")
        ),
        "socialaccount/email/account_disconnected": Change(
            "person.provider_disconnected", _("Your account was disconnected from single sign-on")
        ),
    }
)
"""The beginning of the names of allauth's templates → what changed."""

CONFIRMATIONS: Final = frozenset(
    {"account/email/email_confirmation", "account/email/email_confirmation_signup"}
)
LINK: Final = "account/email/password_reset_key"
UNKNOWN: Final = "account/email/unknown_account"
TAKEN: Final = "account/email/account_already_exists"


def post_letter(name: str, *, to: str, context: Mapping[str, Any]) -> None:
    """Post the mail that allauth asks for. name: how its templates begin. Raises KeyError for one we do not know."""
    now = clock.now()
    if name in CONFIRMATIONS:
        until = now + CONFIRMATION_LIFE
        said = {"link": context["activate_url"], "expires_at": until}
        post("email_confirmation", to=to, context=said, expires_at=until)
    elif name == LINK:
        until = now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        said = {"link": context["password_reset_url"], "expires_at": until}
        post("password_reset", to=to, context=said, expires_at=until)
    elif name == UNKNOWN:
        post("unknown_account", to=to, context={"address": to})
    elif name == TAKEN:
        post("address_taken", to=to, context={"link": absolute(reverse("account_reset_password"))})
    else:
        post("security_notice", to=to, context=_notice(CHANGES[name], context))


def _notice(change: Change, context: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "happened": change.happened,
        "at": clock.now(),
        "address": context.get("ip", ""),
        "browser": str(browser_of(context.get("user_agent", ""))),
        "link": absolute(reverse("usersessions_list")),
    }
