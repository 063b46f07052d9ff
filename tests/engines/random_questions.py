"""Questions made by chance, of whatever a KPI's entry allows."""

import random
from datetime import date, timedelta
from typing import Any

from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cuts import Segment
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis
from tests.engines.world import CHANNELS, PARTNERS, World


def a_random_question(chance: random.Random, kpi: str, world: World) -> dict[str, Any]:
    """The fields of a question about a KPI, for `Compared.agree`."""
    entry = catalog()[kpi]
    basis = chance.choice(entry.bases)
    on = world.as_of.date() - timedelta(days=chance.randint(2, 6))
    return {
        "kpi": kpi,
        "basis": basis,
        "denominator": chance.choice(entry.units) if entry.units else None,
        "segment": chance.choice(list(Segment)),
        "by": tuple(chance.sample(entry.dimensions, k=chance.randint(1, 2))),
        "where": some_filters(chance, on, entry.dimensions),
        "period": chance.choice((Period(), Period(on), Period(None, on), Period(on, on + timedelta(days=2)))),
        "mature_only": basis is Basis.COHORT and chance.random() < 0.3,
        "top": chance.choice((None, 1, 3)),
    }


def some_filters(chance: random.Random, on: date, dimensions: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """At most two of the filters that the dimensions allow."""
    every: list[tuple[str, Any]] = [
        ("partner", chance.choice(PARTNERS)),
        ("source", chance.choice(CHANNELS)),
        ("placement", "none"),
        ("device", "unknown"),
        ("browser", "firefox"),
        ("landing_page", "(none)"),
        ("customer_type", chance.choice(("new", "returning", "unknown"))),
        ("time_since_touch", "under_1_day"),
        ("day", on.isoformat()),
        ("visitor_type", "new"),
    ]
    allowed = [found for found in every if found[0] in dimensions]
    return tuple(chance.sample(allowed, k=min(len(allowed), chance.randint(0, 2))))
