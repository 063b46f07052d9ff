"""By what a KPI can be broken down: each dimension is one SQL expression over a row of facts or a moment.

No expression gives NULL: what is not there is the row "none" (no such thing) or "unknown" (there is one, but it was
not seen). Rows are grouped by the raw value, ids as bytes, and only the answer's few rows are turned into texts.
Identifier: KPI-DIMENSIONS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

NONE: Final = "none"
UNKNOWN: Final = "unknown"
NONE_WRITTEN: Final = "(none)"
"""The row of those that have none, where the values are free texts that may say `none` themselves."""
OTHER: Final = "(other)"
"""The keys of the one row of everything beyond the rows that were asked for. KPI-TOP."""
CUSTOMER_TYPES: Final = ("new", "returning", "unknown")
TOUCH_AGES: Final = ("under_1_hour", "under_1_day", "under_7_days", "under_30_days", "over_30_days")

NOBODY: Final = bytes(16)
"""The raw value of an id that is not there: never NULL, so that keys compare by `=`."""

Key = UUID | str
"""One value of a dimension: an id, or a text such as `mobile`, `2026-W07`, `none`."""


class About(StrEnum):
    """What a dimension tells apart, and so where a filter by it makes sense."""

    SOURCE = "source"
    """Through whom a unit came: means nothing for the house baseline, which is therefore not filtered by it."""
    UNIT = "unit"
    """What a unit is like, whoever sent it."""
    TIME = "time"
    """When: the unit on the cohort basis, unit or conversion on the period basis; days of the program's zone."""
    OUTCOME = "outcome"
    """What the conversion was like: splits the conversions only, over the same units."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A breakdown.

    sql: the raw value over the row `{row}` and the instant `{at}`. columns: what the row must have for it. is_id: raw
    values are ids as bytes, NOBODY where there is none. values: all there can be, where these are few and known.
    """

    name: str
    label: str
    about: About
    sql: str
    columns: frozenset[str] = frozenset()
    is_id: bool = False
    missing: str = NONE
    values: tuple[str, ...] = ()


def _id(name: str, label: str, *columns: str, about: About = About.SOURCE) -> Dimension:
    found = ", ".join(f"{{row}}.{column}" for column in columns)
    return Dimension(name, label, about, f"COALESCE({found}, $nobody)", frozenset(columns), is_id=True)


def _text(name: str, label: str, about: About, missing: str) -> Dimension:
    sql = f"COALESCE(NULLIF({{row}}.{name}, ''), '{missing}')"
    return Dimension(name, label, about, sql, frozenset({name}), missing=missing)


def _time(name: str, label: str) -> Dimension:
    return Dimension(name, label, About.TIME, f"LOCAL_{name.upper()}({{at}})")


_HOUR: Final = 3_600_000_000
_AGE: Final = "MICROS({row}.converted_at) - MICROS({row}.touched_at)"
_TOUCH_AGE: Final = (
    f"CASE WHEN {_AGE} < {_HOUR} THEN 'under_1_hour' WHEN {_AGE} < {24 * _HOUR} THEN 'under_1_day' "
    f"WHEN {_AGE} < {7 * 24 * _HOUR} THEN 'under_7_days' WHEN {_AGE} < {30 * 24 * _HOUR} THEN 'under_30_days' "
    "ELSE 'over_30_days' END"
)

_ALL: Final = (
    Dimension("program", "Program", About.UNIT, "{row}.program_id", frozenset({"program_id"}), is_id=True),
    _id("partner", "Partner", "partner_id"),
    _text("partner_kind", "Partner kind", About.SOURCE, NONE),
    _id("placement", "Placement", "placement_id"),
    _text("placement_type", "Placement type", About.SOURCE, NONE),
    _id("link", "Link", "link_id"),
    _id("code", "Code", "code_id"),
    _id("campaign", "Campaign", "campaign_id"),
    _text("device", "Device", About.UNIT, UNKNOWN),
    _text("browser", "Browser", About.UNIT, UNKNOWN),
    _text("country", "Country", About.UNIT, UNKNOWN),
    _text("visitor_type", "New or returning visitor", About.UNIT, UNKNOWN),
    _text("landing_page", "Landing page", About.UNIT, NONE_WRITTEN),
    _text("sub_id", "Sub-id", About.SOURCE, NONE_WRITTEN),
    Dimension(
        "customer_type",
        "Conversions by new or returning customers, each over all units",
        About.OUTCOME,
        f"CASE WHEN {{row}}.customer_type IN ('new', 'returning') THEN {{row}}.customer_type ELSE '{UNKNOWN}' END",
        frozenset({"customer_type"}),
        values=CUSTOMER_TYPES,
    ),
    Dimension(
        "time_since_touch",
        "Conversions by the time since the touchpoint, each over all units",
        About.OUTCOME,
        _TOUCH_AGE,
        frozenset({"converted_at", "touched_at"}),
        values=TOUCH_AGES,
    ),
    _time("day", "Day"),
    _time("week", "Week (ISO)"),
    _time("month", "Month"),
    _time("quarter", "Quarter"),
    _id("source", "Partner or house channel", "partner_id", "channel_id"),
)

DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType({entry.name: entry for entry in _ALL})


def expression(name: str, *, row: str, at: str) -> str:
    """The SQL text of a dimension's raw value over a row's alias and an instant's column."""
    return DIMENSIONS[name].sql.format(row=row, at=at)


def text_of(name: str, raw: str) -> str:
    """The SQL text that turns a raw value into what `as_key` reads: ids as 32 hexadecimal digits."""
    if not DIMENSIONS[name].is_id:
        return raw
    return f"CASE WHEN {raw} = $nobody THEN '{NONE}' ELSE ID_TEXT({raw}) END"


def as_raw(name: str, value: Key) -> bytes | str:
    """A value as rows are compared with it."""
    if isinstance(value, UUID):
        return value.bytes
    if DIMENSIONS[name].is_id:
        return NOBODY if value == NONE else b""
    return value


def as_text(value: Key) -> str:
    """A value as the answer's rows hold it: ids as 32 hexadecimal digits."""
    return value.hex if isinstance(value, UUID) else value


def as_key(name: str, text: str) -> Key:
    """A value as people get it: the reverse of `as_text`."""
    return UUID(hex=text) if DIMENSIONS[name].is_id and text != NONE else text


def without_source(where: Iterable[tuple[str, Key]]) -> tuple[tuple[str, Key], ...]:
    """The filters that also mean something for units which no partner sent."""
    return tuple((name, value) for name, value in where if DIMENSIONS[name].about is not About.SOURCE)
