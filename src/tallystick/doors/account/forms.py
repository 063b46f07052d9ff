"""Forms of allauth with our words: one label, no placeholder that says it again, one sentence of advice."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

PASSWORD_HELP: Final = _(
    "At least 12 characters: a few words that only you would put together. Nothing like your name or address."
)
LABELS: Final = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("The password you have now"),
    "password1": _("New password"),
    "password2": _("The new password again"),
    "code": _("Code"),
}


class InOurWords(forms.Form):
    """Gives the fields of a form of allauth our labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        if "password1" in self.fields:
            self.fields["password1"].help_text = PASSWORD_HELP


class SignIn(InOurWords, LoginForm):  # type: ignore[misc] # allauth carries no types
    """Address and password."""


class Again(InOurWords, ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class AnotherAddress(InOurWords, AddEmailForm):  # type: ignore[misc]
    """An address to add."""


class AskForLink(InOurWords, ResetPasswordForm):  # type: ignore[misc]
    """The address that a link is sent to."""


class ChoosePassword(InOurWords, ResetPasswordKeyForm):  # type: ignore[misc]
    """A password, by a link."""


class ChangePassword(InOurWords, ChangePasswordForm):  # type: ignore[misc]
    """Another password."""


class FirstPassword(InOurWords, SetPasswordForm):  # type: ignore[misc]
    """A password for whoever has none."""


class SecondStep(InOurWords, AuthenticateForm):  # type: ignore[misc]
    """The code of an authenticator app, or a recovery code."""


class SecondStepAgain(InOurWords, ReauthenticateByCodeForm):  # type: ignore[misc]
    """The code once more."""


class FirstCode(InOurWords, ActivateTOTPForm):  # type: ignore[misc]
    """The first code that a new app shows."""


class NewPasskey(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey; it takes the place of the password unless that is not wanted."""

    name = forms.CharField(
        label=_("Name"), required=False, max_length=100, help_text=_("To know it by: “Work laptop”.")
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with it instead of a password"),
        required=False,
        initial=True,
        help_text=_(
            "It then asks for your finger, face or PIN. Without this it is a second step after the password."
        ),
    )
