"""The conversion rate as lists and loops find it, in random worlds, for every way to ask."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from tallystick.measurement.kpis.cuts import Segment
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.comparing import Compared
from tests.engines.world import a_version, random_world

UNITS = list(Denominator)
WAYS = [(basis, unit, list(Segment)[n % 3]) for n, (basis, unit) in enumerate(product(Basis, UNITS))]


@pytest.mark.parametrize(("basis", "unit", "segment"), WAYS)
def test_every_unit_basis_and_segment_counts_as_the_oracle_does(anywhere, basis, unit, segment):
    asked = anywhere(UNITS.index(unit))
    asked.agree(denominator=unit, basis=basis, segment=segment, by=("source",))


@pytest.mark.parametrize("unit", [Denominator.CLICKS, Denominator.EXPOSURES])
@pytest.mark.parametrize("basis", Basis)
def test_figures_without_intervals_are_those_of_the_whole_count(anywhere, unit, basis):
    asked = anywhere(1, everywhere=(unit, basis) == (Denominator.CLICKS, Basis.COHORT))
    fields = {"denominator": unit, "basis": basis, "by": ("partner", "device"), "segment": Segment.ALL}
    quick = asked.agree(**fields, intervals=False)
    whole = asked.ask(asked.world.question(**fields, as_of=quick.question.as_of))
    for few, all_of_them in zip(quick.sections, whole.sections, strict=True):
        assert [(cell.keys, cell.value) for cell in few.rows] == [
            (cell.keys, cell.value) for cell in all_of_them.rows
        ]
        assert {cell.interval for cell in few.rows} == {None}


@pytest.mark.parametrize(("unit", "basis"), [(unit, list(Basis)[n % 2]) for n, unit in enumerate(UNITS)])
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
    answer = asked.agree(denominator=unit, basis=basis, segment=Segment.ALL, by=("day",), period=period)
    assert [(section.version.version, section.period) for section in answer.sections] == [
        (1, Period(date(2026, 3, 20), date(2026, 3, 29))),
        (2, Period(date(2026, 3, 29), date(2026, 4, 5))),
    ]
    all_days = asked.ask(changed.question(period=Period(), denominator=unit, intervals=False))
    assert [(section.version.version, section.period.until_on) for section in all_days.sections] == [
        (1, date(2026, 3, 29)),
        (2, None),
    ], "the one that is still to come has nothing to answer"
