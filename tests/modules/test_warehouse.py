"""A reader of the warehouse sees a day whole, before or after; a crash leaves only what a sweep removes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tallystick.foundation.lanes import advance, lane, position
from tallystick.foundation.scoping import ScopeMissing, brand_scope
from tallystick.measurement.warehouse import files, rules
from tallystick.measurement.warehouse.engine import DuckDbEngine, UnusablePlace, WarehouseDamaged
from tallystick.measurement.warehouse.models import FactFile
from tallystick.measurement.warehouse.queries import freshness, missing_files, snapshot
from tallystick.measurement.warehouse.services import Swept, sweep
from tallystick.measurement.warehouse.stage import publish
from tallystick.partners.programs.models import Brand
from tests.modules.warehouse_cast import (
    MONDAY,
    TUESDAY,
    Notebook,
    a_brand,
    a_conversion,
    a_notebook_of_conversions,
    age,
    keep_facts_in,
    published,
    touch,
)

pytestmark = pytest.mark.django_db

ALL = 1_000_000
LATER = timedelta(minutes=11)


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    return keep_facts_in(tmp_path / "warehouse", monkeypatch)


@pytest.fixture
def acme(root):
    with a_brand() as brand:
        yield brand


@pytest.fixture
def notebook(acme) -> Notebook:
    return Notebook()


def on_disk(root: Path, table: str = "touchpoints") -> set[Path]:
    return {file for file in root.rglob("part-*") if file.is_file() and table in file.parts}


def test_what_is_published_is_read_again_value_for_value(acme, notebook):
    odd = touch(3, visitor="Zoë 'x' \0", country="DE", partner_id=acme.id, counts=False)
    odd["occurred_at"] += timedelta(microseconds=1)
    notebook.write(touch(1), odd)
    assert publish(acme.id, limit=ALL, sources=[notebook]).done == 1
    engine = DuckDbEngine(memory_mb=128, threads=1, spill_dir=Path("unused"))
    columns = "visitor, country, partner_id, counts, session, epoch_us(occurred_at) AS at_us"
    rows = engine.rows(
        f"SELECT {columns} FROM touchpoints WHERE visitor IS NOT NULL",
        {},
        tables={"touchpoints": snapshot().paths("touchpoints")},
    )
    assert rows == [
        {
            "visitor": odd["visitor"],
            "country": "DE",
            "partner_id": acme.id.bytes,
            "counts": False,
            "session": None,
            "at_us": int(odd["occurred_at"].timestamp()) * 1_000_000 + 1,
        }
    ]


def test_a_changed_day_is_replaced_whole_and_the_others_stay(acme, notebook, root):
    notebook.write(touch(1), touch(2), touch(3, TUESDAY))
    publish(acme.id, limit=ALL, sources=[notebook])
    tuesday = snapshot().paths("touchpoints", first=TUESDAY)
    notebook.write(touch(4))
    notebook.strike(1)
    assert publish(acme.id, limit=ALL, sources=[notebook]).done == 1
    assert published() == [2, 3, 4]
    assert snapshot().paths("touchpoints", first=TUESDAY) == tuesday
    assert len(on_disk(root)) == 3


def test_a_reader_that_began_before_goes_on_reading_what_it_began_with(acme, notebook):
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    before = snapshot()
    notebook.write(touch(2))
    notebook.strike(1)
    publish(acme.id, limit=ALL, sources=[notebook])
    sweep(acme.id)
    engine = DuckDbEngine(memory_mb=128, threads=1, spill_dir=Path("unused"))
    tables = {"touchpoints": before.paths("touchpoints")}
    assert engine.rows("SELECT count(*) AS n FROM touchpoints", {}, tables=tables) == [{"n": 1}]


def test_a_day_that_became_empty_has_no_file_any_more(acme, notebook):
    notebook.write(touch(1), touch(2, TUESDAY))
    publish(acme.id, limit=ALL, sources=[notebook])
    notebook.strike(2)
    publish(acme.id, limit=ALL, sources=[notebook])
    assert published() == [1]
    assert {file.day for file in snapshot().files} == {MONDAY}


def test_nothing_changed_writes_nothing(acme, notebook, root):
    assert publish(acme.id, limit=ALL, sources=[notebook]).done == 0
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    there = on_disk(root)
    progress = publish(acme.id, limit=ALL, sources=[notebook])
    assert (progress.done, progress.left, on_disk(root)) == (0, 0, there)


def test_a_limit_leaves_the_rest_for_the_next_step(acme, notebook):
    notebook.write(touch(1), touch(2, TUESDAY))
    first = publish(acme.id, limit=1, sources=[notebook])
    assert (first.done, first.left, published()) == (1, 1, [1])
    second = publish(acme.id, limit=1, sources=[notebook])
    assert (second.done, second.left, published()) == (1, 0, [1, 2])


def test_all_tables_of_a_step_appear_together(acme, notebook):
    conversions = a_notebook_of_conversions()
    notebook.write(touch(1))
    conversions.write(a_conversion(1))
    assert publish(acme.id, limit=ALL, sources=[notebook, conversions]).done == 2
    assert {file.table for file in snapshot().files} == {"touchpoints", "touch_counts", "conversions"}
    assert len(set(FactFile.objects.values_list("published_at", flat=True))) == 1


def test_a_large_day_lies_in_several_files(acme, notebook, monkeypatch):
    monkeypatch.setattr(rules, "ROWS_PER_FILE", 2)
    notebook.write(*(touch(n) for n in range(1, 6)))
    publish(acme.id, limit=ALL, sources=[notebook])
    rows = FactFile.objects.filter(table="touchpoints").values_list("rows", flat=True)
    assert sorted(rows) == [1, 2, 2]
    assert published() == [1, 2, 3, 4, 5]


def test_a_worker_that_was_overtaken_discards_its_files(acme, notebook, root, monkeypatch):
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    there, manifest = on_disk(root), set(FactFile.objects.values_list("pk", flat=True))
    notebook.write(touch(2))
    write_days = files.write_days

    def overtaken(*args, **fields):
        parts = write_days(*args, **fields)
        with lane(acme.id):
            advance("warehouse.touchpoints", 77)
        return parts

    monkeypatch.setattr(files, "write_days", overtaken)
    progress = publish(acme.id, limit=ALL, sources=[notebook])
    assert (progress.done, on_disk(root)) == (0, there)
    assert set(FactFile.objects.values_list("pk", flat=True)) == manifest
    assert position("warehouse.touchpoints") == 77


def test_files_that_were_swept_before_they_were_named_are_not_named(acme, notebook, root, monkeypatch):
    notebook.write(touch(1))
    write_days = files.write_days

    def slow(*args, **fields):
        parts = write_days(*args, **fields)
        age(on_disk(root))
        sweep(acme.id)
        return parts

    monkeypatch.setattr(files, "write_days", slow)
    assert publish(acme.id, limit=ALL, sources=[notebook]).done == 0
    assert (snapshot().files, position("warehouse.touchpoints")) == ((), None)
    monkeypatch.setattr(files, "write_days", write_days)
    publish(acme.id, limit=ALL, sources=[notebook])
    assert published() == [1]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (touch(1, kind=None), "`kind` is never NULL"),
        (touch(1, visitor=3), "does not fit"),
        (touch(1, event_id="not an id"), "does not fit"),
        (touch(1) | {"occurred_at": datetime(2026, 3, 10, tzinfo=UTC)}, "2026-03-10"),
    ],
)
@pytest.mark.parametrize("number", [1, 9])
def test_a_fact_that_breaks_the_schema_stops_the_step_and_keeps_what_was_there(
    acme, notebook, row, says, number
):
    notebook.write(touch(9))
    publish(acme.id, limit=ALL, sources=[notebook])
    notebook.write(touch(number))
    notebook.rows = lambda _day, *, upto: iter([tuple(row.values())])
    notebook.new_rows = lambda _after, *, upto: iter([tuple(row.values())])
    with pytest.raises(rules.BadFact, match=says):
        publish(acme.id, limit=ALL, sources=[notebook])
    assert published() == [9]


def test_a_sweep_removes_what_was_replaced_ten_minutes_ago_and_never_a_live_file(acme, notebook, root):
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    old = on_disk(root)
    notebook.write(touch(1), touch(2))
    publish(acme.id, limit=ALL, sources=[notebook])
    age(on_disk(root))
    assert sweep(acme.id) == Swept(replaced=0, orphans=0)
    with time_machine.travel(datetime.now(UTC) + LATER):
        assert sweep(acme.id) == Swept(replaced=2, orphans=0)
        assert sweep(acme.id) == Swept(replaced=0, orphans=0)
    assert not old & on_disk(root)
    assert published() == [1, 2]


def test_a_sweep_removes_old_files_that_nobody_names_and_only_those_of_its_brand(acme, notebook, root):
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    (live,) = on_disk(root)
    orphan, half, fresh = (
        live.with_name(name) for name in ("part-0.parquet", "part-1.tmp", "part-2.parquet")
    )
    foreign = root / f"brand={'0' * 32}" / "touchpoints" / "day=2026-03-09" / "part-3.parquet"
    foreign.parent.mkdir(parents=True)
    for file in (orphan, half, fresh, foreign):
        file.write_bytes(b"left over")
    age((live, orphan, half, foreign))
    assert sweep(acme.id) == Swept(replaced=0, orphans=2)
    assert on_disk(root) == {live, fresh, foreign}


def test_a_live_file_that_is_missing_or_has_another_size_is_reported(acme, notebook):
    notebook.write(touch(1), touch(2, TUESDAY))
    publish(acme.id, limit=ALL, sources=[notebook])
    assert missing_files() == []
    monday, tuesday = snapshot().paths("touchpoints")
    monday.unlink()
    tuesday.write_bytes(tuesday.read_bytes() + b"!")
    found = missing_files()
    assert [(file.brand_id, file.table, file.day) for file in found] == [
        (acme.id, "touchpoints", MONDAY),
        (acme.id, "touchpoints", TUESDAY),
    ]
    assert str(found[0]).endswith(monday.name)
    with pytest.raises(WarehouseDamaged, match="tallystick doctor"):
        published()


def test_a_file_beside_the_named_ones_is_not_read(acme, notebook, root):
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    (live,) = on_disk(root)
    live.with_name("part-copy.parquet").write_bytes(live.read_bytes())
    assert published() == [1]


def test_freshness_says_how_much_there_is_and_up_to_when(acme, notebook):
    notebook.write(touch(1), touch(5))
    publish(acme.id, limit=ALL, sources=[notebook])
    counts, line = freshness()
    assert (counts.table, counts.files, counts.rows) == ("touch_counts", 1, 1)
    assert (line.table, line.files, line.rows) == ("touchpoints", 1, 2)
    assert line.last_at == touch(5)["occurred_at"]
    assert line.bytes == sum(path.stat().st_size for path in snapshot().paths("touchpoints"))


def test_one_brand_does_not_see_the_files_of_another(acme, notebook):
    notebook.write(touch(1))
    publish(acme.id, limit=ALL, sources=[notebook])
    zoe = Brand(key="zoe", name="Zoë")
    zoe.save()
    with brand_scope(zoe.id):
        assert snapshot().files == ()
        assert freshness() == []


def test_the_manifest_is_closed_outside_a_scope(root):
    with pytest.raises(ScopeMissing):
        snapshot()
    assert missing_files() == []


def test_a_directory_that_reads_as_a_pattern_is_refused(tmp_path):
    engine = DuckDbEngine(memory_mb=128, threads=1, spill_dir=tmp_path)
    with pytest.raises(UnusablePlace, match="pattern"):
        engine.rows("SELECT 1", {}, tables={"touchpoints": [tmp_path / "data[1]" / "part-0.parquet"]})
