"""By what a rate can be broken down: each dimension is one SQL expression over a touchpoint or a moment.

Every expression gives a text and never NULL: what is not there is the row "none" (no such thing)
or "unknown" (there is one, but it was not seen). Identifier: KPI-DIMENSIONS.
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
CUSTOMER_TYPES: Final = ("new", "returning", "unknown")

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
    """A breakdown. `sql`: expression over the row `{row}` (a touchpoint's columns) and the instant `{at}`."""

    name: str
    label: str
    about: About
    sql: str
    is_id: bool = False


def _id(name: str, label: str, column: str) -> Dimension:
    return Dimension(name, label, About.SOURCE, f"COALESCE(ID_TEXT({{row}}.{column}), '{NONE}')", is_id=True)


def _text(name: str, label: str, about: About, missing: str) -> Dimension:
    return Dimension(name, label, about, f"COALESCE(NULLIF({{row}}.{name}, ''), '{missing}')")


def _time(name: str, label: str) -> Dimension:
    return Dimension(name, label, About.TIME, f"LOCAL_{name.upper()}({{at}}, $zone)")


_ALL: Final = (
    Dimension("program", "Program", About.UNIT, "ID_TEXT($program)", is_id=True),
    _id("partner", "Partner", "partner_id"),
    _text("partner_kind", "Partner kind", About.SOURCE, NONE),
    _id("placement", "Placement", "placement_id"),
    _text("placement_type", "Placement type", About.SOURCE, NONE),
    _id("link", "Link", "link_id"),
    _id("code", "Code", "code_id"),
    _text("device", "Device", About.UNIT, UNKNOWN),
    _text("country", "Country", About.UNIT, UNKNOWN),
    _text("visitor_type", "New or returning visitor", About.UNIT, UNKNOWN),
    Dimension(
        "customer_type",
        "Conversions by new or returning customers, each over all units",
        About.OUTCOME,
        f"CASE WHEN {{row}}.customer_type IN ('new', 'returning') THEN {{row}}.customer_type ELSE '{UNKNOWN}' END",
    ),
    _time("day", "Day"),
    _time("week", "Week (ISO)"),
    _time("month", "Month"),
    Dimension(
        "source",
        "Partner or house channel",
        About.SOURCE,
        f"COALESCE(ID_TEXT({{row}}.partner_id), ID_TEXT({{row}}.channel_id), '{NONE}')",
        is_id=True,
    ),
)

DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType({entry.name: entry for entry in _ALL})


def expression(name: str, *, row: str, at: str) -> str:
    """The SQL text of a dimension over a row's alias and an instant's column."""
    return DIMENSIONS[name].sql.format(row=row, at=at)


def as_text(value: Key) -> str:
    """A value as the SQL sees it: ids as 32 hexadecimal digits."""
    return value.hex if isinstance(value, UUID) else value


def as_key(name: str, text: str) -> Key:
    """A value as people get it: the reverse of `as_text`."""
    return UUID(hex=text) if DIMENSIONS[name].is_id and text != NONE else text


def without_source(where: Iterable[tuple[str, Key]]) -> tuple[tuple[str, Key], ...]:
    """The filters that also mean something for units which no partner sent."""
    return tuple((name, value) for name, value in where if DIMENSIONS[name].about is not About.SOURCE)
