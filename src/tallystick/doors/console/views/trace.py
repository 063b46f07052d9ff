"""`/<brand>/trace/<id>`: receipt → event → path → credit, and why something did not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.console.meaning import windows
from tallystick.doors.console.state import refuse_unknown
from tallystick.doors.entrance import brand_page
from tallystick.journey import inbox
from tallystick.kit import ids
from tallystick.measurement.attribution.trace import BODY_CHARACTERS, ConversionTrace, ReceiptTrace
from tallystick.measurement.attribution.trace import trace as trace_id
from tallystick.partners.programs.models import Brand

LONGEST_ID = 40


class _Config(Protocol):
    @property
    def identity_max_customers(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Body:
    """A receipt with its body as people read it: JSON spread over lines, anything else as it came."""

    receipt: ReceiptTrace
    text: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A conversion with its model in words."""

    conversion: ConversionTrace
    model: str
    windows: str


@brand_page("figures.read")
def find(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Lead from the search field to the trace of the id in it; without an id, say which ids there are."""
    refuse_unknown(request.GET, ("id",))
    text = request.GET.get("id", "").strip()
    if text:
        ids.read(text[: LONGEST_ID * 2])
        return redirect("console:trace", brand=brand.key, text=text)
    return render(request, "console/find.html", {"brand": brand, "here": "trace"})


@brand_page("figures.read")
def trace(request: HttpRequest, brand: Brand, text: str) -> HttpResponse:
    """Show what stands behind an id of the brand."""
    config = cast("_Config", settings.TALLYSTICK)
    found = trace_id(text[: LONGEST_ID * 2], store=inbox(), max_customers=config.identity_max_customers)
    context = {
        "brand": brand,
        "here": "trace",
        "trace": found,
        "noun": word(ids.PREFIXES[ids.read(text)[0]]),
        "bodies": [_body(receipt) for receipt in found.receipts],
        "decided": [_decided(conversion) for conversion in found.conversions],
        "zone": ZoneInfo(brand.zone),
    }
    return render(request, "console/trace.html", context)


def _body(receipt: ReceiptTrace) -> Body:
    try:
        # Only white space changes: numbers, escapes and repeated keys stay as they arrived.
        return Body(receipt, msgspec.json.format(receipt.body, indent=2), is_cut=False)
    except (msgspec.DecodeError, RecursionError):
        return Body(receipt, receipt.body, is_cut=len(receipt.body) >= BODY_CHARACTERS)


def _decided(conversion: ConversionTrace) -> Decided:
    return Decided(conversion, wording.model(conversion.model), windows(conversion.windows_days))
