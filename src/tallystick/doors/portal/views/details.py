"""`/portal/<brand>/<partner>/details`: what the partner says about itself."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.entrance import BOTH, access_of, partner_page
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.partnerships.services.partners import change_partner
from tallystick.partners.programs.models import Brand


class DetailsForm(forms.Form):
    """The part of a partner that the partner itself may change; the rest is the brand's word."""

    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=2000, assume_scheme="https"
    )
    contact = forms.EmailField(
        label=gettext_lazy("Contact e-mail"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Where the brand writes to. Not a way to sign in."),
    )
    FIELDS: ClassVar = ("website", "contact")


@partner_page("portal.change", methods=BOTH)
def details(request: HttpRequest, brand: Brand, partner: Partner) -> HttpResponse:
    """Show the details, and change them."""
    initial = {name: getattr(partner, name) for name in DetailsForm.FIELDS}
    form = DetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_partner(
            partner, by=access_of(request).actor, name=partner.name, kind=partner.kind, **form.cleaned_data
        )
        messages.success(request, _("Saved."))
        return redirect("portal:details", brand=brand.key, partner=partner.key)
    context = {"here": "details", "brand": brand, "partner": partner, "form": form}
    return render(request, "portal/details.html", context, status=400 if form.errors else 200)
