"""Counters always add up to what they count, and merged files hold what the small ones held, whoever interrupts."""

import itertools
import random
from datetime import timedelta

import polars as pl
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit import clock
from tallystick.kit.facts import TOUCH_COUNTS, TOUCHPOINTS
from tallystick.measurement.warehouse import files, frames, rules
from tallystick.measurement.warehouse.compaction import compact
from tallystick.measurement.warehouse.queries import freshness, snapshot
from tallystick.measurement.warehouse.rollups import ROLLUPS
from tallystick.measurement.warehouse.services import sweep
from tallystick.measurement.warehouse.stage import publish, run
from tallystick.partners.programs.models import Brand
from tests.modules.warehouse_cast import (
    MONDAY,
    TUESDAY,
    Notebook,
    a_brand,
    age,
    keep_facts_in,
    published,
    touch,
)

ALL = 1_000_000
COUNTS = ROLLUPS["touch_counts"]
LATER = timedelta(minutes=11)
SAID = ("kind", "partner_id", "device", "country", "visitor_type", "counts", "label")


@pytest.fixture
def acme(tmp_path, monkeypatch, db):
    keep_facts_in(tmp_path / "warehouse", monkeypatch)
    with a_brand() as brand:
        yield brand


@pytest.fixture
def notebook(acme) -> Notebook:
    return Notebook()


def add(brand: Brand, notebook: Notebook, *rows: dict) -> None:
    """Publish these rows as files of their own."""
    notebook.write(*rows)
    publish(brand.id, limit=ALL, sources=[notebook])


def held(table: str) -> pl.DataFrame:
    """What a reader of a table sees now."""
    return pl.concat([pl.read_parquet(path) for path in snapshot().paths(table)])


def sizes(table: str = "touchpoints") -> list[int]:
    return sorted(pl.read_parquet(path).height for path in snapshot().paths(table))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(1, 2_000),
            "kind": st.sampled_from(["click", "view"]),
            "device": st.sampled_from([None, "phone", "none"]),
            "counts": st.booleans(),
        }
    ),
    min_size=1,
    max_size=40,
)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 40), max_size=3))
def test_counters_add_up_to_the_rows_they_count_however_the_rows_are_divided(rows, cuts):
    """For every filter on what both say: counted in pieces and added up, it is the number of rows."""
    columns = [column.name for column in TOUCHPOINTS.columns]
    facts = [touch(**row) for row in rows]
    whole = frames.fitting(TOUCHPOINTS, [tuple(fact[name] for name in columns) for fact in facts])
    edges = sorted({0, *(min(cut, len(rows)) for cut in cuts), len(rows)})
    pieces = [COUNTS.of(whole[start:end]) for start, end in itertools.pairwise(edges)]
    counters = COUNTS.merged(pl.concat(pieces))
    assert counters.columns == [column.name for column in TOUCH_COUNTS.columns]
    for names in (["kind"], ["device", "counts"], ["kind", "device", "counts", "visitor_type"]):
        by_rows = whole.group_by(names).agg(n=pl.len().cast(pl.Int64)).sort(names)
        by_counters = counters.group_by(names).agg(n=pl.col("touches").sum()).sort(names)
        assert by_counters.equals(by_rows)
    of_day = counters.filter(pl.col("bucket_at").dt.date() == MONDAY)["touches"].sum()
    assert of_day == whole.filter(pl.col("occurred_at").dt.date() == MONDAY).height


def test_counters_appear_with_the_rows_they_count_and_are_replaced_with_them(acme, notebook):
    add(acme, notebook, touch(1), touch(2), touch(20, device="phone"), touch(3, TUESDAY))
    assert held("touch_counts")["touches"].to_list() == [2, 1, 1]
    add(acme, notebook, touch(21, device="phone"))
    assert held("touch_counts")["touches"].sum() == 5
    notebook.strike(20)
    add(acme, notebook, touch(1, device="phone"))
    assert held("touch_counts")["touches"].sum() == held("touchpoints").height == 4


def test_small_files_of_a_day_become_one_and_say_the_same(acme, notebook):
    for number in (5, 3, 4, 1):
        add(acme, notebook, touch(number), touch(number + 10, TUESDAY))
    rows, counters = held("touchpoints"), held("touch_counts")
    before = freshness()
    assert compact(acme.id, limit=ALL).done == 16
    assert sizes() == [4, 4]
    merged = held("touchpoints")
    assert merged["occurred_at"].to_list() == sorted(rows["occurred_at"].to_list())
    assert merged.sort("event_id").equals(rows.sort("event_id"))
    assert held("touch_counts").equals(COUNTS.merged(counters))
    assert held("touch_counts")["touches"].to_list() == [4, 3, 1]
    assert [line.published_at for line in freshness()] == [line.published_at for line in before]
    assert compact(acme.id, limit=ALL).done == 0


