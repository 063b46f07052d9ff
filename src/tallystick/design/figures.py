"""How figures are written: one text for one value, on every page and in every table. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import dateformat

MINUS: Final = "\u2212"
PPB: Final = 10**9
SHORT_ID_TAIL: Final = 8

_SMALLEST: Final = 0.0005


def count(number: int) -> str:
    """A whole number with thousands separators: `12,330`."""
    return f"{number:,}".replace("-", MINUS)


def percent(rate: float) -> str:
    """A proportion with one decimal: `3.1 %`. Something is never written as nothing: `< 0.1 %`."""
    if 0 < rate < _SMALLEST:
        return "< 0.1 %"
    return f"{rate * 100:,.1f} %"


def percent_range(low: float, high: float) -> str:
    """Both ends of an interval of proportions: `2.4–4.0 %`."""
    return f"{low * 100:,.1f}–{high * 100:,.1f} %"


def points(difference: float) -> str:
    """A difference of proportions in percentage points, always with its sign: `+0.5`, `−1.2`; no sign for 0.0."""
    text = f"{abs(difference) * 100:,.1f}"
    if float(text.replace(",", "")) == 0:
        return text
    return f"{'+' if difference > 0 else MINUS}{text}"


def share(ppb: int) -> str:
    """A share of a conversion, kept in parts per billion: `50 %`, `33.33 %`."""
    text = f"{ppb * 100 / PPB:.2f}".rstrip("0").rstrip(".")
    return "< 0.01 %" if ppb and text == "0" else f"{text} %"


def whole(ppb: int) -> str:
    """Conversions that are a sum of shares: `12`, `12.33`."""
    return count(ppb // PPB) if ppb % PPB == 0 else f"{ppb / PPB:,.2f}"


def day(on: date) -> str:
    """A calendar day: `1 Nov 2025`."""
    return dateformat.format(on, "j M Y")


def day_range(first: date, last: date) -> str:
    """From one day to another, both included: `1–30 Nov 2025`, `1 Feb – 1 Dec 2025`, `28 Dec 2025 – 3 Jan 2026`."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{dateformat.format(first, 'j M')} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant on the clock of a zone: `1 Nov 2025, 12:00:05`."""
    return dateformat.format(at.astimezone(zone), "j M Y, H:i:s")


def short_id(text: str) -> str:
    """An id as a table shows it: its prefix and its end, which tells neighbours apart: `evt_…c743854f`."""
    prefix, _, letters = text.partition("_")
    return f"{prefix}_…{letters[-SHORT_ID_TAIL:]}" if letters else text
