"""From what somebody claims to a fact, or to the reason why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from tallystick.kit import currencies, kinds, money
from tallystick.partners.partnerships.rules import Directory, Origin, UnknownOrigin, find_origin
from tallystick.tracking.events.labels import device_of, label_of
from tallystick.tracking.events.wire import EventBody
from tallystick.tracking.inbox.rules import Reason

AHEAD_LIMIT = timedelta(minutes=5)
VISITOR_TYPES = ("new", "returning", "unknown")
TEXT_LIMIT = 200
DEVICE_LIMIT = 40
USER_AGENT_LIMIT = 1_000
ATTRIBUTE_LIMIT = 50
ATTRIBUTE_TEXT_LIMIT = 1_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Rejected(ValueError):
    """A receipt that cannot be an event. Carries what quarantine shows: reason, place, value, and what to do."""

    def __init__(self, reason: Reason, detail: str, *, fix: str, column: str = "", value: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.fix = fix
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What verification needs to know of a program."""

    key: str
    currency: str
    directory: Directory


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


def verify(
    body: EventBody, *, programs: Mapping[str, ProgramFacts], received_at: datetime, decimal: str = "."
) -> Draft:
    """Check one claimed event against the brand's programs. Raises Rejected with a typed reason.

    decimal: the mark between units and minor units in the amount.
    Depends on nothing but its arguments: the same receipt and directory give the same fact, whenever it is asked.
    Identifier: EVENT-VERIFY.
    """
    program = _program(body, programs)
    if body.kind not in kinds.ALL:
        raise _schema(
            "kind", body.kind, f"there is no event kind {body.kind!r}", f"use one of {', '.join(kinds.ALL)}"
        )
    for name in ("visitor", "customer", "account", "session", "order"):
        _limit(name, getattr(body, name), TEXT_LIMIT)
    _limit("device", body.device, DEVICE_LIMIT)
    user_agent = (body.user_agent or "")[:USER_AGENT_LIMIT]
    if not (body.visitor or body.customer or body.account):
        raise _schema("visitor", "", "the event names nobody", "give a visitor, a customer or an account")
    amount, currency = _amount(body, program.currency, decimal)
    return Draft(
        program_id=program.directory.program_id,
        kind=body.kind,
        occurred_at=_instant(body.occurred_at, received_at),
        origin=_origin(body, program.directory),
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


def _program(body: EventBody, programs: Mapping[str, ProgramFacts]) -> ProgramFacts:
    if body.program is None and len(programs) == 1:
        return next(iter(programs.values()))
    if body.program is None or body.program not in programs:
        raise Rejected(
            Reason.UNKNOWN_PROGRAM,
            f"there is no program {body.program!r}" if body.program else "the event names no program",
            fix=f"name one of {', '.join(sorted(programs)) or 'the programs made by init'}",
            column="program",
            value=body.program or "",
        )
    return programs[body.program]


def _origin(body: EventBody, directory: Directory) -> Origin:
    try:
        origin = find_origin(
            directory,
            partner=body.partner,
            placement=body.placement,
            link=body.link,
            code=body.code,
            channel=body.channel,
        )
    except UnknownOrigin as unknown:
        named = body.code or body.link or body.placement or body.partner or body.channel or ""
        raise Rejected(
            Reason.UNKNOWN_PARTNER,
            str(unknown.args[0]),
            fix="add it to the set-up file, run init again, then replay",
            column="partner",
            value=named,
        ) from unknown
    if body.kind in kinds.TOUCHPOINTS and origin == Origin():
        raise Rejected(
            Reason.UNKNOWN_PARTNER,
            f"a {body.kind} must say whose it is",
            fix="give a partner, placement, link, code or house channel; then replay this receipt",
            column="partner",
        )
    return origin


def _instant(text: str, received_at: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _schema(
            "occurred_at",
            text,
            f"{text!r} is not a time",
            "write ISO 8601 with an offset: 2026-11-20T14:05:00+01:00",
        ) from None
    if at.tzinfo is None:
        raise _schema(
            "occurred_at", text, f"{text!r} has no time zone", "add the offset, such as +01:00 or Z"
        )
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = EARLIEST - timedelta.resolution
    if at < EARLIEST:
        raise _schema("occurred_at", text, f"{text!r} lies before 1970", "check the date format")
    if at > received_at + AHEAD_LIMIT:
        raise _schema(
            "occurred_at",
            text,
            f"{text!r} lies more than 5 minutes after it was received ({received_at:%Y-%m-%d %H:%M} UTC)",
            "check the zone and the date format",
        )
    return at


def _amount(body: EventBody, program_currency: str, decimal: str) -> tuple[int | None, str | None]:
    if not body.amount:
        return None, None
    currency = body.currency or program_currency
    try:
        currencies.digits(currency)
    except currencies.UnknownCurrency as unknown:
        raise _schema("currency", currency, str(unknown), "correct the currency") from unknown
    if currency != program_currency:
        raise Rejected(
            Reason.CURRENCY_NO_RATE,
            f"the amount is in {currency}, the program in {program_currency}, and no rate is known",
            fix=f"send amounts in {program_currency}",
            column="currency",
            value=currency,
        )
    try:
        amount = money.parse_amount(body.amount, currency, decimal=decimal)
    except money.BadAmount as wrong:
        fix = "correct the amount, or `decimal` in the mapping"
        raise _schema("amount", body.amount, str(wrong), fix) from wrong
    if amount < 0:
        detail = f"{body.amount!r} is negative, and refunds are not recorded yet"
        raise _schema("amount", body.amount, detail, "keep the row until they are, or leave it out")
    return amount, currency


def _country(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise _schema(
            "country", text, f"{text!r} is not a country", "write two letters of ISO 3166, such as DE"
        )
    return text.upper()


def _visitor_type(text: str | None) -> str:
    if text and text not in VISITOR_TYPES:
        raise _schema(
            "visitor_type", text, f"{text!r} is not a visitor type", f"use {', '.join(VISITOR_TYPES)}"
        )
    return text or "unknown"


def _attributes(attributes: Mapping[str, str]) -> Mapping[str, str]:
    if len(attributes) > ATTRIBUTE_LIMIT:
        raise _schema(
            "attributes",
            str(len(attributes)),
            f"{len(attributes)} attributes",
            f"send at most {ATTRIBUTE_LIMIT}",
        )
    for name, text in attributes.items():
        _limit("attributes", name, TEXT_LIMIT)
        _limit(f"attributes.{name}", text, ATTRIBUTE_TEXT_LIMIT)
    return attributes


def _limit(name: str, text: str | None, limit: int) -> None:
    if text and len(text) > limit:
        raise _schema(name, text[:limit], f"`{name}` has {len(text)} characters", f"at most {limit} are kept")
    if text and "\0" in text:
        raise _schema(name, text, f"`{name}` holds a NUL character", "send text without it")


def _schema(column: str, value: str, detail: str, fix: str) -> Rejected:
    return Rejected(Reason.SCHEMA, detail, fix=fix, column=column, value=value)
