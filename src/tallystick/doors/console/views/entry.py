"""`/`: the answer of the one brand, a list of several, or the next step where there is none."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tallystick.doors.console.doorway import brands_or_none


@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """Lead to a brand."""
    found = brands_or_none()
    if len(found) == 1:
        return redirect("console:answer", brand=found[0].key)
    return render(request, "console/entry.html", {"brands": found})
