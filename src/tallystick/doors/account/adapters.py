"""What allauth asks us: who may join, how a mail goes out, when signing in must be confirmed, what is written down.

Each method here overrides one of allauth's by that name.
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tallystick.doors.account import letters
from tallystick.doors.account.known import known_browser, remember
from tallystick.foundation.audit.acts import Act, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.mail.links import absolute
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.people import invited, person_with
from tallystick.partners.accounts.queries import actor_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """Signing in with address and password, and what changes about it."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This address and this password do not belong together."),
        "too_many_login_attempts": _(
            "Too many attempts. Wait five minutes, or choose a new password by a link."
        ),
        "incorrect_password": _("That is not your password."),
        "incorrect_code": _("That code is not right, or too old."),
        "rate_limited": _("That was too often. Wait a minute."),
        "enter_current_password": _("That is not your password."),
        "max_email_addresses": _("You can have %d addresses. Remove one first."),
        "invalid_password_reset": _("This link is used up or too old. Ask for another."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited, or added by an administrator."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only our own pages: allauth would also lead to the other names by which a request may call us."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Post one of our mails in the place of allauth's."""
        letters.post_letter(template_prefix, to=email, context=context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the address of the site, whatever the request called us."""
        return absolute(password_path(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """By the address of the site, whatever the request called us."""
        return absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Write down what changed about how somebody signs in, and tell them."""
        self._record(letters.CHANGES[template_prefix].act, user)
        super().send_notification_mail(template_prefix, user, context, email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address; who has another one already is told of it there."""
        user = email_address.user
        has_another = EmailAddress.objects.filter(user=user, verified=True).exists()
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed and has_another:
            self.send_notification_mail("account/email/email_added", user)
        return is_confirmed

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Write down who came in, from where, and by which means."""
        means = [each.get("type") or each["method"] for each in get_authentication_records(request, user)]
        self._record("person.signed_in", user, by_means=", ".join(dict.fromkeys(means)))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember(response, user)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not shortly after signing in: that says as much as confirming it does.

        Whoever has neither password nor second factor signs in again with the provider; allauth would let them pass.
        """
        user = self.request.user
        records = get_authentication_records(self.request, user)
        if records and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        if not get_reauthentication_flows(user):
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Also the provider, where there is one."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if settings.SOCIALACCOUNT_PROVIDERS:
            url = reverse("account:again")
            methods.append(
                {"id": "provider", "description": _("Sign in again with the provider"), "url": url}
            )
        return methods

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By the address that is tried, and the browser where that one is known: a stranger locks nobody out.

        Not by the host: each name of ours would allow as many attempts again.
        """
        email = str(credentials.get("email", "")).lower()
        return " ".join(filter(None, (email, known_browser(request, email))))

    def _record(self, act: str, user: User, **changes: str) -> None:
        by = actor_of(user, self.get_client_ip(self.request))
        subject = Subject("usr", user.id, user.email)
        record(Act(act, subject, by=by, changes={name: (None, value) for name, value in changes.items()}))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth carries no types
    """Passkeys and authenticator apps. Their secrets are kept encrypted with a key made of the installation's."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is not right, or too old."),
        "unverified_email": _(
            "Confirm your e-mail addresses, or remove those that are not confirmed; then add this."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Make a secret unreadable to whoever has only the database."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret again. Raises InvalidToken where the installation's key has changed since."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey belongs to the site, whatever the request called us."""
        return {"id": settings.SITE.host, "name": "Tallystick"}

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002 - the name is allauth's
        """A name to begin with; people choose their own."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1} if count else gettext("Passkey")


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """Signing in with an OpenID Connect provider."""

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """The person whose confirmed address is one that the provider has confirmed, too."""
        for address in _confirmed(sociallogin):
            if person := person_with(address):
                return person, address
        return None

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether somebody whom the provider knows and we do not is invited."""
        return any(invited(address) for address in _confirmed(sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take over the name."""
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or user.email)[:200]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Add a person who was invited."""
        user: User = super().save_user(request, sociallogin, form)
        by = actor_of(user, request.META.get("REMOTE_ADDR", ""))
        record(Act("person.added", Subject("usr", user.id, user.email), by=by))
        return user


def password_path(key: str) -> str:
    """Where a password is chosen by a link. key: the person's id and the token, as allauth joins them."""
    person, _dash, token = key.partition("-")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": person, "key": token})


def _confirmed(sociallogin: Any) -> list[str]:
    """The addresses that the provider has confirmed; some say so by the word and not by the value."""
    return [
        each.email.lower() for each in sociallogin.email_addresses if str(each.verified).lower() == "true"
    ]


def _cipher() -> Fernet:
    key = hashlib.sha256(b"tallystick.second-factor\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
