"""What `make torture` asks: every KPI by every dimension, and questions by chance until the time is over."""

import os
import random
import time

import pytest

from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cuts import Segment
from tests.engines.random_questions import a_random_question

pytestmark = pytest.mark.torture

SECONDS = float(os.environ.get("TALLYSTICK_TORTURE_SECONDS", "300"))
SEED = int(os.environ.get("TALLYSTICK_TORTURE_SEED", "1"))
SPLITS = [
    (kpi.key, name, basis) for kpi in catalog().values() for name in kpi.dimensions for basis in kpi.bases
]


@pytest.mark.parametrize(("kpi", "dimension", "basis"), SPLITS)
def test_every_kpi_by_every_dimension(anywhere, kpi, dimension, basis):
    number = SPLITS.index((kpi, dimension, basis))
    units = catalog()[kpi].units or (None,)
    asked = anywhere(number % 4, everywhere=True)
    asked.agree(
        kpi=kpi, basis=basis, denominator=units[number % len(units)], segment=Segment.ALL, by=(dimension,)
    )


def test_questions_by_chance_of_worlds_by_chance(anywhere):
    until, chance = time.monotonic() + SECONDS, random.Random(SEED)
    asked_for = 0
    while time.monotonic() < until:
        # Ten questions of each world, so that most of the time goes into answers.
        asked, kpi = (
            anywhere(SEED * 1_000_000 + asked_for // 10, everywhere=True),
            chance.choice(list(catalog())),
        )
        asked.agree(**a_random_question(chance, kpi, asked.world))
        asked_for += 1
    assert asked_for
