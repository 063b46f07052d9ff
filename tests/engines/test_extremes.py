"""The largest amounts, the first instant and the oddest clock that facts can have leave figures exact."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tallystick.kit.shares import PPB
from tallystick.partners.programs.rules import Denominator
from tests.engines.comparing import Compared
from tests.engines.world import ALICE, BOB, NOON, World, a_version, an_empty_world

LONGEST_AMOUNT = 10**18 - 1
MONEY = ("gross_revenue", "revenue_per_click", "average_order_value", "revenue_per_session")


@pytest.mark.parametrize("kpi", MONEY)
def test_one_enormous_order_takes_no_answer_away(tmp_path: Path, kpi: str) -> None:
    world = an_empty_world()
    for number in range(3):
        shared = [
            (world.touch(occurred_at=NOON, partner_id=partner, visitor=f"v{number}"), share)
            for partner, share in ((ALICE, PPB // 3), (BOB, PPB - PPB // 3))
        ]
        world.convert(*shared, value_minor=LONGEST_AMOUNT, currency="EUR", subject=f"c{number}")
    Compared(world, tmp_path).agree(kpi=kpi, by=("partner",), denominator=None)


def a_world_since_1970(zone: str) -> World:
    versions = (a_version(1, date(1970, 1, 1), zone),)
    return World(zone=zone, versions=versions, as_of=datetime(2026, 3, 1, tzinfo=UTC))


def test_the_first_instant_there_is_lies_on_a_day(tmp_path: Path) -> None:
    world = a_world_since_1970("Europe/Berlin")
    world.touch(occurred_at=datetime(1970, 1, 1, tzinfo=UTC), partner_id=ALICE, visitor="v")
    answer = Compared(world, tmp_path).agree(denominator=Denominator.CLICKS, by=("day",))
    assert answer.sections[0].first_on == date(1970, 1, 1)


def test_days_of_a_clock_that_no_quarter_of_an_hour_divides_are_counted_one_by_one(tmp_path: Path) -> None:
    world = a_world_since_1970("Africa/Monrovia")  # 44 minutes and 30 seconds behind, until 1972
    for minute in (40, 44, 50):
        at = datetime(1971, 5, 5, 0, minute, 45, tzinfo=UTC)
        world.touch(occurred_at=at, partner_id=ALICE, visitor=f"v{minute}")
    asked = Compared(world, tmp_path)
    asked.agree(by=("day",), kpi="invalid_traffic_rate", intervals=False)
    asked.agree(where=(("day", "1971-05-05"),), kpi="invalid_traffic_rate", intervals=False)
