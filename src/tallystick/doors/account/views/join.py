"""`/join/<token>`: an invitation, and its acceptance: by whoever is signed in, or by somebody who comes for the first
time.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import EmailAddress, Login
from allauth.core.internal.ratelimit import consume_or_429
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tallystick.doors.account.forms import PASSWORD_HELP
from tallystick.doors.entrance import BOTH, public_page
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import Invitation, User
from tallystick.partners.accounts.people import person_with
from tallystick.partners.accounts.queries import actor_of
from tallystick.partners.accounts.services.invitations import accept_invitation, read_invitation
from tallystick.partners.accounts.services.people import MOST_NAME, add_person
from tallystick.partners.partnerships.models import Partnership
from tallystick.partners.partnerships.rules import State
from tallystick.partners.partnerships.services import partnerships


class NewcomerForm(forms.Form):
    """Who somebody is that nobody knows yet. The address is the invited one."""

    name = forms.CharField(
        label=_("Your name"), max_length=MOST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Refuse what is too short, common, or too much like name or address."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


@never_cache
@sensitive_post_parameters("password")
@public_page(methods=BOTH)
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what; accept by POST."""
    invitation = read_invitation(token)
    if isinstance(request.user, User):
        return _for_whoever_is_here(request, invitation, request.user)
    if person_with(invitation.email):
        return _page(request, invitation, case="sign_in")
    return _for_a_newcomer(request, invitation)


def _for_whoever_is_here(request: HttpRequest, invitation: Invitation, person: User) -> HttpResponse:
    is_theirs = EmailAddress.objects.filter(
        user=person, email__iexact=invitation.email, verified=True
    ).exists()
    if is_theirs and request.method == "POST":
        with transaction.atomic():
            _accept(request, invitation, person)
        return redirect(_place(invitation))
    return _page(request, invitation, case="accept" if is_theirs else "other_address", person=person)


def _for_a_newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewcomerForm(request.POST or None, email=invitation.email)
    if request.method != "POST":
        return _page(request, invitation, case="newcomer", form=form)
    too_often: HttpResponse | None = consume_or_429(request, app="allauth.account", action="signup")
    if too_often:
        return too_often
    if not form.is_valid():
        return _page(request, invitation, case="newcomer", form=form, status=400)
    # Before the transaction: it takes a good part of a second, and others want to write.
    password_hash = make_password(form.cleaned_data["password"])
    with transaction.atomic():
        person = add_person(
            email=invitation.email, name=form.cleaned_data["name"], password_hash=password_hash, by=None
        )
        _accept(request, invitation, person)
    login = Login(user=person, email=person.email, redirect_url=_place(invitation))
    response: HttpResponse = perform_password_login(request, {"email": person.email}, login)
    return response


def _accept(request: HttpRequest, invitation: Invitation, person: User) -> None:
    """Take the seat; with a seat at a partner, what the partner is invited to is accepted as well."""
    by = actor_of(person, request.META.get("REMOTE_ADDR", ""))
    accept_invitation(invitation, user=person, by=by)
    if invitation.partner_id is None:
        return
    with brand_scope(invitation.brand_id):
        waiting = Partnership.objects.filter(partner_id=invitation.partner_id, state=State.INVITED)
        for partnership in waiting.select_related("program", "partner"):
            partnerships.accept(partnership, by=by)


def _place(invitation: Invitation) -> str:
    """Where the seat is."""
    if invitation.partner is None:
        return f"/{invitation.brand.key}/"
    return f"/portal/{invitation.brand.key}/{invitation.partner.key}/"


def _page(
    request: HttpRequest, invitation: Invitation, *, case: str, status: int = 200, **context: Any
) -> HttpResponse:
    shown = {"invitation": invitation, "case": case, **context}
    return render(request, "account/join.html", shown, status=status)
