"""What an entry of the catalogue could not mean. Pure. Identifier: KPI-CATALOG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.kinds import Direction, Kind, Unit
from tallystick.measurement.kpis.measures import PATHS, RELATIONS, UNITS, Aggregate, BadFilter, check_measure
from tallystick.partners.programs.rules import Basis

if TYPE_CHECKING:
    from tallystick.measurement.kpis.catalog import Kpi


def complaints(entry: Kpi) -> Iterator[str]:
    """Everything about an entry that cannot be meant, the first reasons first."""
    yield from _of_measures(entry)
    yield from _of_shape(entry)
    yield from _of_dimensions(entry)
    yield from _of_evidence(entry)
    yield from _of_thresholds(entry)


def _of_measures(entry: Kpi) -> Iterator[str]:
    for measure in entry.measures.all:
        if measure.fact not in RELATIONS:
            yield f"`fact` is {measure.fact!r}; there are: {', '.join(sorted(RELATIONS))}"
            continue
        try:
            check_measure(measure)
        except BadFilter as wrong:
            yield str(wrong)


def _of_shape(entry: Kpi) -> Iterator[str]:
    above, below = entry.measures.numerator, entry.measures.denominator
    if entry.kind not in (Kind.SIMPLE, Kind.RATIO, Kind.DERIVED):
        yield f"`kind` is {entry.kind}, which nothing computes yet"
    if (entry.kind is Kind.RATIO) != (below is not None):
        yield "a ratio has the measures `numerator` and `denominator`, all else the numerator only"
    if (entry.kind is Kind.DERIVED) != (entry.spread is not None):
        yield "a derived KPI says by `spread` how it comes of its numerator, and nothing else does"
    if bool(entry.units) != (below is not None and below.fact == UNITS):
        yield "`units` say what the fact `units` stands for, and go with it"
    if not entry.bases:
        yield "`bases` names none"
    if Basis.COHORT in entry.bases and (above.aggregate is not Aggregate.COUNT_CONVERTED or not entry.units):
        yield "the cohort basis follows `units`, and counts those that converted (count_converted)"
    if above.fact == UNITS or (below and below.aggregate is Aggregate.COUNT_DISTINCT):
        yield "units and different values are not counted on that side of the line"
    if entry.whole_outcomes and {each.aggregate for each in entry.measures.all} != {Aggregate.COUNT}:
        yield "`whole_outcomes` are counted above the line and below it"
    if above.aggregate is Aggregate.COUNT_DISTINCT and entry.kind is not Kind.SIMPLE:
        yield "different values do not add up over people: they are counted alone"


def _of_dimensions(entry: Kpi) -> Iterator[str]:
    for name in entry.dimensions:
        if name not in DIMENSIONS:
            yield f"`dimensions` names {name!r}, which is not one"
            continue
        wanted = DIMENSIONS[name]
        for measure in entry.measures.all:
            if measure.fact not in RELATIONS or (wanted.about is About.OUTCOME and measure.fact != PATHS):
                continue
            if not wanted.columns <= RELATIONS[measure.fact].columns.keys():
                yield f"`dimensions` names {name!r}, which {measure.fact} do not tell apart"
        if wanted.about is About.OUTCOME and PATHS not in {each.fact for each in entry.measures.all}:
            yield f"`dimensions` names {name!r}, which only conversions have"


def _of_evidence(entry: Kpi) -> Iterator[str]:
    evidence = entry.min_evidence
    widths = (evidence.max_half_width, evidence.max_relative_half_width)
    if evidence.units < 1 or any(width is not None and not width > 0 for width in widths):
        yield "`min_evidence` needs at least one unit, and half widths above 0"


def _of_thresholds(entry: Kpi) -> Iterator[str]:
    if entry.thresholds is None:
        return
    lines = [entry.thresholds.fail, entry.thresholds.warn, entry.thresholds.target]
    if entry.direction is Direction.HIGHER and lines != sorted(lines):
        yield "`thresholds` must rise from fail over warn to target: higher is better"
    if entry.direction is Direction.LOWER and lines != sorted(lines, reverse=True):
        yield "`thresholds` must fall from fail over warn to target: lower is better"
    if entry.unit is Unit.PROPORTION and not all(0 <= line <= 1 for line in lines):
        yield "`thresholds` of a proportion lie between 0 and 1"
