"""From what somebody claims to a fact, or to the reason why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from tallystick.kit import kinds
from tallystick.partners.partnerships.rules import Origin, ProgramFacts, UnknownOrigin, find_origin
from tallystick.tracking.claims.rules import (
    Rejected,
    bounded,
    instant,
    money_claimed,
    program_named,
    schema,
)
from tallystick.tracking.events.labels import device_of, label_of
from tallystick.tracking.events.wire import EventBody
from tallystick.tracking.inbox.rules import Reason

VISITOR_TYPES = ("new", "returning", "unknown")
TEXT_LIMIT = 200
DEVICE_LIMIT = 40
USER_AGENT_LIMIT = 1_000
ATTRIBUTE_LIMIT = 50
ATTRIBUTE_TEXT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A verified event before it has an id and its three instants."""

    program_id: UUID
    kind: str
    occurred_at: datetime
    origin: Origin
    visitor: str | None = None
    customer: str | None = None
    account: str | None = None
    session: str | None = None
    order: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    device: str | None = None
    country: str | None = None
    visitor_type: str = "unknown"
    label: str = "valid"
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    lines: tuple[Mapping[str, str], ...] = ()
    from_rows: int = 1


def verify(
    body: EventBody, *, programs: Mapping[str, ProgramFacts], received_at: datetime, decimal: str = "."
) -> Draft:
    """Check one claimed event against the brand's programs. Raises Rejected with a typed reason.

    decimal: the mark between units and minor units in the amount.
    Depends on nothing but its arguments: the same receipt and directory give the same fact, whenever it is asked.
    Identifier: EVENT-VERIFY.
    """
    program = program_named(body.program, programs)
    if body.kind not in kinds.ALL:
        raise schema(
            "kind", body.kind, f"there is no event kind {body.kind!r}", f"use one of {', '.join(kinds.ALL)}"
        )
    for name in ("visitor", "customer", "account", "session", "order"):
        bounded(name, getattr(body, name), TEXT_LIMIT)
    bounded("device", body.device, DEVICE_LIMIT)
    user_agent = (body.user_agent or "")[:USER_AGENT_LIMIT]
    if not (body.visitor or body.customer or body.account):
        raise schema("visitor", "", "the event names nobody", "give a visitor, a customer or an account")
    amount, currency = money_claimed(body.amount, body.currency, program=program, decimal=decimal)
    if amount is not None and amount < 0:
        fix = "map it as a refund, with `negate = true`"
        raise schema("amount", body.amount or "", f"{body.amount!r} is negative: an order is not", fix)
    return Draft(
        program_id=program.directory.program_id,
        kind=body.kind,
        occurred_at=instant(body.occurred_at, received_at),
        origin=_origin(body, program),
        visitor=body.visitor or None,
        customer=body.customer or None,
        account=body.account or None,
        session=body.session or None,
        order=body.order or None,
        amount_minor=amount,
        currency=currency,
        device=body.device or device_of(user_agent),
        country=_country(body.country),
        visitor_type=_visitor_type(body.visitor_type),
        label=label_of(user_agent),
        attributes=_attributes(body.attributes),
    )


def _origin(body: EventBody, program: ProgramFacts) -> Origin:
    try:
        origin = find_origin(
            program.directory,
            partner=body.partner,
            placement=body.placement,
            link=body.link,
            code=body.code,
            channel=body.channel,
        )
    except UnknownOrigin as unknown:
        rejected = Rejected(
            Reason.UNKNOWN_PARTNER,
            str(unknown.args[0]),
            fix="say who that is: on the page of unknown names, or by opening it; then replay",
            column="partner",
            value=unknown.value,
        )
        rejected.program, rejected.unknown = program.key, unknown.role
        raise rejected from unknown
    if body.kind in kinds.TOUCHPOINTS and origin == Origin():
        raise Rejected(
            Reason.UNKNOWN_PARTNER,
            f"a {body.kind} must say whose it is",
            fix="give a partner, placement, link, code or house channel; then replay this receipt",
            column="partner",
        )
    return origin


def _country(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise schema(
            "country", text, f"{text!r} is not a country", "write two letters of ISO 3166, such as DE"
        )
    return text.upper()


def _visitor_type(text: str | None) -> str:
    if text and text not in VISITOR_TYPES:
        raise schema(
            "visitor_type", text, f"{text!r} is not a visitor type", f"use {', '.join(VISITOR_TYPES)}"
        )
    return text or "unknown"


def _attributes(attributes: Mapping[str, str]) -> Mapping[str, str]:
    if len(attributes) > ATTRIBUTE_LIMIT:
        raise schema(
            "attributes",
            str(len(attributes)),
            f"{len(attributes)} attributes",
            f"send at most {ATTRIBUTE_LIMIT}",
        )
    for name, text in attributes.items():
        bounded("attributes", name, TEXT_LIMIT)
        bounded(f"attributes.{name}", text, ATTRIBUTE_TEXT_LIMIT)
    return attributes
