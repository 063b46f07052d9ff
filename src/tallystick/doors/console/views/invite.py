"""`/<brand>/partners/invite`: a partner, its partnership and the invitation of a person, in one step."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.console.views.nouns.forms import refuse
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.doors.found import row_at
from tallystick.doors.nouns.forms import KeyField, LongText, NounForm, OneOf
from tallystick.doors.nouns.partners import KINDS, PARTNERS
from tallystick.doors.nouns.programs import PROGRAMS
from tallystick.doors.nouns.references import RowField
from tallystick.foundation.audit.acts import Actor
from tallystick.kit import ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.accounts.models import Invitation
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services import invitations
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.partnerships.rules import State
from tallystick.partners.partnerships.services import partnerships
from tallystick.partners.partnerships.services.partners import open_partner
from tallystick.partners.programs.models import Brand, Program

MOST_OF_A_KEY: Final = 40
"""Characters of a name that become a key."""


class InviteForm(NounForm):
    """Who is invited to what: a partner that is there, or a new one."""

    program = RowField(PROGRAMS, noun=gettext_lazy("program"), label=gettext_lazy("Program"))
    partner = RowField(
        PARTNERS,
        noun=gettext_lazy("partner"),
        required=False,
        label=gettext_lazy("Partner"),
        help_text=gettext_lazy("One that is here already. Leave it empty for a new one, and name it below."),
    )
    name = forms.CharField(max_length=200, required=False, label=gettext_lazy("Name of the new partner"))
    key = KeyField(
        required=False,
        help_text=gettext_lazy(
            "How it is named in addresses and files. Stays as it is. Left empty, it is made from the name."
        ),
    )
    kind = OneOf(
        choices=[("", "–"), *KINDS.items()], required=False, label=gettext_lazy("Kind of the new partner")
    )
    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("E-mail of the person"),
        help_text=gettext_lazy("Whoever accepts signs in with this address, and acts for the partner."),
    )
    message = LongText(max_length=1000, required=False, label=gettext_lazy("Message"))

    def clean(self) -> dict[str, Any]:
        """Ask for what a new partner needs, where none is chosen; make its key from its name."""
        cleaned = super().clean()
        if "key" not in self.errors and not cleaned.get("key"):
            cleaned["key"] = slugify(cleaned.get("name", ""))[:MOST_OF_A_KEY].strip("-_")
        if "partner" not in self.errors and cleaned.get("partner") is None:
            for name in ("name", "key", "kind"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("A new partner needs this."))
        return cleaned


@brand_page("partners.change", methods=BOTH)
def invite(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask who is invited to what, and invite."""
    if request.method == "POST":
        form = InviteForm(request.POST, initial={})
        if form.is_valid():
            try:
                partnership = _invited(form.cleaned_data, access_of(request).actor)
            except Foreseen as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("%(who)s is invited.") % {"who": form.cleaned_data["email"]})
                return _to(brand, partnership)
        return _page(request, form, status=400)
    return _page(request, InviteForm(initial=_begun(request)))


@brand_page("partners.change", methods=WRITING)
def resend(request: HttpRequest, brand: Brand, invitation: str) -> HttpResponse:
    """Send an invitation again, with another link."""
    found = _find(invitation)
    invitations.resend(found, by=access_of(request).actor)
    messages.success(request, _("Sent again to %(who)s. Links sent before are dead.") % {"who": found.email})
    return _back(brand, found)


@brand_page("partners.change", methods=WRITING)
def withdraw(request: HttpRequest, brand: Brand, invitation: str) -> HttpResponse:
    """Take an invitation back."""
    found = _find(invitation)
    invitations.withdraw(found, by=access_of(request).actor)
    messages.success(request, _("The invitation of %(who)s is withdrawn.") % {"who": found.email})
    return _back(brand, found)


@transaction.atomic
def _invited(said: dict[str, Any], by: Actor) -> Partnership:
    partner = said["partner"] or open_partner(
        key=said["key"], name=said["name"], kind=said["kind"], website="", contact=said["email"], by=by
    )
    partnership = _offered(said["program"], partner, by)
    invitations.invite(
        email=said["email"], role=Role.PARTNER, partner=partner, message=said["message"], by=by
    )
    return partnership


def _offered(program: Program, partner: Partner, by: Actor) -> Partnership:
    """The partnership as invited: a new one, or one that applied or was ended. One that goes on stays as it is."""
    there = Partnership.objects.filter(program=program, partner=partner).first()
    if there is None:
        return partnerships.open_partnership(program=program, partner=partner, state=State.INVITED, by=by)
    if there.state in (State.APPLIED, State.ENDED):
        return partnerships.invite(there, by=by)
    return there


def _begun(request: HttpRequest) -> dict[str, str]:
    partner = PARTNERS.find(request.GET.get("partner", ""))
    programs = list(Program.objects.all()[:2])
    begun = {"program": programs[0].handle} if len(programs) == 1 else {}
    return {**begun, "partner": partner.handle, "email": partner.contact} if partner else begun


def _find(text: str) -> Invitation:
    return row_at(Invitation.objects.filter(role=Role.PARTNER).select_related("partner"), "inv", text)


def _page(request: HttpRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    return render(request, "console/invite.html", {"here": "partners", "form": form}, status=status)


def _to(brand: Brand, partnership: Partnership) -> HttpResponse:
    return redirect("console:noun", brand.key, "partnerships", ids.show("pns", partnership.id))


def _back(brand: Brand, invitation: Invitation) -> HttpResponse:
    newest = Partnership.objects.filter(partner=invitation.partner).order_by("-id").first()
    if newest is None:
        return redirect(reverse("console:nouns", args=[brand.key, "partners"]))
    return _to(brand, newest)
