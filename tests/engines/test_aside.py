"""A conversion that no unit earned changes no cohort rate, and is said."""

from datetime import UTC, datetime, timedelta

import pytest

from tallystick.kit.shares import PPB
from tallystick.measurement.kpis.cells import Status
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.world import ALICE, LEAD, NOON


def test_a_code_used_without_a_visit_is_no_session_and_its_conversions_are_said(world, answer):
    for n in range(31):
        used = world.touch(kind="code_use", customer=f"c-{n}", partner_id=ALICE, occurred_at=NOON)
        world.convert((used, PPB))
    (section,) = answer(denominator=Denominator.SESSIONS, by=("partner",)).sections
    assert (section.total.status, section.total.units, section.rows, section.aside) == (
        Status.UNDEFINED,
        0,
        (),
        31,
    )
    assert section.notes[0] == (
        "31 conversions credited through touchpoints that are no session (such as a code used without a visit) are "
        "not in this rate; the period basis counts them."
    )
    (period,) = answer(denominator=Denominator.SESSIONS, basis=Basis.PERIOD).sections
    assert (period.aside, period.total.conversions) == (0, 31)


def test_a_conversion_that_a_unit_also_earned_is_not_aside(world, answer):
    half = PPB // 2
    click = world.touch(visitor="ann", partner_id=ALICE, occurred_at=NOON)
    used = world.touch(kind="code_use", customer="c-1", partner_id=ALICE, occurred_at=NOON)
    world.convert((click, half), (used, half))
    world.convert((used, PPB))
    (section,) = answer().sections
    assert (section.total.converted, section.aside) == (1, 1)
    assert section.notes[0].startswith("1 conversion credited through touchpoints that are no click")
    assert "is not in this rate; the period basis counts it." in section.notes[0]


@pytest.mark.parametrize("denominator", [Denominator.CLICKS, Denominator.SESSIONS, Denominator.LEADS])
def test_what_is_aside_is_known_also_where_the_touchpoint_lies_before_the_period(world, answer, denominator):
    before = datetime(2026, 2, 27, 12, tzinfo=UTC)
    on = datetime(2026, 3, 1, 12, tzinfo=UTC)
    click = world.touch(visitor="ann", partner_id=ALICE, occurred_at=before)
    used = world.touch(kind="code_use", customer="c-1", partner_id=ALICE, occurred_at=before)
    world.convert((click, PPB), definition=LEAD, occurred_at=before + timedelta(hours=1))
    for touch in (click, used):
        world.convert((touch, PPB), occurred_at=on)
    (section,) = answer(denominator=denominator).sections
    assert section.aside == 1
