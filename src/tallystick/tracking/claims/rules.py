"""Checking what a receipt claims: whose program, which instant, how much. Pure; what is wrong is a `Rejected`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tallystick.kit import currencies, money
from tallystick.partners.partnerships.rules import ProgramFacts
from tallystick.tracking.inbox.rules import Reason

AHEAD_LIMIT: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Rejected(ValueError):
    """A receipt that cannot be what it claims. Carries what quarantine shows: reason, place, value, and what to do.

    program, unknown: the program's key, and what kind of name `value` is, where nobody knows it.
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
    currency = currency or program.currency
    try:
        currencies.digits(currency)
    except currencies.UnknownCurrency as unknown:
        raise schema("currency", currency, str(unknown), "correct the currency") from unknown
    if currency != program.currency:
        raise Rejected(
            Reason.CURRENCY_NO_RATE,
            f"the amount is in {currency}, the program in {program.currency}, and no rate is known",
            fix=f"send amounts in {program.currency}",
            column="currency",
            value=currency,
        )
    try:
        return money.parse_amount(text, currency, decimal=decimal), currency
    except money.BadAmount as wrong:
        fix = "correct the amount, or `decimal` in the mapping"
        raise schema(column, text, str(wrong), fix) from wrong


def bounded(name: str, text: str | None, limit: int) -> None:
    """Refuse a text that is too long or holds a NUL."""
    if text and len(text) > limit:
        raise schema(name, text[:limit], f"`{name}` has {len(text)} characters", f"at most {limit} are kept")
    if text and "\0" in text:
        raise schema(name, text, f"`{name}` holds a NUL character", "send text without it")


def schema(column: str, value: str, detail: str, fix: str) -> Rejected:
    """Something about one field that cannot be."""
    return Rejected(Reason.SCHEMA, detail, fix=fix, column=column, value=value)
