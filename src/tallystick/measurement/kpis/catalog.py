"""The catalogue of KPIs: typed, checked when it is read, and without a field that nobody knows. KPI-CATALOG.

It says what can be asked, by which dimensions, and how much evidence an answer takes; the rest of an entry describes
the KPI to whoever reads the answer. How it is computed stands in `compile` and `units`.
"""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec


class Family(StrEnum):
    """Which side of a partnership a KPI looks at."""

    PERFORMANCE = "performance"
    QUALITY = "quality"
    TRUST = "trust"
    OPERATIONAL = "operational"


class Kind(StrEnum):
    """How a value comes of its measures."""

    SIMPLE = "simple"
    RATIO = "ratio"
    DERIVED = "derived"
    DURATION = "duration"
    TRAILING = "trailing"


class Unit(StrEnum):
    """What a value is counted in."""

    PROPORTION = "proportion"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    AMOUNT_MINOR = "amount_minor"


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEUTRAL = "neutral"


class Source(StrEnum):
    """Where the truth of a figure is kept."""

    TRACKING = "tracking"
    CRM = "crm"
    BILLING = "billing"
    SUPPORT = "support"
    SURVEY = "survey"
    GOVERNANCE = "governance"
    OPERATIONS = "operations"


class Aggregate(StrEnum):
    """How rows of a fact become one number."""

    COUNT = "count"
    COUNT_CONVERTED = "count_converted"


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An aggregate of one fact table, over the rows that pass the filter: what the compiled SQL computes, in words.

    Changing it changes no figure: tests/engines refuses an entry that says something else than the SQL.
    """

    aggregate: Aggregate
    fact: str
    filter: str = ""


class MinEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Below this the answer is "not enough evidence": fewer units, or an interval wider on either side."""

    units: int
    max_half_width: float


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a value, in the KPI's unit, fails, deserves a warning, or is as wished. Described; nothing is triggered."""

    fail: float
    warn: float
    target: float


class Kpi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One KPI: what it asks, what it is made of, who owns it, and when it says anything at all."""

    key: str
    question: str
    family: Family
    kind: Kind
    unit: Unit
    direction: Direction
    source_of_record: Source
    owner_role: str
    cadence: str
    version: int
    effective_from: date
    dimensions: tuple[str, ...]
    measures: dict[str, Measure]
    min_evidence: MinEvidence
    thresholds: Thresholds


class BadCatalog(ValueError):
    """An entry that cannot be meant; the message names the entry and the field."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kpi: tuple[Kpi, ...]


def read_catalog(text: str, *, dimensions: frozenset[str], facts: frozenset[str]) -> dict[str, Kpi]:
    """Read catalogue TOML. `dimensions`, `facts`: the names that exist.

    Returns the entries by key. Raises BadCatalog for an unknown field or value, a key given twice, a ratio without
    numerator or denominator, a dimension or fact that is not there, and evidence or thresholds that make no sense.
    """
    try:
        entries = msgspec.convert(tomllib.loads(text), _File).kpi
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as wrong:
        raise BadCatalog(str(wrong)) from wrong
    catalog = {entry.key: entry for entry in entries}
    if len(catalog) < len(entries):
        raise BadCatalog("two entries have the same key")
    for entry in entries:
        for complaint in _complaints(entry, dimensions, facts):
            raise BadCatalog(f"{entry.key}: {complaint}")
    return catalog


@cache
def catalog() -> dict[str, Kpi]:
    """The catalogue that comes with Tallystick, by key."""
    from tallystick.kit.facts import TABLES
    from tallystick.measurement.kpis.dimensions import DIMENSIONS

    text = resources.files("tallystick.measurement.kpis").joinpath("catalog.toml").read_text("utf-8")
    return read_catalog(
        text, dimensions=frozenset(DIMENSIONS), facts=frozenset(table.name for table in TABLES)
    )


def _complaints(entry: Kpi, dimensions: frozenset[str], facts: frozenset[str]) -> list[str]:
    found = [
        f"`dimensions` names {name!r}, which is not one"
        for name in entry.dimensions
        if name not in dimensions
    ]
    found += [
        f"`measures.{name}.fact` is {measure.fact!r}; fact tables: {', '.join(sorted(facts))}"
        for name, measure in entry.measures.items()
        if measure.fact not in facts
    ]
    if entry.kind is Kind.RATIO and set(entry.measures) != {"numerator", "denominator"}:
        found.append("a ratio has exactly the measures `numerator` and `denominator`")
    if entry.min_evidence.units < 1 or not entry.min_evidence.max_half_width > 0:
        found.append("`min_evidence` needs at least one unit and a half width above 0")
    lines = (entry.thresholds.fail, entry.thresholds.warn, entry.thresholds.target)
    if entry.direction is Direction.HIGHER and list(lines) != sorted(lines):
        found.append("`thresholds` must rise from fail over warn to target: higher is better")
    if entry.direction is Direction.LOWER and list(lines) != sorted(lines, reverse=True):
        found.append("`thresholds` must fall from fail over warn to target: lower is better")
    if entry.unit is Unit.PROPORTION and not all(0 <= line <= 1 for line in lines):
        found.append("`thresholds` of a proportion lie between 0 and 1")
    return found
