"""Every KPI of the catalogue: DuckDB, ClickHouse, and lists and loops find the same."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cuts import Segment
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.world import CHANNELS, PARTNERS


def some_filters(chance: random.Random, on: date, dimensions: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
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


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kpi", catalog())
def test_any_question_is_answered_as_the_oracle_answers_it(anywhere, kpi, seed):
    asked = anywhere(list(catalog()).index(kpi) + seed)
    chance = random.Random(f"{kpi} {seed} {asked.world.zone}")
    entry = catalog()[kpi]
    basis = chance.choice(entry.bases)
    on = asked.world.as_of.date() - timedelta(days=chance.randint(2, 6))
    asked.agree(
        kpi=kpi,
        basis=basis,
        denominator=chance.choice(list(Denominator)) if len(entry.units) > 1 else None,
        segment=chance.choice(list(Segment)),
        by=tuple(chance.sample(entry.dimensions, k=(1, 2)[seed])),
        where=some_filters(chance, on, entry.dimensions) if seed else (),
        period=chance.choice((Period(), Period(on), Period(None, on), Period(on, on + timedelta(days=2)))),
        mature_only=basis is Basis.COHORT and chance.random() < 0.3,
        top=chance.choice((None, 1, 3)),
    )
