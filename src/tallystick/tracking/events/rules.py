"""From what somebody claims to a fact, or to the reason why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tallystick.kit import kinds
from tallystick.partners.partnerships.rules import Origin, ProgramFacts
from tallystick.tracking.claims.amounts import BadAmount, decimal_in, plain
from tallystick.tracking.claims.rules import (
    Rejected,
    bounded,
    currency_claimed,
    instant,
    money_claimed,
    origin_claimed,
    program_named,
    schema,
)
from tallystick.tracking.events.demands import ATTRIBUTES, NUMBERS, OWNED, WITH_AMOUNT, named_in
from tallystick.tracking.events.labels import browser_named, browser_of, device_of, label_of
from tallystick.tracking.events.lines import Line, lines_claimed, sum_of
from tallystick.tracking.events.wire import EventBody
from tallystick.tracking.inbox.rules import Reason

VISITOR_TYPES = ("new", "returning", "unknown")
TEXT_LIMIT = 200
DEVICE_LIMIT = 40
USER_AGENT_LIMIT = 1_000
ATTRIBUTE_LIMIT = 50
ATTRIBUTE_TEXT_LIMIT = 1_000

_KINDS: Final = frozenset(kinds.ALL)


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
    browser: str | None = None
    country: str | None = None
    visitor_type: str = "unknown"
    campaign_id: UUID | None = None
    landing_page: str | None = None
    sub_id: str | None = None
    label: str = "valid"
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    lines: tuple[Line, ...] = ()
    from_rows: int = 1


def verify(
    body: EventBody, *, programs: Mapping[str, ProgramFacts], received_at: datetime, decimal: str = "."
) -> Draft | None:
    """Check one claimed event against the brand's programs. Raises Rejected with a typed reason.

    decimal: the mark between units and minor units in amounts and numbers.
    None: somebody said that the name it bears counts for nothing, and it is nothing without one - a touchpoint, or the
    tie of a customer to a partner. Other events merely lose their origin then.
    Depends on nothing but its arguments: the same receipt and directory give the same fact, whenever it is asked.
    Identifier: EVENT-VERIFY.
    """
    program = program_named(body.program, programs)
    _check_names(body)
    origin = _origin(body, program)
    if origin is None:
        return None
    lines: tuple[Line, ...] = ()
    if body.lines:
        currency = currency_claimed(body.currency, program=program)
        lines = lines_claimed(body.lines, currency=currency, decimal=decimal)
    amount, money_in = _amount(body, lines, program=program, decimal=decimal)
    user_agent = (body.user_agent or "")[:USER_AGENT_LIMIT]
    campaign_id, unopened = _campaign(body.campaign, program)
    attributes = _attributes(body.kind, body.attributes, decimal)
    return Draft(
        program_id=program.directory.program_id,
        kind=body.kind,
        occurred_at=instant(body.occurred_at, received_at),
        origin=origin,
        visitor=body.visitor or None,
        customer=body.customer or None,
        account=body.account or None,
        session=body.session or None,
        order=body.order or None,
        amount_minor=amount,
        currency=money_in,
        device=body.device or device_of(user_agent),
        browser=browser_named(body.browser) or browser_of(user_agent),
        country=_country(body.country),
        visitor_type=_visitor_type(body.visitor_type),
        campaign_id=campaign_id or origin.campaign_id,
        landing_page=_landing_page(body.landing_page),
        sub_id=body.sub_id or None,
        label=label_of(user_agent),
        attributes={**unopened, **attributes} if unopened else attributes,
        lines=lines,
    )


def _check_names(body: EventBody) -> None:
    """The kind is known, names are of a length that is kept, and somebody or something is named."""
    if body.kind not in _KINDS:
        fix = f"use one of {', '.join(kinds.ALL)}"
        raise schema("kind", body.kind[:TEXT_LIMIT], f"there is no event kind {body.kind!r}", fix)
    for name in ("visitor", "customer", "account", "session", "order", "sub_id"):
        # Asked of every event: the call is made only for a text that may be refused.
        if (text := getattr(body, name)) and (len(text) > TEXT_LIMIT or "\0" in text):
            bounded(name, text, TEXT_LIMIT)
    for name in ("device", "browser"):
        bounded(name, getattr(body, name), DEVICE_LIMIT)
    named = named_in(body.kind)
    if not any(getattr(body, name) for name in named):
        what = "nobody" if named[0] != "order" else "nothing that it is about"
        raise schema(named[0], "", f"the {body.kind} names {what}", f"give one of {', '.join(named)}")


def _origin(body: EventBody, program: ProgramFacts) -> Origin | None:
    """Whose it is; None where a choice says that an event counts for nothing which is nothing without an owner."""
    origin = origin_claimed(
        program,
        partner=body.partner,
        placement=body.placement,
        link=body.link,
        code=body.code,
        channel=body.channel,
    )
    if body.kind not in OWNED:
        return origin
    if origin.partnership_id is None and origin.channel_id is None:
        if body.code or body.link or body.partner or body.channel:
            return None
        raise Rejected(
            Reason.UNKNOWN_PARTNER,
            f"a {body.kind} must say whose it is",
            fix="give a partner, placement, link, code or house channel; then replay this receipt",
            column="partner",
        )
    if body.kind == kinds.TIE and origin.partnership_id is None:
        fix = "name the partner who brought the customer"
        raise schema("channel", body.channel or "", "customers are bound to partners, not to channels", fix)
    return origin


def _amount(
    body: EventBody, lines: tuple[Line, ...], *, program: ProgramFacts, decimal: str
) -> tuple[int | None, str | None]:
    """The amount of an event, or what its lines add up to; the sign is checked by the kind."""
    amount, currency = money_claimed(body.amount, body.currency, program=program, decimal=decimal)
    if amount is None and lines:
        currency = currency_claimed(body.currency, program=program)
        amount = sum_of(lines, currency=currency)
    said = body.amount or ("" if amount is None else f"{amount} minor")
    if amount is None:
        if body.kind in WITH_AMOUNT:
            fix = "give the amount that went back, or map it as a cancellation, which takes back the whole order"
            raise schema("amount", "", f"the {body.kind} has no amount", fix)
    elif body.kind in kinds.CORRECTIONS:
        if amount <= 0:
            fix = "with `negate = true` in the mapping what goes back is positive"
            raise schema("amount", said, f"{said!r} is not positive: a {body.kind} says what goes back", fix)
    elif amount < 0:
        fix = "map it as a refund, with `negate = true`"
        raise schema("amount", said, f"{said!r} is negative: a {body.kind} is not", fix)
    return amount, currency


def _country(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise schema(
            "country", text, f"{text!r} is not a country", "write two letters of ISO 3166, such as DE"
        )
    return text.upper()


def _campaign(named: str | None, program: ProgramFacts) -> tuple[UUID | None, Mapping[str, str]]:
    """The campaign with a key; or none, and the name as an attribute: files name campaigns that nobody opened here."""
    if not named:
        return None, {}
    bounded("campaign", named, TEXT_LIMIT)
    known = program.directory.campaigns.get(named)
    return (known, {}) if known else (None, {"campaign": named})


def _landing_page(address: str | None) -> str | None:
    """The head of an address, without query and fragment: these may name a person."""
    if not address:
        return None
    page = address.partition("#")[0].partition("?")[0].strip()[:TEXT_LIMIT]
    bounded("landing_page", page, TEXT_LIMIT)
    return page or None


def _visitor_type(text: str | None) -> str:
    if text and text not in VISITOR_TYPES:
        raise schema(
            "visitor_type", text, f"{text!r} is not a visitor type", f"use {', '.join(VISITOR_TYPES)}"
        )
    return text or "unknown"


def _attributes(kind: str, attributes: Mapping[str, str], decimal: str) -> Mapping[str, str]:
    if len(attributes) > ATTRIBUTE_LIMIT:
        fix = f"send at most {ATTRIBUTE_LIMIT}"
        raise schema("attributes", str(len(attributes)), f"{len(attributes)} attributes", fix)
    for name, text in attributes.items():
        if len(name) > TEXT_LIMIT or len(text) > ATTRIBUTE_TEXT_LIMIT or "\0" in name or "\0" in text:
            bounded("attributes", name, TEXT_LIMIT)
            bounded(f"attributes.{name}", text, ATTRIBUTE_TEXT_LIMIT)
    asked = ATTRIBUTES.get(kind)
    if asked and not any(attributes.get(name) for name in asked):
        names = " or ".join(f"`{name}`" for name in asked)
        raise schema(
            f"attributes.{asked[0]}", "", f"the {kind} has no {names}", f"give the attribute {names}"
        )
    return _with_numbers(attributes, decimal) if kind in kinds.VOICE else attributes


def _with_numbers(attributes: Mapping[str, str], decimal: str) -> Mapping[str, str]:
    """The attributes with scores and ratings as exact decimals with a point."""
    kept = dict(attributes)
    for name in NUMBERS:
        if text := kept.get(name):
            try:
                kept[name] = plain(decimal_in(text, decimal=decimal))
            except BadAmount as wrong:
                fix = f"correct the number, or keep the text under another name than `{name}`"
                raise schema(f"attributes.{name}", text, str(wrong), fix) from wrong
    return kept
