"""What may be a key, and what a conversion means: the content of one definition version, checked and frozen.

Pure. The database keeps it as JSON; everything that counts, credits or divides reads it through here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tallystick.kit import clock, kinds
from tallystick.kit.errors import Exit, Foreseen

KEY: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_]{0,59}")
"""What a key looks like: it stands in addresses, files and receipts, and never changes."""

RESERVED_KEYS: Final = frozenset(
    {"account", "api", "files", "installation", "join", "mail", "portal", "static", "switch"}
)
"""First parts of addresses that are no brand's, so no brand may be called so. A test holds them to the addresses."""


def is_key(text: str) -> bool:
    """Whether a text may be a key: 1 to 60 letters a–z, digits, hyphens, underscores, a letter or digit first."""
    return KEY.fullmatch(text) is not None


def is_reserved(key: str) -> bool:
    """Whether a key is the first part of an address of ours, in any letter case."""
    return key.lower() in RESERVED_KEYS


def why_not_address(text: str) -> str:
    """What is wrong with a web address, in words; empty for one that a visitor can be sent to.

    It is http or https, names a host, and holds no user name or password: a link is shown to everybody.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it cannot be read"
    if parts.scheme not in ("http", "https"):
        return "it does not begin with https:// or http://"
    if not host:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or a password"
    if any(not letter.isprintable() or letter.isspace() or letter in '<>"\\^`{|}' for letter in text):
        return "it holds a character that no address has"
    return ""


class Denominator(StrEnum):
    """What a rate divides by: each is a kind of unit that may or may not convert."""

    CLICKS = "clicks"
    SESSIONS = "sessions"
    LEADS = "leads"
    EXPOSURES = "exposures"


class Basis(StrEnum):
    """How a rate counts. Cohort: units that converted / units. Period: conversions / units (may exceed 1)."""

    COHORT = "cohort"
    PERIOD = "period"


class Scale(StrEnum):
    """Macro: an outcome the brand lives from. Micro: a step on the way."""

    MACRO = "macro"
    MICRO = "micro"


class DedupeKey(StrEnum):
    """What makes two pieces of evidence the same conversion."""

    ORDER = "order"
    CUSTOMER = "customer"
    EVENT = "event"


class CreditBy(StrEnum):
    """Where credit comes from: the path of this conversion, or the customer's binding (renewals)."""

    PATH = "path"
    BINDING = "binding"


