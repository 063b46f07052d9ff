"""The engine reads exactly the files it is given, and says when one of them is not what it should be."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tallystick.measurement.kpis.queries import ask
from tallystick.measurement.kpis.questions import Period
from tallystick.measurement.warehouse.engine import DuckDbEngine, EngineFailed, WarehouseDamaged
from tallystick.measurement.warehouse.queries import Snapshot
from tallystick.partners.programs.rules import Denominator
from tests.engines.world import MARCH, World, an_empty_world


def an_engine(root: Path) -> DuckDbEngine:
    return DuckDbEngine(memory_mb=256, threads=2, spill_dir=root / "spill")


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
