"""From what somebody reports to what is kept of it, or to the reason why not. Pure. Identifier: EVENT-REPORT."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

from tallystick.kit import ids
from tallystick.kit.money import BadAmount
from tallystick.partners.partnerships.rules import Origin, ProgramFacts
from tallystick.partners.programs.rules import is_key
from tallystick.tracking.claims.amounts import EXACT, decimal_in
from tallystick.tracking.claims.rules import (
    bounded,
    instant,
    money_claimed,
    origin_claimed,
    program_named,
    schema,
)
from tallystick.tracking.reported.wire import CommissionBody, CostBody, OrderBody, TotalBody

COST_KINDS: Final = ("spend", "fixed_fee", "bonus", "discount", "mdf", "tool", "goods", "other")
"""What money was spent on: advertising, a fee agreed once, an extra for a partner, what customers got off, a share in a
partner's marketing, software, what was sold, anything else.
"""

COMMISSION_STATES: Final = ("pending", "approved", "reversed", "paid", "other")
ORDER_STATES: Final = ("placed", "cancelled", "refunded", "other")

TEXT_LIMIT: Final = 200
REFERENCE_LIMIT: Final = 300
KIND_LIMIT: Final = 30
ATTRIBUTE_LIMIT: Final = 50
ATTRIBUTE_TEXT_LIMIT: Final = 1_000

MOST_MILLIONTHS: Final = 10**18
NOBODY: Final = Origin()
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

ReportedBody: TypeAlias = TotalBody | CostBody | CommissionBody | OrderBody


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalDraft:
    """A verified total of a day: exactly one of value_millionths and amount_minor is there."""

    program_id: UUID
    reference: str
    measure: str
    on: date
    value_millionths: int | None
    amount_minor: int | None
    currency: str | None
    origin: Origin = NOBODY
    campaign_id: UUID | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    from_rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CostDraft:
    """A verified cost. reference: empty where nobody gave one, and then it stands for itself alone."""

    program_id: UUID
    reference: str
    kind: str
    on: date
    amount_minor: int
    currency: str
    origin: Origin = NOBODY
    campaign_id: UUID | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    from_rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionDraft:
    """A verified commission of another platform. reference: as of a cost."""

    program_id: UUID
    reference: str
    origin: Origin
    kind: str
    amount_minor: int
    sale_minor: int | None
    currency: str
    status: str
    status_raw: str
    earned_at: datetime
    paid_at: datetime | None = None
    customer: str | None = None
    order: str | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    from_rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """A verified order of the shop; its reference is its number."""

    program_id: UUID
    reference: str
    order: str
    ordered_at: datetime
    amount_minor: int | None
    currency: str | None
    status: str
    status_raw: str
    customer: str | None = None
    code: str | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    from_rows: int = 1


ReportedDraft: TypeAlias = TotalDraft | CostDraft | CommissionDraft | OrderDraft


def verify_reported(
    body: ReportedBody, *, programs: Mapping[str, ProgramFacts], received_at: datetime, decimal: str = "."
) -> ReportedDraft | None:
    """Check one report against the brand's programs. Raises Rejected with a typed reason.

    decimal: the mark between units and minor units in numbers and amounts. None: somebody said that the name it bears
    counts for nothing.
    Depends on nothing but its arguments, as `events.rules.verify`. Identifier: EVENT-REPORT.
    """
    program = program_named(body.program, programs)
    if not isinstance(body, OrderBody):
        bounded("reference", body.reference, REFERENCE_LIMIT)
    _check_attributes(body.attributes)
    origin = _origin(body, program)
    if origin is None:
        return None
    match body:
        case TotalBody():
            return _total(body, program, origin, received_at, decimal)
        case CostBody():
            return _cost(body, program, origin, received_at, decimal)
        case CommissionBody():
            return _commission(body, program, origin, received_at, decimal)
        case OrderBody():
            return _order(body, program, received_at, decimal)


def _origin(body: ReportedBody, program: ProgramFacts) -> Origin | None:
    """Whose it is; None where a name is given of which somebody said that it counts for nothing."""
    match body:
        case TotalBody():
            names = {"partner": body.partner, "placement": body.placement, "channel": body.channel}
        case CostBody():
            names = {"partner": body.partner, "channel": body.channel}
        case CommissionBody():
            names = {"partner": body.partner}
        case OrderBody():
            return NOBODY
    if isinstance(body, CommissionBody) and not body.partner:
        raise schema("partner", "", "the commission names no partner", "say whose it was")
    origin = origin_claimed(program, **names)
    return None if any(names.values()) and origin == NOBODY else origin


def _total(
    body: TotalBody, program: ProgramFacts, origin: Origin, received_at: datetime, decimal: str
) -> TotalDraft:
    if not is_key(body.measure):
        fix = "write a word without blanks, such as `sends` or `brand_searches`"
        raise schema("measure", body.measure[:TEXT_LIMIT], f"{body.measure!r} is no name of a measure", fix)
    if bool(body.value) is bool(body.amount):
        raise schema(
            "value",
            body.value or "",
            "a total is either a number or an amount of money",
            "give exactly one of `value` and `amount`",
        )
    on = _day(body.on, received_at)
    campaign_id = _campaign(body.campaign, program)
    amount, currency = money_claimed(body.amount, body.currency, program=program, decimal=decimal)
    # A row may report several measures under one reference: each is a thing of its own.
    reference = body.reference and f"{body.measure}/{body.reference}"
    bounded("reference", reference, REFERENCE_LIMIT)
    return TotalDraft(
        program_id=program.directory.program_id,
        reference=reference or _about(program, body.measure, on, origin, campaign_id),
        measure=body.measure,
        on=on,
        value_millionths=_millionths(body.value, decimal) if body.value else None,
        amount_minor=amount,
        currency=currency,
        origin=origin,
        campaign_id=campaign_id,
        attributes=body.attributes,
    )


def _about(program: ProgramFacts, measure: str, on: date, origin: Origin, campaign_id: UUID | None) -> str:
    """What a total is about, as its reference: whoever reports it again, reports the same anew."""
    parts = [program.key, measure, on.isoformat()]
    named = (
        ("pns", origin.partnership_id),
        ("plc", origin.placement_id),
        ("chn", origin.channel_id),
        ("cmp", campaign_id),
    )
    return "/".join([*parts, *(ids.show(prefix, value) for prefix, value in named if value)])


def _cost(
    body: CostBody, program: ProgramFacts, origin: Origin, received_at: datetime, decimal: str
) -> CostDraft:
    if body.kind not in COST_KINDS:
        fix = f"use one of {', '.join(COST_KINDS)}"
        raise schema("kind", body.kind[:TEXT_LIMIT], f"there is no kind of cost {body.kind!r}", fix)
    amount, currency = money_claimed(body.amount, body.currency, program=program, decimal=decimal)
    return CostDraft(
        program_id=program.directory.program_id,
        reference=body.reference or "",
        kind=body.kind,
        on=_day(body.on, received_at),
        amount_minor=_needed(amount, "amount"),
        currency=currency or program.currency,
        origin=origin,
        campaign_id=_campaign(body.campaign, program),
        attributes=body.attributes,
    )


def _commission(
    body: CommissionBody, program: ProgramFacts, origin: Origin, received_at: datetime, decimal: str
) -> CommissionDraft:
    for name in ("customer", "order"):
        bounded(name, getattr(body, name), TEXT_LIMIT)
    bounded("kind", body.kind, KIND_LIMIT)
    amount, currency = money_claimed(body.amount, body.currency, program=program, decimal=decimal)
    sale, _ = money_claimed(
        body.sale_amount, body.currency, program=program, decimal=decimal, column="sale_amount"
    )
    status, raw = _status(body.status, body.status_raw, COMMISSION_STATES, otherwise="other")
    return CommissionDraft(
        program_id=program.directory.program_id,
        reference=body.reference or "",
        origin=origin,
        kind=body.kind or "sale",
        amount_minor=_needed(amount, "amount"),
        sale_minor=sale,
        currency=currency or program.currency,
        status=status,
        status_raw=raw,
        earned_at=instant(body.earned_at, received_at, column="earned_at"),
        paid_at=instant(body.paid_at, received_at, column="paid_at") if body.paid_at else None,
        customer=body.customer or None,
        order=body.order or None,
        attributes=body.attributes,
    )


def _order(body: OrderBody, program: ProgramFacts, received_at: datetime, decimal: str) -> OrderDraft:
    if not body.order:
        raise schema("order", "", "the order has no number", "say which column holds it")
    for name in ("order", "customer", "code"):
        bounded(name, getattr(body, name), TEXT_LIMIT)
    amount, currency = money_claimed(body.amount, body.currency, program=program, decimal=decimal)
    if amount is not None and amount < 0:
        fix = "give the order as it was placed; what went back is a refund"
        raise schema("amount", body.amount or "", f"{body.amount!r} is negative: an order is not", fix)
    status, raw = _status(body.status, body.status_raw, ORDER_STATES, otherwise="other")
    return OrderDraft(
        program_id=program.directory.program_id,
        reference=body.order,
        order=body.order,
        ordered_at=instant(body.ordered_at, received_at, column="ordered_at"),
        amount_minor=amount,
        currency=currency,
        status=status if raw else "placed",
        status_raw=raw,
        customer=body.customer or None,
        code=body.code or None,
        attributes=body.attributes,
    )


def _status(
    status: str | None, raw: str | None, known: Collection[str], *, otherwise: str
) -> tuple[str, str]:
    """The status out of the closed list, and the word as it came. A word that only comes raw is not guessed at."""
    raw = raw or status or ""
    bounded("status_raw", raw, TEXT_LIMIT)
    if status and status not in known:
        raise schema(
            "status",
            status[:TEXT_LIMIT],
            f"{status!r} is not a status",
            f"map it to one of {', '.join(known)}, and keep the word itself as `status_raw`",
        )
    if status:
        return status, raw
    word = raw.strip().lower()
    return (word if word in known else otherwise), raw


def _day(text: str, received_at: datetime) -> date:
    """A claimed day: `2026-11-20`; an instant's day is the one it is written with. Not before 1970, not ahead of time.

    Days end at different instants around the world: one may lie a day after that on which it was received.
    """
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise schema("on", text[:TEXT_LIMIT], f"{text!r} is not a day", "write it as 2026-11-20") from None
    if day.year < 1970 or day.toordinal() > received_at.toordinal() + 1:
        where = "before 1970" if day.year < 1970 else f"after it was received ({received_at:%Y-%m-%d})"
        raise schema("on", text, f"{text!r} lies {where}", "check the date format")
    return day


def _millionths(text: str, decimal: str) -> int:
    fix = "correct the number, or `decimal` in the mapping"
    try:
        value = decimal_in(text, decimal=decimal).scaleb(6, context=EXACT)
    except BadAmount as wrong:
        raise schema("value", text[:TEXT_LIMIT], str(wrong), fix) from wrong
    if value != int(value) or abs(value) >= MOST_MILLIONTHS:
        detail = f"{text!r} has more than six digits behind the mark, or more than twelve before it"
        raise schema("value", text[:TEXT_LIMIT], detail, fix)
    return int(value)


def _campaign(key: str | None, program: ProgramFacts) -> UUID | None:
    if not key:
        return None
    if key not in program.directory.campaigns:
        raise schema(
            "campaign",
            key[:TEXT_LIMIT],
            f"there is no campaign {key!r} in this program",
            "open the campaign or correct the name, then replay",
        )
    return program.directory.campaigns[key]


def _needed(amount: int | None, column: str) -> int:
    if amount is None:
        raise schema(column, "", "there is no amount", "say which column holds it, and correct the row")
    return amount


def _check_attributes(attributes: Mapping[str, str]) -> None:
    if len(attributes) > ATTRIBUTE_LIMIT:
        fix = f"send at most {ATTRIBUTE_LIMIT}"
        raise schema("attributes", str(len(attributes)), f"{len(attributes)} attributes", fix)
    for name, text in attributes.items():
        bounded("attributes", name, TEXT_LIMIT)
        bounded(f"attributes.{name}", text, ATTRIBUTE_TEXT_LIMIT)
