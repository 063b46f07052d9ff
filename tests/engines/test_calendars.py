"""The day of an instant is Python's on every engine, whatever rules of time zones an engine brings along."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tallystick.kit import clock, facts
from tallystick.measurement.kpis.calendars import Shift, calendar, shifts
from tallystick.measurement.kpis.dialects import kinds, render
from tests.engines.asking import engines

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",  # winter is what the law calls the exception
    "Asia/Kathmandu",  # 5:45 ahead
    "Australia/Lord_Howe",  # by half an hour
    "America/St_Johns",  # 3:30 behind
    "Pacific/Kiritimati",  # 14 hours ahead
    "Africa/Casablanca",  # back for Ramadan; for good since 2026 by newer rules than many a machine has
    "America/Vancouver",  # no change any more since 2026, by newer rules
    "Europe/Chisinau",  # changes when Brussels does, by newer rules
    "America/Havana",
    "Asia/Gaza",
)
"""Of the last five the rules that came with the engines were seen to differ from the machine's. KPI-CALENDAR."""

YEARS = (date(2019, 1, 1), date(2030, 1, 1))
FIRST, LAST = (datetime(day.year, 1, 1, tzinfo=UTC) for day in YEARS)
A_MOMENT = timedelta(microseconds=1)


def moments(zone: str) -> set[datetime]:
    """Both sides of every change of the clock, of midnights beside it, and of every new year."""
    there = ZoneInfo(zone)
    found = set()
    for shift in shifts(zone, *YEARS)[1:]:
        at = clock.from_micros(shift.from_us)
        on = clock.day_of(at, there)
        nights = {clock.day_start(on + timedelta(days=days), there) for days in (-1, 0, 1, 2)}
        found |= {at, at - A_MOMENT} | nights | {night - A_MOMENT for night in nights}
    for year in range(FIRST.year, LAST.year):
        new_year = clock.day_start(date(year, 1, 1), there)
        found |= {new_year, new_year - A_MOMENT, new_year + timedelta(days=3)}
    return {at for at in found if FIRST <= at < LAST}


def names(at: datetime, zone: str) -> list[str]:
    on = at.astimezone(ZoneInfo(zone)).date()
    year, week, _ = on.isocalendar()
    quarter = f"{on.year}-Q{(on.month + 2) // 3}"
    return [on.isoformat(), f"{year}-W{week:02d}", f"{on.year}-{on.month:02d}", quarter]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> tuple[Path, list[datetime]]:
    instants = sorted(set().union(*(moments(zone) for zone in ZONES)))
    nothing = {column.name: None for column in facts.OUTCOMES.columns}
    frame = pl.DataFrame([nothing | {"occurred_at": at} for at in instants]).with_columns(
        pl.col("occurred_at").cast(pl.Datetime("us", "UTC"))
    )
    path = tmp_path_factory.mktemp("instants") / "part.parquet"
    frame.write_parquet(path)
    return path, instants


@pytest.mark.parametrize("zone", ZONES)
def test_days_weeks_months_and_quarters_are_those_that_cut_the_periods(file, tmp_path, zone):
    path, instants = file
    text = """SELECT LOCAL_DAY(occurred_at) AS d, LOCAL_WEEK(occurred_at) AS w, LOCAL_MONTH(occurred_at) AS m,
      LOCAL_QUARTER(occurred_at) AS q FROM outcomes ORDER BY occurred_at"""
    values = calendar(zone, FIRST, LAST)
    for engine in engines(tmp_path):
        sql, used = render(text, engine.dialect, kinds(values))
        assert used == set(values)
        rows = engine.rows(sql, values, tables={"outcomes": [path]})
        assert [list(row.values()) for row in rows] == [names(at, zone) for at in instants]


def test_a_period_takes_only_the_changes_of_the_clock_within_it():
    start = datetime(2026, 3, 27, 23, tzinfo=UTC)
    changed = datetime(2026, 3, 29, 1, tzinfo=UTC)
    hour = 3_600_000_000
    winter = calendar("Europe/Berlin", start, datetime(2026, 3, 28, 23, tzinfo=UTC) - timedelta(days=1))
    assert winter == {"shift_0": hour}
    assert calendar("Europe/Berlin", start, datetime(2026, 4, 2, tzinfo=UTC)) == {
        "shift_0": hour,
        "shift_from_1": clock.to_micros(changed),
        "shift_1": 2 * hour,
    }


def test_a_day_that_a_country_left_out_is_left_out():
    apia = ZoneInfo("Pacific/Apia")
    first, last = datetime(2011, 12, 29, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC)
    before, after = shifts("Pacific/Apia", first.date(), last.date())
    assert after.ahead_us - before.ahead_us == 24 * 3_600_000_000
    assert clock.day_of(clock.from_micros(after.from_us), apia) == date(2011, 12, 31)


def test_an_open_period_knows_every_change_since_clocks_are_followed():
    assert shifts("Asia/Kathmandu", None, date(2026, 1, 1)) == (
        Shift(0, 19_800_000_000),
        Shift(clock.to_micros(datetime(1985, 12, 31, 18, 30, tzinfo=UTC)), 20_700_000_000),
    )
