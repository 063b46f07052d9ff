"""`tallystick warehouse`: what is there, is it right, and writing it anew."""

import json
import sys

import pytest
from django.conf import settings

from tallystick.doors.cli import app as command_line
from tallystick.doors.cli import errors
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.measurement.warehouse import rebuilding
from tallystick.measurement.warehouse.queries import snapshot
from tallystick.project.health import CHECKS, Finding
from tests.builders import Brand, alice, bob, purchase
from tests.houses import house, twins

pytestmark = pytest.mark.one_database

__all__ = ["house", "twins"]


@pytest.fixture
def acme(house):
    brand = Brand()
    brand.defines("purchase", primary=True)
    for at in range(2):
        brand.receives(
            alice.click("v1", at=at), bob.click("v2", at=at), purchase(f"o{at}", visitor="v1", at=at + 0.2)
        )
    return brand


@pytest.fixture
def tallystick(acme, capsys, monkeypatch):
    """Runs `tallystick warehouse ARGUMENTS` for Acme in this process; returns exit code, output and words."""

    def run(*arguments):
        monkeypatch.setattr(
            sys, "argv", ["tallystick", "warehouse", *map(str, arguments), "--brand", acme.key]
        )
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            command_line.main()
        return end.value.code or 0, *capsys.readouterr()

    return run


def files_of(acme, table):
    with brand_scope(acme.id):
        return snapshot().paths(table)


def test_the_status_says_of_each_table_what_is_there_and_up_to_where(tallystick):
    code, out, _ = tallystick("status", "--json")
    assert code == 0
    found = {table["table"]: table for table in json.loads(out)}
    assert list(found) == ["touchpoints", "touch_counts", "outcomes", "conversions", "paths"]
    touches = found["touchpoints"]
    assert (touches["rows"], touches["days"], touches["kept_from"]) == (4, 2, None)
    assert touches["files"] >= touches["most_files_of_a_day"] * 2 - 1
    assert touches["cursor"]["redone"] is None
    assert (touches["first_at"][:10], touches["last_at"][:10]) == ("2026-03-02", "2026-03-03")
    code, out, _ = tallystick("status")
    assert (code, "touch_counts" in out, f"{clock.now():%Y-%m-%d}" in out) == (0, True, True)


def test_a_lost_file_is_found_written_again_and_then_missed_no_more(acme, tallystick):
    assert tallystick("rebuild", "--verify")[0] == 0
    lost = files_of(acme, "paths")[0]
    lost.unlink()
    with pytest.raises(Finding, match="1 missing or cut short") as found:
        CHECKS["warehouse"](settings.TALLYSTICK)
    assert "tallystick warehouse rebuild --damaged" in found.value.advice
    code, out, said = tallystick("rebuild", "--verify")
    assert code == errors.CHECK_FAILED
    assert ("paths" in out, "2026-03-02" in out, "conversion_id=" in out) == (True, True, True)
    assert "tallystick warehouse rebuild" in said
    code, out, _ = tallystick("rebuild", "--verify", "--table", "paths", "--from", "2026-03-02", "--json")
    (only,) = json.loads(out)["differences"]
    assert (code, only["day"], only["extra"], len(only["damaged"])) == (4, "2026-03-02", 0, 1)
    assert tallystick("rebuild", "--verify", "--table", "touchpoints")[0] == 0
    code, out, _ = tallystick("rebuild", "--damaged", "--json")
    assert (code, json.loads(out)["days"]) == (0, 1)
    code, out, _ = tallystick("rebuild", "--verify", "--json")
    assert (code, json.loads(out)["sound"]) == (0, True)
    assert CHECKS["warehouse"](settings.TALLYSTICK)


def test_a_rebuild_that_is_interrupted_says_what_stands_and_goes_on_there(acme, tallystick, monkeypatch):
    rebuild_day, done = rebuilding._rebuild_day, []

    def interrupted(brand_id, day, choice):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(day)
        return rebuild_day(brand_id, day, choice)

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_rebuild_day", interrupted)
        code, _, said = tallystick("rebuild")
    assert (code, "2 of 8 days stand" in said) == (errors.INTERRUPTED, True)
    code, out, said = tallystick("rebuild", "--json")
    assert (code, json.loads(out)["days"], "2 days were done" in said) == (0, 6, True)
    assert json.loads(tallystick("rebuild", "--json")[1])["days"] == 8


def test_a_table_that_is_none_is_refused_with_those_there_are(tallystick):
    code, _, said = tallystick("rebuild", "--table", "clicks")
    assert (code, "touchpoints, touch_counts" in said) == (errors.USAGE, True)


def test_compacting_leaves_every_row_where_it_was(acme, tallystick):
    code, _, said = tallystick("compact")
    assert (code, "merge" in said.lower()) == (0, True)
    assert tallystick("rebuild", "--verify")[0] == 0
