"""Every KPI of the catalogue, on every basis and unit and by every dimension: all engines and the oracle agree."""

import random
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cuts import Segment
from tallystick.measurement.kpis.dimensions import DIMENSIONS
from tests.engines.random_questions import a_random_question

WAYS = [
    (kpi.key, basis, unit)
    for kpi in catalog().values()
    for basis, unit in product(kpi.bases, kpi.units or (None,))
]


def by_two(number: int, kpi: str) -> tuple[str, ...]:
    """Two dimensions, from one way to ask to the next two others, so that all have their turn."""
    every = catalog()[kpi].dimensions
    return tuple(every[(2 * number + n) % len(every)] for n in range(2))


CASES = [(n, *way, by_two(n, way[0])) for n, way in enumerate(WAYS)]


@pytest.mark.parametrize(("number", "kpi", "basis", "unit", "by"), CASES)
def test_every_kpi_is_on_every_engine_what_the_oracle_says(anywhere, number, kpi, basis, unit, by):
    fields: dict[str, Any] = {"denominator": unit, "segment": list(Segment)[number % 3]}
    fields |= {"top": (None, 3)[number % 2]} if kpi != "tracking_loss_rate" else {"segment": Segment.ALL}
    anywhere(number % 4, everywhere=True).agree(kpi=kpi, basis=basis, by=by, **fields)


def test_every_dimension_has_its_turn():
    assert {name for *_, by in CASES for name in by} == set(DIMENSIONS)


@pytest.mark.parametrize("kpi", catalog())
def test_a_random_question_is_answered_as_the_oracle_answers_it(anywhere, kpi):
    asked = anywhere(list(catalog()).index(kpi) % 4)
    asked.agree(**a_random_question(random.Random(f"{kpi} {asked.world.zone}"), kpi, asked.world))


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_answer_does_not_look_beyond_its_instant(anywhere, everywhere):
    asked = anywhere(0, everywhere=everywhere)
    kpi = "click_to_sale_rate" if everywhere else "lead_to_customer_rate"
    asked.agree(kpi=kpi, as_of=asked.world.as_of - timedelta(days=4))
