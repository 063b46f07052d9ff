"""`/portal/<brand>/<partner>/links`: the links and codes that are the partner's, ready to be used."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallystick.doors.entrance import partner_page
from tallystick.partners.partnerships.models import Code, Link, Partner
from tallystick.partners.programs.models import Brand


@partner_page("portal.read")
def links(request: HttpRequest, brand: Brand, partner: Partner) -> HttpResponse:
    """Show the links and codes that are live."""
    live = {"partnership__partner": partner, "archived_at": None}
    context = {
        "here": "links",
        "brand": brand,
        "partner": partner,
        "links": Link.objects.filter(**live).select_related("placement", "campaign").order_by("key"),
        "codes": Code.objects.filter(**live).select_related("placement", "campaign").order_by("key"),
    }
    return render(request, "portal/links.html", context)
