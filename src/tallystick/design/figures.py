"""How counts, days, instants, shares and ids are written: one text for one value, in the language of who reads.

Rates and their intervals are worded by the doors (`doors.wording`): what may be said of them depends on the
evidence.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import dateformat, formats
from django.utils.translation import gettext, ngettext

from tallystick.kit.money import Money

PPB: Final = 10**9
SHORT_ID_TAIL: Final = 8


def localized(written: str) -> str:
    """A number as Python writes it with `,` and `.`, with the separators of the language."""
    separators = {
        ord(","): formats.get_format("THOUSAND_SEPARATOR"),
        ord("."): formats.get_format("DECIMAL_SEPARATOR"),
    }
    return written.translate(separators)


def percent(number: str) -> str:
    """A number, or two with a dash between them, as percent: `3.1 %`."""
    return gettext("%(number)s %%") % {"number": number}


def count(number: int) -> str:
    """A whole number with thousands separators: `12,330`."""
    return localized(f"{number:,}")


def share(ppb: int) -> str:
    """A share of a conversion, kept in parts per billion: `50 %`, `33.33 %`. Something is never written as nothing."""
    text = f"{ppb * 100 / PPB:.2f}".rstrip("0").rstrip(".")
    return percent(localized("< 0.01" if ppb and text == "0" else text))


def whole(ppb: int) -> str:
    """Conversions that are a sum of shares: `12`, `12.33`. Something is never written as nothing."""
    if ppb % PPB == 0:
        return count(ppb // PPB)
    text = f"{ppb / PPB:,.2f}"
    return localized("< 0.01" if text == "0.00" else text)


def money(amount_minor: int, currency: str) -> str:
    """An exact amount with its currency: `8,911,407.90 GBP`."""
    units, _, code = Money(amount_minor, currency).show().partition(" ")
    whole, point, fraction = units.partition(".")
    sign, plain = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{localized(f'{int(plain):,}{point}{fraction}')} {code}"


def size(number_of_bytes: int) -> str:
    """A size on a disk: `812 bytes`, `4.2 MB`."""
    if number_of_bytes < 1000:
        return ngettext("%(number)s byte", "%(number)s bytes", number_of_bytes) % {"number": number_of_bytes}
    for unit, below in (("kB", 10**6), ("MB", 10**9), ("GB", 10**12)):
        if number_of_bytes < below:
            return f"{localized(f'{number_of_bytes * 1000 / below:,.1f}')} {unit}"
    return f"{localized(f'{number_of_bytes / 10**12:,.1f}')} TB"


def day(on: date) -> str:
    """A calendar day: `1 Nov 2025`."""
    return dateformat.format(on, gettext("j M Y"))


def days(first: date, last: date) -> str:
    """The days from one to another, both included: `1–30 Nov 2026`, `28 Oct – 3 Nov 2026`."""
    if first == last:
        return day(last)
    if (first.year, first.month) == (last.year, last.month):
        return gettext("%(first)s–%(last)s") % {"first": first.day, "last": day(last)}
    begins = dateformat.format(first, gettext("j M")) if first.year == last.year else day(first)
    return f"{begins} – {day(last)}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant on the clock of a zone: `1 Nov 2025, 12:00:05`."""
    return dateformat.format(at.astimezone(zone), gettext("j M Y, H:i:s"))


def short_id(text: str) -> str:
    """An id as a table shows it: its prefix and its end, which tells neighbours apart: `evt_…c743854f`."""
    prefix, _, letters = text.partition("_")
    return f"{prefix}_…{letters[-SHORT_ID_TAIL:]}" if letters else text
