"""The canonical forms of what is sent to us or made from a row: texts only, checked by `rules` afterwards."""

from __future__ import annotations

from typing import Final

import msgspec

ROW: Final = "row"
"""A receipt that is one row of a file: a JSON object, column → cell."""

GROUP: Final = "group"
"""A receipt that is several rows of a file together: a JSON array of such objects, in an order of their own."""

EVENT: Final = "event"
"""A receipt that is one canonical event."""

UNREADABLE: Final = "text/plain; charset=unknown"
"""The content type of a row that could not be read: its bytes as they stood in the file."""


class LineBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of an order. quantity, unit_price, amount: decimal texts with a point, of up to 12 places; without an
    amount it is quantity × unit price.
    """

    sku: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    amount: str | None = None


class EventBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One event as somebody claims it. Keys (partner, link …) are the brand's own, ids never appear here.

    occurred_at: ISO 8601 with an offset. amount: a decimal text with a point, in `currency`, or in the program's
    currency when that is left out (or `1250 minor`: so many minor units); of a refund or chargeback what goes back,
    without a sign. order: what makes two reports of one order the same. lines: of an order; without an `amount` they
    add up to it. browser: any name of one, kept as its family; where it or `device` is left out, `user_agent` says it.
    campaign: a key; left out, or unknown, it is that of the link or code. landing_page: an address, kept without its
    query. sub_id: what the partner wrote into the link.
    """

    kind: str
    occurred_at: str
    program: str | None = None
    visitor: str | None = None
    customer: str | None = None
    account: str | None = None
    session: str | None = None
    partner: str | None = None
    placement: str | None = None
    link: str | None = None
    code: str | None = None
    channel: str | None = None
    order: str | None = None
    amount: str | None = None
    currency: str | None = None
    device: str | None = None
    browser: str | None = None
    country: str | None = None
    visitor_type: str | None = None
    user_agent: str | None = None
    campaign: str | None = None
    landing_page: str | None = None
    sub_id: str | None = None
    lines: tuple[LineBody, ...] = ()
    attributes: dict[str, str] = {}


class PartnerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A partner that is to be there, in a program; opened where it is not, left as it is where it is.

    key: how files name the partner; any text, remembered where it is no key of ours. state: of the partnership.
    """

    key: str
    program: str | None = None
    name: str | None = None
    kind: str | None = None
    contact: str | None = None
    website: str | None = None
    state: str | None = None
    tier: str | None = None


class LinkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A link of a partner that is to be there."""

    key: str
    partner: str
    destination: str
    program: str | None = None
    placement: str | None = None


class CodeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A code of a partner that is to be there."""

    key: str
    partner: str
    program: str | None = None
    placement: str | None = None
