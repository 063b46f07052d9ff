"""Checking what a receipt claims: whose program, which instant, how much. Pure; what is wrong is a `Rejected`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tallystick.kit import currencies
from tallystick.partners.partnerships.rules import Origin, ProgramFacts, UnknownOrigin, find_origin
from tallystick.tracking.claims.amounts import BadAmount, amount_in
from tallystick.tracking.inbox.rules import Reason

AHEAD_LIMIT: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
NAME_LIMIT: Final = 300
"""A longer name of a partner, placement, link, code or channel could not be remembered with a choice about it."""


class Rejected(ValueError):
    """A receipt that cannot be what it claims. Carries what quarantine shows: reason, place, value, and what to do.

    program, unknown: the program's key, and what kind of name `value` is, where nobody knows it. order: the order it
    is about, as far as that could be read. row: of a body with several rows (or lines), the index of the wrong one.
    """

    def __init__(self, reason: Reason, detail: str, *, fix: str, column: str = "", value: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.fix = fix
        self.column = column
        self.value = value
        self.program = ""
        self.unknown = ""
        self.order = ""
        self.row: int | None = None


def program_named(key: str | None, programs: Mapping[str, ProgramFacts]) -> ProgramFacts:
    """The program with a key, or the only one there is. Raises Rejected (unknown_program)."""
    if key is None and len(programs) == 1:
        return next(iter(programs.values()))
    if key is None or key not in programs:
        raise Rejected(
            Reason.UNKNOWN_PROGRAM,
            f"there is no program {key!r}" if key else "the event names no program",
            fix=f"name one of {', '.join(sorted(programs)) or 'the programs made by init'}",
            column="program",
            value=key or "",
        )
    return programs[key]


def instant(text: str, received_at: datetime, *, column: str = "occurred_at") -> datetime:
    """A claimed instant in UTC: ISO 8601 with an offset, from 1970 to five minutes after it was received."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise schema(
            column,
            text,
            f"{text!r} is not a time",
            "write ISO 8601 with an offset: 2026-11-20T14:05:00+01:00",
        ) from None
    if at.tzinfo is None:
        raise schema(column, text, f"{text!r} has no time zone", "add the offset, such as +01:00 or Z")
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = EARLIEST - timedelta.resolution
    if at < EARLIEST:
        raise schema(column, text, f"{text!r} lies before 1970", "check the date format")
    if at > received_at + AHEAD_LIMIT:
        raise schema(
            column,
            text,
            f"{text!r} lies more than 5 minutes after it was received ({received_at:%Y-%m-%d %H:%M} UTC)",
            "check the zone and the date format",
        )
    return at


def currency_claimed(currency: str | None, *, program: ProgramFacts) -> str:
    """The currency of a claimed amount; None is the program's.

    Raises Rejected: schema for what is no currency, currency_no_rate for another one than the program's.
    """
    currency = (currency or program.currency).upper()  # Stripe and those who build on it write `usd`
    if currency == program.currency:
        return currency
    try:
        currencies.digits(currency)
    except currencies.UnknownCurrency as unknown:
        raise schema("currency", currency, str(unknown), "correct the currency") from unknown
    raise Rejected(
        Reason.CURRENCY_NO_RATE,
        f"the amount is in {currency}, the program in {program.currency}, and no rate is known",
        fix=f"send amounts in {program.currency}",
        column="currency",
        value=currency,
    )


def money_claimed(
    text: str | None,
    currency: str | None,
    *,
    program: ProgramFacts,
    decimal: str = ".",
    column: str = "amount",
) -> tuple[int | None, str | None]:
    """A claimed amount as minor units with its currency, of either sign; (None, None) for no text.

    currency: None is the program's. decimal: the mark between units and minor units.
    Raises Rejected: schema for what is no exact amount or no currency, currency_no_rate for another one's money.
    """
    if not text:
        return None, None
    currency = currency_claimed(currency, program=program)
    try:
        return amount_in(text, currency, decimal=decimal), currency
    except BadAmount as wrong:
        fix = "correct the amount, or `decimal` in the mapping"
        raise schema(column, text, str(wrong), fix) from wrong


def origin_claimed(
    program: ProgramFacts,
    *,
    partner: str | None = None,
    placement: str | None = None,
    link: str | None = None,
    code: str | None = None,
    channel: str | None = None,
) -> Origin:
    """Whose it is by the names that are claimed, the most particular one: code, link, placement, partner, channel.

    A name that nobody has is looked up among the choices that people made; an empty Origin where a choice says that it
    counts for nothing, or where no name is given. Raises Rejected (unknown_partner) with the program's key and what
    kind of name `value` is. Codes are chosen for in upper case, as they are looked up.
    """
    try:
        return find_origin(
            program.directory, partner=partner, placement=placement, link=link, code=code, channel=channel
        )
    except UnknownOrigin as unknown:
        name = unknown.value.strip().upper() if unknown.role == "code" else unknown.value
        if (unknown.role, name) in program.choices:
            return program.choices[unknown.role, name] or Origin()
        bounded(unknown.role, name, NAME_LIMIT)
        rejected = Rejected(
            Reason.UNKNOWN_PARTNER,
            str(unknown.args[0]),
            fix="say who that is: on the page of unknown names, or by opening it; then replay",
            column=unknown.role,
            value=name,
        )
        rejected.program, rejected.unknown = program.key, unknown.role
        raise rejected from unknown


def bounded(name: str, text: str | None, limit: int, *, row: int | None = None) -> None:
    """Refuse a text that is too long or holds a NUL. row: as in `Rejected`."""
    if text and len(text) > limit:
        detail = f"`{name}` has {len(text)} characters"
        raise schema(name, text[:limit], detail, f"at most {limit} are kept", row=row)
    if text and "\0" in text:
        raise schema(name, text, f"`{name}` holds a NUL character", "send text without it", row=row)


def schema(column: str, value: str, detail: str, fix: str, *, row: int | None = None) -> Rejected:
    """Something about one field that cannot be. row: as in `Rejected`."""
    rejected = Rejected(Reason.SCHEMA, detail, fix=fix, column=column, value=value)
    rejected.row = row
    return rejected
