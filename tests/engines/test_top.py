"""The first rows are the largest by the KPI's own size, whatever it counts."""

from datetime import timedelta

from tallystick.kit.shares import PPB
from tests.engines.world import ALICE, BOB, NOON


def test_assists_are_ranked_by_how_many_different_conversions_they_are(world, answer):
    last = world.touch(visitor="ann", partner_id=None, occurred_at=NOON + timedelta(minutes=9))
    # Bob's key comes after Alice's, and many touchpoints of one conversion are no many conversions.
    by_alice = [world.touch(visitor="ann", partner_id=ALICE, occurred_at=NOON) for _ in range(4)]
    by_bob = world.touch(visitor="ann", partner_id=BOB, occurred_at=NOON)
    world.convert((last, PPB), *((touch, 0) for touch in by_alice))
    for _ in range(2):
        world.convert((last, PPB), (by_bob, 0))
    (section,) = answer(kpi="assisted_conversions", denominator=None, by=("partner",), top=1).sections
    assert [(cell.keys, cell.is_other, cell.value) for cell in section.rows] == [
        ((BOB,), False, 2),
        (("(other)",), True, 1),
    ]
