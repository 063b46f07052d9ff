"""The engine reads exactly the files it is given, and says when one of them is not what it should be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tallystick.measurement.kpis.dialects import render
from tallystick.measurement.kpis.queries import ask
from tallystick.measurement.kpis.questions import Period
from tallystick.measurement.warehouse.engine import EngineFailed, WarehouseDamaged
from tallystick.measurement.warehouse.queries import Snapshot
from tallystick.partners.programs.rules import Denominator
from tests.engines.world import MARCH, World, an_empty_world, an_engine


@pytest.fixture
def world() -> World:
    return an_empty_world()


def test_a_file_that_is_missing_or_cut_short_is_said_so(world, tmp_path):
    world.clicks(2, 1)
    snapshot, engine = world.write(tmp_path), an_engine(tmp_path)
    question = world.question(denominator=Denominator.CLICKS)
    file = snapshot.files[0].path
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    with pytest.raises(WarehouseDamaged, match="not a whole Parquet file"):
        ask(question, engine=engine, snapshot=snapshot)
    file.unlink()
    with pytest.raises(WarehouseDamaged, match="doctor"):
        ask(question, engine=engine, snapshot=snapshot)
    file.write_bytes(whole)
    assert ask(question, engine=engine, snapshot=snapshot).sections[0].total.units == 2


def test_the_engine_opens_no_file_that_the_manifest_does_not_name(world, tmp_path):
    world.clicks(2, 1)
    snapshot, engine = world.write(tmp_path), an_engine(tmp_path)
    named, other = snapshot.paths("touchpoints"), snapshot.paths("paths")[0]
    tables = {"touchpoints": named}
    assert engine.rows("SELECT COUNT(*) AS n FROM touchpoints", {}, tables=tables) == [{"n": 2}]
    for text in (f"SELECT * FROM read_parquet('{other}')", "SELECT * FROM read_text('/etc/hostname')"):
        with pytest.raises(EngineFailed):
            engine.rows(text, {}, tables=tables)


def test_only_the_days_that_can_matter_are_read(world, tmp_path):
    world.clicks(1, 1)
    snapshot, engine = world.write(tmp_path), an_engine(tmp_path)
    (tmp_path / "gone").mkdir()
    early = replace(snapshot.files[0], day=date(2026, 1, 5), path=tmp_path / "gone" / "never-read.parquet")
    wider = Snapshot((*snapshot.files, early))
    question = world.question(denominator=Denominator.CLICKS, period=MARCH)
    assert ask(question, engine=engine, snapshot=wider).sections[0].total.units == 1
    with pytest.raises(WarehouseDamaged):
        ask(replace(question, period=Period()), engine=engine, snapshot=wider)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
def test_the_engines_calendar_is_the_one_that_cuts_the_periods(tmp_path, zone):
    instants = [
        datetime(2026, month, day, hour, 29, 59, tzinfo=UTC) + timedelta(seconds=extra)
        for month in range(1, 13)
        for day in (1, 29 if month == 3 else 25)
        for hour in range(24)
        for extra in (0, 1)
    ]
    days = ", ".join(f"LOCAL_DAY($at_{n}, $zone) AS d{n}" for n in range(len(instants)))
    text, _ = render(f"SELECT {days}", "duckdb")
    values = {f"at_{n}": at for n, at in enumerate(instants)} | {"zone": zone}
    (row,) = an_engine(tmp_path).rows(text, values, tables={})
    assert list(row.values()) == [at.astimezone(ZoneInfo(zone)).date().isoformat() for at in instants]
