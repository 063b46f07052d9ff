"""`/portal/<brand>/<partner>/documents`: what the brand has shared with the partner."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallystick.doors.entrance import partner_page
from tallystick.foundation.attachments.models import Attachment
from tallystick.foundation.attachments.queries import of_subject
from tallystick.kit import ids
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.programs.models import Brand


@dataclass(frozen=True, slots=True)
class Shared:
    """A document with the id under which it is fetched, and the program it belongs to."""

    id: str
    document: Attachment
    program: str


@partner_page("portal.read")
def documents(request: HttpRequest, brand: Brand, partner: Partner) -> HttpResponse:
    """List the documents that are shared."""
    shared = [
        Shared(ids.show("doc", each.id), each, row.program.name)
        for row in Partnership.objects.filter(partner=partner).select_related("program")
        for each in of_subject(ids.show("pns", row.id))
        if each.is_shared
    ]
    context = {"here": "documents", "brand": brand, "partner": partner, "documents": shared}
    return render(request, "portal/documents.html", context)
