"""`/<brand>/settings`: the brand's name and zone, whether definitions need a second person, and its programs."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.console.listed import listed_row
from tallystick.doors.console.views.nouns.forms import digest, refuse
from tallystick.doors.entrance import BOTH, access_of, brand_page
from tallystick.doors.nouns.forms import NounForm
from tallystick.doors.nouns.programs import PROGRAM, ZoneField
from tallystick.foundation.audit.acts import Actor
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.models import Proposal, ProposalState
from tallystick.partners.programs.keeping import locked
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.services.brands import change_brand
from tallystick.partners.programs.services.second_person import (
    PROPOSAL,
    need_second_person,
    propose_one_person,
)


class BrandForm(NounForm):
    """What can be said of a brand."""

    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    zone = ZoneField(
        help_text=gettext_lazy(
            "Times on pages are told in it. Each program has a zone of its own for its days."
        )
    )
    needs_second_person = forms.BooleanField(
        required=False,
        label=gettext_lazy("Versions of definitions need a second person"),
        help_text=gettext_lazy(
            "A version comes into force only when another person has approved it. To end this needs a second person."
        ),
    )


class BrandChanged(Foreseen):
    """Somebody else has changed the brand since the form was made."""

    exit = Exit.REFUSED


@brand_page("brand.change", methods=BOTH)
def brand_settings(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Show and change a brand's settings."""
    form = BrandForm(initial=_said_of(brand))
    if request.method == "POST":
        form = BrandForm(request.POST, initial=_said_of(brand))
        if form.is_valid():
            try:
                with transaction.atomic():
                    proposed = _put(request, brand, form.cleaned_data, access_of(request).actor)
            except Foreseen as refused:
                refuse(form, refused)
            else:
                _tell(request, proposed)
                return redirect("console:brand", brand.key)
    waiting = Proposal.objects.filter(kind=PROPOSAL, state=ProposalState.OPEN).first()
    programs = PROGRAM.listing.page(Wish(limit=50)).rows
    context = {
        "here": "brand",
        "form": form,
        "seen": digest(_said_of(brand)),
        "waiting": waiting,
        "programs": [listed_row(brand.key, PROGRAM, row) for row in programs],
        "noun": PROGRAM,
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/brand.html", context, status=400 if form.errors else 200)


def _put(request: HttpRequest, brand: Brand, said: dict[str, Any], by: Actor) -> Proposal | None:
    """Change what is changed; what needs a second person is proposed."""
    now = locked(brand)
    if request.POST.get("seen") != digest(_said_of(now)):
        raise BrandChanged(_("Somebody changed these settings meanwhile. Look at them again, then save."))
    change_brand(now, by=by, name=said["name"], zone=said["zone"])
    if said["needs_second_person"] and not now.needs_second_person:
        need_second_person(now, by=by)
    if now.needs_second_person and not said["needs_second_person"]:
        return propose_one_person(now, by=by)
    return None


def _tell(request: HttpRequest, proposed: Proposal | None) -> None:
    messages.success(request, _("Saved."))
    if proposed:
        messages.info(
            request, _("To need no second person any more is proposed; another person has to approve it.")
        )


def _said_of(brand: Brand) -> dict[str, Any]:
    return {"name": brand.name, "zone": brand.zone, "needs_second_person": brand.needs_second_person}
