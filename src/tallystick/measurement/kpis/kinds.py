"""The words that an entry of the catalogue is written in. Pure."""

from __future__ import annotations

from enum import StrEnum


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


class Segment(StrEnum):
    """Whose units: those that partners sent, those of house channels (the baseline), or all there are. KPI-SEGMENT."""

    PARTNER = "partner"
    HOUSE = "house"
    ALL = "all"