def test_files_are_merged_when_nothing_else_waits_and_before_a_day_has_too_many(acme, notebook, monkeypatch):
    monkeypatch.setattr(rules, "GROWTH", 100)  # only what presses is merged
    monkeypatch.setattr(rules, "CROWDED", 3)
    for number in (1, 2, 3):
        notebook.write(touch(number))
        run(acme.id, limit=ALL, sources=[notebook])
    assert (sizes(), published()) == ([3], [1, 2, 3])
    with time_machine.travel(clock.now() + LATER):
        add(acme, notebook, touch(5, TUESDAY))
        add(acme, notebook, touch(6, TUESDAY))
        run(acme.id, limit=ALL, sources=[notebook])
        assert sizes() == [1, 1, 3]  # Tuesday may gain more
    with time_machine.travel(clock.now() + 2 * LATER):
        run(acme.id, limit=ALL, sources=[notebook])
    assert sizes() == [2, 3]


@given(steps=st.lists(st.integers(1, 60_000), min_size=1, max_size=60))
def test_few_files_stay_small_and_no_row_is_written_often(steps):
    """However a day grows, by the rule alone: bounded files, bounded rewriting, none too large."""
    parts: list[tuple[int, int]] = []  # rows, how often the row that was written most often was written
    for step in steps:
        parts.append((step, 1))
        small = sorted(part for part in parts if part[0] <= rules.SMALL)
        growth = rules.GROWTH_AT_REST if len(small) >= rules.CROWDED else rules.GROWTH
        if chosen := rules.worth_merging([rows for rows, _ in small], growth=growth):
            for part in small[:chosen]:
                parts.remove(part)
            merged = sum(rows for rows, _ in small[:chosen])
            assert merged <= rules.ROWS_PER_FILE
            assert all(merged >= growth * rows for rows, _ in small[:chosen])
            parts.append((merged, 1 + max(times for _, times in small[:chosen])))
    assert sum(rows for rows, _ in parts) == sum(steps)
    assert all(times <= 18 for _, times in parts)
    assert sum(rows <= rules.SMALL for rows, _ in parts) <= rules.CROWDED + 2


def test_what_is_published_while_files_are_merged_is_neither_lost_nor_there_twice(
    acme, notebook, monkeypatch
):
    """In the middle of a merge somebody adds rows, replaces the day, sweeps, or merges the same files first."""
    write_part, chance = files.write_part, random.Random(1)
    wanted: set[int] = set()

    def adds() -> None:
        wanted.add(number := len(notebook.lines) + 100)
        add(acme, notebook, touch(number))

    def replaces() -> None:
        wanted.discard(gone := min(wanted))
        notebook.strike(gone)
        publish(acme.id, limit=ALL, sources=[notebook])

    def sweeps() -> None:
        age(snapshot().files[0].path.parents[3].rglob("part-*"))
        sweep(acme.id)

    def merges() -> None:
        compact(acme.id, limit=ALL)

    def interrupted(*args, **fields):
        part = write_part(*args, **fields)
        monkeypatch.setattr(files, "write_part", write_part)
        chance.choice((adds, replaces, sweeps, merges))()
        return part

    for _ in range(8):
        for _ in range(4):
            adds()
        monkeypatch.setattr(files, "write_part", interrupted)
        compact(acme.id, limit=ALL)
        monkeypatch.setattr(files, "write_part", write_part)
        assert published() == sorted(wanted)
        assert held("touch_counts")["touches"].sum() == len(wanted)


def test_a_damaged_file_is_not_merged_so_that_it_is_still_found(acme, notebook):
    for number in (1, 2, 3, 4):
        add(acme, notebook, touch(number))
    first = snapshot().paths("touchpoints")[0]
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    compact(acme.id, limit=ALL)
    assert len(snapshot().paths("touchpoints")) == 4
    assert first in snapshot().paths("touchpoints")


def test_a_call_does_about_as_much_as_it_may(acme, notebook):
    for number in (1, 2, 3, 4):
        add(acme, notebook, touch(number), touch(number, TUESDAY, event_id=touch(number + 50)["event_id"]))
    first = compact(acme.id, limit=1)
    assert (first.done, first.left) == (4, 1)
    while compact(acme.id, limit=1).left:
        pass
    assert sizes() == [4, 4]
