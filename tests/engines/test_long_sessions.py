"""A session ends by its pause and after a day, on every engine as in lists and loops."""

from datetime import timedelta

import pytest

from tallystick.kit.shares import PPB
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.comparing import Compared
from tests.engines.world import ALICE, BOB, NOON

A_MOMENT = timedelta(microseconds=1)
HALF_AN_HOUR, FOUR_HOURS, A_DAY = timedelta(minutes=30), timedelta(hours=4), timedelta(hours=24)


@pytest.mark.parametrize(
    ("session", "pauses", "sessions"),
    [
        (None, [HALF_AN_HOUR], 1),
        (None, [HALF_AN_HOUR + A_MOMENT], 2),
        ("s", [FOUR_HOURS], 1),
        ("s", [FOUR_HOURS + A_MOMENT], 2),
        ("s", [FOUR_HOURS] * 6, 1),
        ("s", [FOUR_HOURS] * 7, 1),
        ("s", [FOUR_HOURS] * 7 + [FOUR_HOURS + A_MOMENT], 2),
        (None, [HALF_AN_HOUR] * 49, 1),
    ],
)
def test_a_pause_ends_a_session_and_a_day_does(world, tmp_path, session, pauses, sessions):
    at, touches = NOON, []
    for pause in (timedelta(0), *pauses):
        at += pause
        partner = ALICE if at <= NOON + A_DAY else BOB
        touches.append(world.touch(visitor="ann", session=session, occurred_at=at, partner_id=partner))
    for touch in touches:
        world.convert((touch, PPB), occurred_at=at)
    asked = Compared(world, tmp_path)
    answer = asked.agree(denominator=Denominator.SESSIONS, by=("partner",))
    assert answer.sections[0].total.units == sessions


@pytest.mark.parametrize("basis", Basis)
def test_long_sessions_of_many_are_the_same_everywhere(world, tmp_path, basis):
    for n, visitor in enumerate(("ann", "ben", "cem", None)):
        at = NOON
        for step in range(14):
            at += (FOUR_HOURS, FOUR_HOURS - A_MOMENT, HALF_AN_HOUR, FOUR_HOURS + A_MOMENT)[
                (n + step // 3) % 4
            ]
            touch = world.touch(
                visitor=visitor, session=("s", "t", None)[n % 3], occurred_at=at, partner_id=ALICE
            )
            if step % 3 == 0:
                world.convert((touch, PPB), occurred_at=at + timedelta(hours=n))
    Compared(world, tmp_path, everywhere=True).agree(
        denominator=Denominator.SESSIONS, basis=basis, by=("day",)
    )
