"""The catalogue of KPIs: typed, checked when it is read, and without a field that nobody knows. KPI-CATALOG.

An entry is the KPI: its measures, bases and units say what is computed, its dimensions what can be asked, its evidence
when an answer says anything. The rest describes it to whoever reads the answer. What an entry could not mean is refused
by `catalog_checks`.
"""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from tallystick.measurement.kpis.catalog_checks import complaints
from tallystick.measurement.kpis.kinds import Direction, Family, Kind, Segment, Source, Unit
from tallystick.measurement.kpis.measures import PATHS, RELATIONS, Measure
from tallystick.partners.programs.rules import Basis, Denominator

__all__ = [
    "BadCatalog",
    "Direction",
    "Family",
    "Kind",
    "Kpi",
    "Segment",
    "Source",
    "Unit",
    "catalog",
    "read_catalog",
]


class Converts(StrEnum):
    """Whose conversions count: those of the definition that is asked about, or those of the leads it comes from."""

    ASKED = "asked"
    LEADS = "leads"


class Spread(StrEnum):
    """What a derived value says of the parts that its numerator falls into."""

    CONCENTRATION = "concentration"
    """Herfindahl's index over partners, and the share of the largest 1, 5 and 10 of them."""


class Measures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands above the line and what below it: a count, a sum and a derived value have nothing below."""

    numerator: Measure
    denominator: Measure | None = None

    @property
    def all(self) -> tuple[Measure, ...]:
        """Both, or the one there is."""
        return (self.numerator, self.denominator) if self.denominator else (self.numerator,)


class MinEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Below this the answer is "not enough evidence": fewer units, or an interval wider on either side.

    max_half_width: in the KPI's unit. max_relative_half_width: as a part of the value, for what has no natural scale.
    """

    units: int
    max_half_width: float | None = None
    max_relative_half_width: float | None = None


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a value, in the KPI's unit, fails, deserves a warning, or is as wished. Described; nothing is triggered."""

    fail: float
    warn: float
    target: float


class Kpi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One KPI: what it asks, what it is made of, who owns it, and when it says anything at all.

    bases: how it may be counted. units: what `units` may stand for; with one there is no choice. whole_outcomes: each
    row below the line is either one of those above it or not, so that whoever has one only is counted by Wilson.
    """

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
    measures: Measures
    min_evidence: MinEvidence
    thresholds: Thresholds | None = None
    bases: tuple[Basis, ...] = (Basis.PERIOD,)
    units: tuple[Denominator, ...] = ()
    converts: Converts = Converts.ASKED
    spread: Spread | None = None
    whole_outcomes: bool = False

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Whose rows can be asked for: everybody's where they do not say whose; partners' where these are compared."""
        if self.spread is not None:
            return (Segment.PARTNER,)
        columns = RELATIONS[self.measures.numerator.fact].columns
        return tuple(Segment) if "partner_id" in columns else (Segment.ALL,)

    @property
    def asks_definition(self) -> bool:
        """Whether its figures are of one conversion definition, so that a changed definition splits the answer."""
        facts = {measure.fact for measure in self.measures.all}
        defined = any("definition_id" in RELATIONS[fact].columns for fact in facts)
        return defined or Denominator.LEADS in self.units

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of one currency."""
        return self.unit is Unit.AMOUNT_MINOR or self.measures.numerator.value == "value_minor"

    @property
    def only_conversions(self) -> bool:
        """Whether all its rows are parts of conversions: then the customer is who is independent of others."""
        facts = {measure.fact for measure in self.measures.all}
        return facts <= {PATHS, "conversions"}


class BadCatalog(ValueError):
    """An entry that cannot be meant; the message names the entry and the field."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kpi: tuple[Kpi, ...]


def read_catalog(text: str) -> dict[str, Kpi]:
    """Read catalogue TOML.

    Returns the entries by key. Raises BadCatalog for an unknown field or value, a key given twice, a measure of
    columns that are not there or with a filter that is no simple condition, a ratio without numerator or denominator,
    a dimension that a measure's rows do not have, and evidence or thresholds that make no sense.
    """
    try:
        entries = msgspec.convert(tomllib.loads(text), _File).kpi
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as wrong:
        raise BadCatalog(str(wrong)) from wrong
    catalog = {entry.key: entry for entry in entries}
    if len(catalog) < len(entries):
        raise BadCatalog("two entries have the same key")
    for entry in entries:
        for complaint in complaints(entry):
            raise BadCatalog(f"{entry.key}: {complaint}")
    return catalog


@cache
def catalog() -> dict[str, Kpi]:
    """The catalogue that comes with Tallystick, by key."""
    folder = resources.files("tallystick.measurement.kpis")
    return read_catalog(folder.joinpath("catalog.toml").read_text("utf-8"))
