"""Whose a unit is, when, and which units are independent of each other: visitors, customers, sessions, days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tallystick.kit.shares import PPB
from tallystick.measurement.kpis.cells import Status
from tallystick.measurement.kpis.intervals import wilson_interval
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Denominator
from tests.engines.asking import Asking
from tests.engines.world import ALICE, BOB, LEAD, NOON, World, a_version


def test_one_visitor_with_many_units_makes_the_interval_clustered(world, answer):
    world.clicks(60, 20)
    (once,) = answer().sections
    world.touch(occurred_at=NOON, partner_id=ALICE, visitor=world.touchpoints[0]["visitor"])
    (again,) = answer().sections
    assert (once.total.method, again.total.method) == ("wilson", "clustered")
    assert once.total.interval == wilson_interval(20, 60)


@pytest.mark.parametrize("denominator", [Denominator.SESSIONS, Denominator.CLICKS])
@pytest.mark.parametrize("who", ["customer", "account"])
def test_one_customer_without_a_visitor_is_no_crowd(world, answer, who, denominator):
    for n in range(200):
        at = NOON + timedelta(hours=n)
        touch = world.touch(occurred_at=at, partner_id=ALICE, **{who: "c-1"})
        if n < 20:
            world.convert((touch, PPB))
    (section,) = answer(denominator=denominator).sections
    assert (section.total.units, section.total.converted) == (200, 20)
    assert (section.total.method, section.total.statistics.clusters) == ("clustered", 1)
    assert section.total.status is Status.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("who", ["customer", "account"])
def test_a_customer_without_a_visitor_has_sessions_of_short_gaps(world, answer, who):
    for minutes in (0, 30, 60, 90.1):
        world.touch(occurred_at=NOON + timedelta(minutes=minutes), partner_id=ALICE, **{who: "c-1"})
    (section,) = answer(denominator=Denominator.SESSIONS).sections
    assert section.total.units == 2
    assert any("customer, else account" in note for note in section.notes)


def test_the_visitor_is_who_somebody_is_before_the_customer_and_the_customer_before_the_account(
    world, answer
):
    for visitor, customer in (("ann", "c-1"), ("ben", "c-1"), (None, "c-1"), (None, "c-2"), (None, None)):
        world.touch(occurred_at=NOON, partner_id=ALICE, visitor=visitor, customer=customer, account="acme")
    (section,) = answer().sections
    assert section.total.statistics.clusters == 5


def test_units_without_a_visitor_are_independent_of_each_other(world, answer):
    for _ in range(60):
        world.touch(occurred_at=NOON, partner_id=ALICE)
    (section,) = answer().sections
    assert section.total.method == "wilson"
    assert section.total.statistics.clusters == 60


def test_bots_are_no_units_and_are_counted_apart(world, answer):
    world.clicks(2, 0)
    world.clicks(3, 0, counts=False, label="known_bot")
    (section,) = answer(by=("partner",)).sections
    assert [(cell.units, cell.excluded) for cell in (section.total, *section.rows)] == [(2, 3), (2, 3)]


def test_a_session_is_a_key_or_a_run_of_short_gaps_and_has_its_first_source(world, answer):
    def at(minutes: float) -> datetime:
        return NOON + timedelta(minutes=minutes)

    world.touch(visitor="ann", occurred_at=at(0), kind="code_use")
    world.touch(visitor="ann", occurred_at=at(30), partner_id=ALICE)
    world.touch(visitor="ann", occurred_at=at(59), partner_id=BOB)
    world.touch(visitor="ann", occurred_at=at(89.1), partner_id=BOB)
    world.touch(visitor="ann", occurred_at=at(500), session="s", partner_id=ALICE)
    world.touch(visitor="ann", occurred_at=at(730), session="s", partner_id=BOB)
    world.touch(visitor="ann", occurred_at=at(501), kind="impression", partner_id=BOB)
    world.touch(customer="c-1", occurred_at=at(502), kind="introduction", partner_id=BOB)
    (section,) = answer(denominator=Denominator.SESSIONS, by=("partner",)).sections
    assert {cell.keys[0]: cell.units for cell in section.rows} == {ALICE: 2, BOB: 1}


def test_a_session_belongs_to_the_day_it_began_and_is_never_cut_by_a_period(world, answer):
    midnight = datetime(2026, 3, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    world.touch(visitor="ann", occurred_at=midnight - timedelta(minutes=5), partner_id=ALICE)
    late = world.touch(visitor="ann", occurred_at=midnight + timedelta(minutes=5), partner_id=ALICE)
    world.convert((late, PPB))
    tenth = Period(date(2026, 3, 10), date(2026, 3, 11))
    ninth = Period(date(2026, 3, 9), date(2026, 3, 10))
    (after,) = answer(denominator=Denominator.SESSIONS, period=tenth).sections
    (before,) = answer(denominator=Denominator.SESSIONS, period=ninth).sections
    assert (after.total.units, before.total.units, before.total.converted) == (0, 1, 1)


def test_a_sale_converts_the_latest_lead_before_it(world, answer):
    touch = world.touch(visitor="ann", partner_id=ALICE, occurred_at=NOON)
    for hours in (1, 2, 9):
        world.convert((touch, PPB), definition=LEAD, occurred_at=NOON + timedelta(hours=hours))
    world.convert((touch, PPB), occurred_at=NOON + timedelta(hours=3))
    (section,) = answer(denominator=Denominator.LEADS).sections
    assert (section.total.units, section.total.converted) == (3, 1)


def test_days_are_those_of_the_programs_zone(tmp_path):
    zone = "Asia/Kolkata"
    world = World(
        zone=zone,
        versions=(a_version(1, date(2026, 1, 1), zone),),
        as_of=datetime(2026, 4, 10, tzinfo=UTC),
    )
    for minute in (29, 30):
        world.touch(occurred_at=datetime(2026, 3, 10, 18, minute, tzinfo=UTC), partner_id=ALICE)
    question = world.question(denominator=Denominator.CLICKS, by=("day",))
    (section,) = Asking(world, tmp_path).ask(question).sections
    assert {cell.keys[0]: cell.units for cell in section.rows} == {"2026-03-10": 1, "2026-03-11": 1}


def test_the_day_of_a_clock_change_has_twenty_three_hours(world, answer):
    for hour in range(48):
        world.touch(
            occurred_at=datetime(2026, 3, 28, 12, tzinfo=UTC) + timedelta(hours=hour), partner_id=ALICE
        )
    (section,) = answer(by=("day",)).sections
    assert {cell.keys[0]: cell.units for cell in section.rows} == {
        "2026-03-28": 11,
        "2026-03-29": 23,
        "2026-03-30": 14,
    }
