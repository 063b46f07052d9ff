"""`/installation/brands`: which brands there are, and opening one more. Whoever opens it becomes its owner."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from tallystick.doors import wording
from tallystick.doors.entrance import BOTH, access_of, installation_page
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Foreseen
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.seats import give_seat
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.services.brands import open_brand


class BrandForm(forms.Form):
    """A new brand."""

    name = forms.CharField(label=_("Name"), max_length=200)
    key = forms.SlugField(
        label=_("Key"),
        max_length=60,
        help_text=_("Stands in addresses and on the command line: acme. It cannot be changed."),
    )
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        initial="UTC",
        help_text=_("In which days begin where no program says otherwise: Europe/Berlin."),
    )


@installation_page("installation.read")
def brands(request: HttpRequest) -> HttpResponse:
    """List the brands: their names, and nothing of what is theirs."""
    rows = Brand.objects.order_by("name")
    return render(request, "installation/brands.html", {"here": "brands", "brands": rows})


@installation_page("installation.change", methods=BOTH)
def open_new(request: HttpRequest) -> HttpResponse:
    """Open a brand with oneself as its owner."""
    form = BrandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            brand = _open(request, form)
        except Foreseen as refusal:
            form.add_error(getattr(refusal, "values", {}).get("field"), wording.sentence(refusal))
        else:
            return redirect("console:answer", brand=brand.key)
    status = 400 if form.errors else 200
    return render(request, "installation/open_brand.html", {"here": "brands", "form": form}, status=status)


@transaction.atomic
def _open(request: HttpRequest, form: BrandForm) -> Brand:
    access = access_of(request)
    brand = open_brand(**form.cleaned_data, by=access.actor)
    with brand_scope(brand.id):
        give_seat(user=access.person, role=Role.OWNER, by=access.actor)
    return brand