class Meaning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a conversion definition.

    events: kinds of event that are evidence. where: attribute → value that the event must carry.
    windows: touchpoint kind → days a touchpoint of it may lie before the conversion; a kind that is not named
    earns no credit. house_channels_compete: whether house channels take credit or stand aside. sources: sources of
    evidence from the most to the least trusted; others rank below. binds: a credited conversion ties the
    customer to its partners for binding_days (None: for life), until break_after_days without a conversion.
    leads_from: the key of the definition whose conversions are the units of the denominator `leads`.
    """

    events: tuple[str, ...] = ("purchase",)
    where: dict[str, str] = msgspec.field(default_factory=dict)
    scale: Scale = Scale.MACRO
    denominator: Denominator = Denominator.SESSIONS
    alternates: tuple[Denominator, ...] = (Denominator.CLICKS,)
    leads_from: str | None = None
    basis: Basis = Basis.COHORT
    windows: dict[str, int] = msgspec.field(default_factory=lambda: {"click": 30, "code_use": 30})
    model: str = "last_touch"
    half_life_days: int = 7
    house_channels_compete: bool = True
    dedupe: DedupeKey = DedupeKey.ORDER
    sources: tuple[str, ...] = ()
    credit_by: CreditBy = CreditBy.PATH
    binds: bool = False
    binding_days: int | None = None
    break_after_days: int | None = None
    owner: str = ""
    source_of_record: str = "tracking"
    cadence: str = "daily"

    @property
    def longest_window_days(self) -> int:
        """The age beyond which no touchpoint of any kind can earn credit."""
        return max(self.windows.values(), default=0)


class BadDefinition(Foreseen, ValueError):
    """A definition that cannot be meant; the message says which field and what to write instead."""

    exit = Exit.USAGE


MAX_WINDOW_DAYS = 730
MAX_BINDING_DAYS = 36_500


def read_meaning(fields: Mapping[str, Any], *, models: Sequence[str]) -> Meaning:
    """Check the fields of a definition version and freeze them. models: the attribution models that exist.

    Whatever passes can be computed with: a version never changes, so a wrong one could not be mended.
    Raises BadDefinition; an unknown field is refused, never ignored.
    """
    try:
        meaning = msgspec.convert(dict(fields), Meaning)
    except msgspec.ValidationError as wrong:
        raise BadDefinition(str(wrong)) from wrong
    _check_events(meaning)
    if meaning.model not in models:
        raise BadDefinition(
            "`model` is %(model)r; known models: %(models)s", model=meaning.model, models=", ".join(models)
        )
    for kind, days in meaning.windows.items():
        if kind not in kinds.TOUCHPOINTS:
            raise BadDefinition(
                "`windows` names %(kind)r; touchpoint kinds: %(touchpoints)s",
                kind=kind,
                touchpoints=", ".join(kinds.TOUCHPOINTS),
            )
        _check_days(f"windows.{kind}", days, MAX_WINDOW_DAYS)
    _check_days("half_life_days", meaning.half_life_days, MAX_WINDOW_DAYS)
    _check_days("binding_days", meaning.binding_days, MAX_BINDING_DAYS)
    _check_days("break_after_days", meaning.break_after_days, MAX_BINDING_DAYS)
    wants_leads = Denominator.LEADS in (meaning.denominator, *meaning.alternates)
    if wants_leads and not meaning.leads_from:
        raise BadDefinition("the denominator `leads` needs `leads_from`: the key of the definition of a lead")
    return meaning


def _check_events(meaning: Meaning) -> None:
    if not meaning.events:
        raise BadDefinition("`events` is empty: name the kinds of event that are this conversion")
    for kind in meaning.events:
        if kind not in kinds.OUTCOMES:
            raise BadDefinition(
                "`events` names %(kind)r; kinds of outcome: %(outcomes)s",
                kind=kind,
                outcomes=", ".join(kinds.OUTCOMES),
            )


def _check_days(name: str, days: int | None, most: int) -> None:
    if days is not None and not 1 <= days <= most:
        raise BadDefinition(
            "`%(name)s` is %(days)s days; it must be 1 to %(most)s", name=name, days=days, most=f"{most:,}"
        )


def plain(meaning: Meaning) -> dict[str, Any]:
    """The meaning as JSON values, every field present, in a fixed order: equal meanings give equal JSON."""
    as_json: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(meaning, order="sorted"))
    return as_json


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a meaning that two versions say differently. before, after: JSON values, as `plain` gives them."""

    field: str
    before: Any
    after: Any


def differences(old: Meaning | None, new: Meaning) -> list[Difference]:
    """What a new meaning says differently, field by field, in the order of `Meaning`.

    old: None for a first version, of which every field is new. Windows and `where` differ as a whole: a window that is
    left out is as much a change as one that is longer.
    """
    before, after = plain(old) if old else {}, plain(new)
    return [
        Difference(name, before.get(name), after[name])
        for name in Meaning.__struct_fields__
        if old is None or before[name] != after[name]
    ]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a definition as others use it: what it means and from which day, in which zone."""

    definition_id: UUID
    definition_key: str
    definition_name: str
    program_id: UUID
    zone: ZoneInfo
    version: int
    effective_on: date
    primary: bool
    meaning: Meaning


def version_at(versions: Sequence[Version], at: datetime) -> Version | None:
    """The version in force at an instant, by the calendar day in the program's zone; None before the first.

    Guarantee: depends on the instant alone, so that a late event is judged by the version of its own day.
    """
    in_force = [v for v in versions if v.effective_on <= clock.day_of(at, v.zone)]
    return max(in_force, key=lambda v: v.effective_on, default=None)


def primaries_by_day(versions: Sequence[Version]) -> list[tuple[date, list[str]]]:
    """For each day on which something changes: the keys of the definitions that are primary from then on."""
    days = sorted({v.effective_on for v in versions})
    found = []
    for day in days:
        newest = {
            v.definition_id: v
            for v in sorted(versions, key=lambda v: v.effective_on)
            if v.effective_on <= day
        }
        found.append((day, sorted(v.definition_key for v in newest.values() if v.primary)))
    return found
