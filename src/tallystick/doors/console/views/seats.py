"""`/<brand>/team/…`: inviting people, giving roles, taking seats."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors import wording
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.kit.errors import Foreseen
from tallystick.partners.accounts.models import Invitation, Seat
from tallystick.partners.accounts.rules import BRAND_ROLES, Role
from tallystick.partners.accounts.services import invitations, seats
from tallystick.partners.accounts.words import ROLE_NAMES, ROLE_SAYS
from tallystick.partners.programs.models import Brand

ROLE_CHOICES: Final = [
    (role.value, format_lazy("{name}: {says}", name=ROLE_NAMES[role], says=ROLE_SAYS[role]))
    for role in BRAND_ROLES
]


class RoleForm(forms.Form):
    """Which role."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES, widget=forms.RadioSelect)


class InvitationForm(RoleForm):
    """Who is invited to what."""

    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Whoever accepts signs in with this address."),
    )
    message = forms.CharField(
        max_length=1000,
        required=False,
        label=gettext_lazy("Message"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the mail."),
    )
    field_order = ("email", "role", "message")


@brand_page("team.change", methods=BOTH)
def invite(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask who is invited to which role, and invite."""
    form = InvitationForm(request.POST or None, initial={"role": Role.VIEWER.value})
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite(**form.cleaned_data, by=access_of(request).actor)
        except Foreseen as refused:
            form.add_error("email", wording.sentence(refused))
        else:
            messages.success(request, _("%(who)s is invited.") % {"who": form.cleaned_data["email"]})
            return redirect("console:team", brand=brand.key)
    return _form(request, brand, form, title=_("Invite somebody"), label=_("Invite"))


@brand_page("team.change", methods=WRITING)
def resend(request: HttpRequest, brand: Brand, invitation: str) -> HttpResponse:
    """Send an invitation again, with another link."""
    found = _invitation(invitation)
    invitations.resend(found, by=access_of(request).actor)
    messages.success(request, _("Sent again to %(who)s. Links sent before are dead.") % {"who": found.email})
    return redirect("console:team", brand=brand.key)


@brand_page("team.change", methods=WRITING)
def withdraw(request: HttpRequest, brand: Brand, invitation: str) -> HttpResponse:
    """Take an invitation back."""
    found = _invitation(invitation)
    invitations.withdraw(found, by=access_of(request).actor)
    messages.success(request, _("The invitation of %(who)s is withdrawn.") % {"who": found.email})
    return redirect("console:team", brand=brand.key)


@brand_page("team.change", methods=BOTH)
def change_role(request: HttpRequest, brand: Brand, seat: str) -> HttpResponse:
    """Ask which role a seat shall have, and give it."""
    found = row_at(_in_brand(), "sea", seat)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            seats.change_role(found, role=form.cleaned_data["role"], by=access_of(request).actor)
        except Foreseen as refused:
            form.add_error("role", wording.sentence(refused))
        else:
            role = ROLE_NAMES[Role(form.cleaned_data["role"])]
            messages.success(request, _("%(who)s is %(role)s now.") % {"who": found.user.name, "role": role})
            return redirect("console:team", brand=brand.key)
    title = _("The role of %(who)s") % {"who": found.user.name or found.user.email}
    return _form(request, brand, form, title=title, label=_("Give this role"))


@brand_page("team.change", methods=BOTH)
def take(request: HttpRequest, brand: Brand, seat: str) -> HttpResponse:
    """Ask once more, and take a seat in the brand."""
    found = row_at(_in_brand(), "sea", seat)
    role = ROLE_NAMES[Role(found.role)]
    message = _("%(who)s is no longer %(role)s here, from the next page on. What they did stays as it is.")
    return _taken(request, brand, found, message % {"who": found.user.name, "role": role}, "console:team")


@brand_page("partners.change", methods=BOTH)
def take_at_partner(request: HttpRequest, brand: Brand, seat: str) -> HttpResponse:
    """Ask once more, and take a seat at a partner."""
    held = Seat.objects.filter(partner__isnull=False).select_related("user", "partner")
    found = row_at(held, "sea", seat)
    message = _("%(who)s no longer acts for %(partner)s, from the next page on.")
    said = message % {"who": found.user.name, "partner": found.partner}
    return _taken(request, brand, found, said, "console:team_partners")


def _in_brand() -> models.QuerySet[Seat]:
    return Seat.objects.filter(partner__isnull=True).select_related("user")


def _invitation(text: str) -> Invitation:
    return row_at(Invitation.objects.filter(partner__isnull=True), "inv", text)


def _taken(request: HttpRequest, brand: Brand, seat: Seat, message: str, back: str) -> HttpResponse:
    who = seat.user.name or seat.user.email
    if request.method == "POST":
        seats.take_seat(seat, by=access_of(request).actor)
        messages.success(request, _("%(who)s is removed.") % {"who": who})
        return redirect(back, brand=brand.key)
    title = _("Remove %(who)s") % {"who": who}
    context = {"title": title, "message": message, "action_label": _("Remove")}
    return _confirmation(request, brand, context, back=back)


def _confirmation(request: HttpRequest, brand: Brand, context: dict[str, Any], *, back: str) -> HttpResponse:
    back_url = reverse(back, args=[brand.key])
    crumbs = [(_("Team"), reverse("console:team", args=[brand.key]))]
    shown = {"here": "team", "back_url": back_url, "crumbs": crumbs, "is_grave": True, **context}
    return render(request, "design/confirm.html", shown)


def _form(request: HttpRequest, brand: Brand, form: forms.Form, *, title: str, label: str) -> HttpResponse:
    context = {
        "here": "team",
        "form": form,
        "title": title,
        "action_label": label,
        "back_url": reverse("console:team", args=[brand.key]),
        "crumbs": [(_("Team"), reverse("console:team", args=[brand.key]))],
    }
    return render(request, "design/confirm.html", context, status=400 if form.errors else 200)
