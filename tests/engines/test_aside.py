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


def test_credit_of_a_touchpoint_after_the_most_that_a_session_lasts_is_aside(world, answer):
    """Every three hours the same key: after 24 hours its touchpoints belong to no session, in this period or before."""
    for began in (NOON, datetime(2026, 2, 26, 12, tzinfo=UTC)):
        touches = [
            world.touch(
                visitor="ann", session="s", partner_id=ALICE, occurred_at=began + timedelta(hours=hours)
            )
            for hours in range(0, 30, 3)
        ]
        for touch in touches[-2:]:
            world.convert((touch, PPB), occurred_at=NOON + timedelta(days=2))
    (section,) = answer(denominator=Denominator.SESSIONS).sections
    assert (section.total.units, section.total.converted, section.aside) == (1, 1, 2)


def test_a_key_that_comes_back_after_more_than_four_hours_begins_another_session(world, answer):
    for hours in (0, 4, 8.1):
        at = NOON + timedelta(hours=hours)
        world.touch(visitor="ann", session="s", partner_id=ALICE, occurred_at=at)
    (section,) = answer(denominator=Denominator.SESSIONS).sections
    assert section.total.units == 2
