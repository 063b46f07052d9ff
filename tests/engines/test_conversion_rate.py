"""The compiled SQL finds what lists and loops find, in random worlds, for every way to ask."""

import random
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tallystick.measurement.kpis.answers import Section
from tallystick.measurement.kpis.cells import Statistics
from tallystick.measurement.kpis.cuts import Cut, Segment
from tallystick.measurement.kpis.dimensions import DIMENSIONS, as_text, without_source
from tallystick.measurement.kpis.queries import ask
from tallystick.measurement.kpis.questions import Part, Period, parts
from tallystick.measurement.warehouse.queries import Snapshot
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines import oracle
from tests.engines.world import CHANNELS, PARTNERS, World, a_version, an_engine, random_world

ZONES = ("Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "UTC")


@pytest.fixture(scope="module", params=range(4), ids=lambda seed: f"world-{seed}")
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    seed: int = request.param
    return Compared(random_world(seed, ZONES[seed]), tmp_path_factory.mktemp("world"))


@pytest.fixture
def unit(asked: Compared) -> Denominator:
    """A world is asked about its own kind of unit."""
    return list(Denominator)[ZONES.index(asked.world.zone)]


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("segment", Segment)
def test_every_unit_basis_and_segment_counts_as_the_oracle_does(asked, unit, basis, segment):
    asked.agree(denominator=unit, basis=basis, segment=segment, by=("source",))


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("basis", Basis)
def test_every_dimension_splits_as_the_oracle_does(asked, unit, dimension, basis):
    asked.agree(denominator=unit, basis=basis, segment=Segment.ALL, by=(dimension,))


@pytest.mark.parametrize("seed", range(12))
def test_any_question_counts_as_the_oracle_does(asked, seed):
    chance = random.Random(f"{seed} {asked.unit}")
    basis = chance.choice(list(Basis))
    on = date(2026, 3, 27) + timedelta(days=chance.randint(0, 3))
    filters: list[tuple[str, Any]] = [
        ("partner", chance.choice(PARTNERS)),
        ("source", chance.choice(CHANNELS)),
        ("placement", "none"),
        ("device", "unknown"),
        ("customer_type", chance.choice(("new", "returning", "unknown"))),
        ("day", on.isoformat()),
        ("visitor_type", "new"),
    ]
    asked.agree(
        denominator=chance.choice(list(Denominator)),
        basis=basis,
        segment=chance.choice(list(Segment)),
        by=tuple(chance.sample(list(DIMENSIONS), k=chance.randint(0, 2))),
        where=tuple(chance.sample(filters, k=chance.randint(0, 2))),
        period=chance.choice((Period(), Period(on), Period(None, on), Period(on, on + timedelta(days=2)))),
        mature_only=basis is Basis.COHORT and chance.random() < 0.3,
    )


def test_an_answer_does_not_look_beyond_its_instant(asked):
    before = asked.world.as_of - timedelta(days=4)
    asked.agree(as_of=before, denominator=Denominator.CLICKS, basis=Basis.COHORT)
    asked.agree(as_of=before, denominator=Denominator.LEADS, basis=Basis.PERIOD)


@pytest.mark.parametrize("unit", Denominator)
@pytest.mark.parametrize("basis", Basis)
def test_a_question_splits_where_the_definition_changed(tmp_path, unit, basis):
    world = random_world(11, "Asia/Kolkata")
    zone = world.zone
    changed = replace(
        world,
        versions=(
            a_version(1, date(2026, 3, 1), zone),
            a_version(2, date(2026, 3, 29), zone, windows={"click": 1, "code_use": 5}),
            a_version(3, date(2027, 1, 1), zone),
        ),
    )
    for row in (*changed.conversions, *changed.credits):
        at = row.get("occurred_at") or row["converted_at"]
        row["version"] = 1 if at.astimezone(changed.versions[0].zone).date() < date(2026, 3, 29) else 2
    asked = Compared(changed, tmp_path)
    period = Period(date(2026, 3, 20), date(2026, 4, 5))
    asked.agree(denominator=unit, basis=basis, segment=Segment.ALL, by=("day",), period=period)
    answer = asked.ask(changed.question(period=period))
    assert [(section.version.version, section.period) for section in answer.sections] == [
        (1, Period(date(2026, 3, 20), date(2026, 3, 29))),
        (2, Period(date(2026, 3, 29), date(2026, 4, 5))),
    ]
    all_days = asked.ask(changed.question(period=Period()))
    assert [(section.version.version, section.period.until_on) for section in all_days.sections] == [
        (1, date(2026, 3, 29)),
        (2, None),
    ], "the one that is still to come has nothing to answer"
