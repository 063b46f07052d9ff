"""What somebody reports, as it is claimed: texts only, checked by `rules` afterwards.

In all of them: program is a key, left out where the brand has one program; reference is what makes a later report one
about the same thing; amounts are decimal texts with a point, in `currency` or the program's.
"""

from __future__ import annotations

import msgspec


class TotalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A total of one day that somebody reports. measure: `sends`, `impressions`, `reach`, `brand_searches` … on: a day.

    value: a decimal number of at most six places; amount: money instead.
    """

    measure: str
    on: str
    value: str | None = None
    amount: str | None = None
    currency: str | None = None
    program: str | None = None
    partner: str | None = None
    placement: str | None = None
    channel: str | None = None
    campaign: str | None = None
    reference: str | None = None
    attributes: dict[str, str] = {}


class CostBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was spent. kind: one of `rules.COST_KINDS`. A credit note is negative."""

    kind: str
    on: str
    amount: str
    currency: str | None = None
    program: str | None = None
    partner: str | None = None
    channel: str | None = None
    campaign: str | None = None
    reference: str | None = None
    attributes: dict[str, str] = {}


class CommissionBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A commission that another platform kept: history, never owed by us. status: one of `rules.COMMISSION_STATES`."""

    partner: str
    earned_at: str
    amount: str
    currency: str | None = None
    sale_amount: str | None = None
    program: str | None = None
    customer: str | None = None
    order: str | None = None
    kind: str | None = None
    status: str | None = None
    status_raw: str | None = None
    paid_at: str | None = None
    reference: str | None = None
    attributes: dict[str, str] = {}


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An order as the shop has it, to compare tracking with. status: one of `rules.ORDER_STATES`."""

    order: str
    ordered_at: str
    amount: str | None = None
    currency: str | None = None
    program: str | None = None
    customer: str | None = None
    code: str | None = None
    status: str | None = None
    status_raw: str | None = None
    attributes: dict[str, str] = {}
