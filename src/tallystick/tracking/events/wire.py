"""The canonical event as it is sent to us or made from a row: texts only, checked by `rules.verify`."""

from __future__ import annotations

import msgspec


class EventBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One event as somebody claims it. Keys (partner, link …) are the brand's own, ids never appear here.

    occurred_at: ISO 8601 with an offset. amount: a decimal text with a point, in `currency`, or in the program's
    currency when that is left out. order: what makes two reports of one order the same.
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
    country: str | None = None
    visitor_type: str | None = None
    user_agent: str | None = None
    attributes: dict[str, str] = {}
