"""`/portal/<brand>/<partner>/accept/<partnership>`: a partner who already has a seat says yes to one more program."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tallystick.doors.entrance import WRITING, access_of, partner_page
from tallystick.doors.found import row_at
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.partnerships.services import partnerships as steps
from tallystick.partners.programs.models import Brand


@partner_page("portal.change", methods=WRITING)
def accept(request: HttpRequest, brand: Brand, partner: Partner, partnership: str) -> HttpResponse:
    """Accept, and go back to the partnerships."""
    row = row_at(Partnership.objects.filter(partner=partner).select_related("program"), "pns", partnership)
    steps.accept(row, by=access_of(request).actor)
    messages.success(
        request, _("You accepted the invitation to %(program)s.") % {"program": row.program.name}
    )
    return redirect("portal:home", brand=brand.key, partner=partner.key)
