"""`/<brand>/quarantine`: what could not become events, where it stands, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors.console.state import BadAddress, read_page_number, refuse_unknown
from tallystick.doors.entrance import brand_page
from tallystick.kit import ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.queries import counts_by_reason, waiting
from tallystick.tracking.inbox.rules import Reason

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt in quarantine with its id as doors write it."""

    receipt: str
    row: Quarantined


@brand_page("quarantine.read")
def quarantine(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Show what waits, oldest first, of all reasons or of one."""
    refuse_unknown(request.GET, ("reason", "page"))
    reason = _reason(request.GET.get("reason", ""))
    number = read_page_number(request.GET.get("page", ""))
    counts = counts_by_reason()
    offset = (number - 1) * PAGE_ROWS
    rows = waiting(reasons=[reason] if reason else None, limit=PAGE_ROWS, offset=offset)
    total = counts.get(reason, 0) if reason else sum(counts.values())
    if number > 1 and not rows:
        raise BadAddress(_("There are not that many pages."))
    context = {
        "brand": brand,
        "here": "quarantine",
        "counts": [(each.value, count) for each, count in counts.items()],
        "reason": reason.value if reason else "",
        "rows": [Waiting(ids.show("rcp", row.receipt_id), row) for row in rows],
        "in_all": sum(counts.values()),
        "total": total,
        "first": offset + 1,
        "last": offset + len(rows),
        "previous": _address(brand, reason, number - 1) if number > 1 else "",
        "next": _address(brand, reason, number + 1) if offset + len(rows) < total else "",
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/quarantine.html", context)


def _reason(text: str) -> Reason | None:
    try:
        return Reason(text) if text else None
    except ValueError:
        raise BadAddress(
            _("“reason” is “%(text)s”; it is one of %(known)s.")
            % {"text": text[:40], "known": ", ".join(Reason)}
        ) from None


def _address(brand: Brand, reason: Reason | None, number: int) -> str:
    pairs = ([f"reason={reason.value}"] if reason else []) + ([f"page={number}"] if number > 1 else [])
    return "?".join([reverse("console:quarantine", args=[brand.key]), "&".join(pairs)]).removesuffix("?")
