"""A day's files hold what the database says of it, however they came to be written, and can be written again."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest
import time_machine
from django.conf import settings
from django.test import override_settings

from tallystick import journey
from tallystick.foundation.lanes import lane, position
from tallystick.foundation.models import Cursor
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.facts import TABLES
from tallystick.measurement.attribution.models import Conversion
from tallystick.measurement.kpis.queries import ask
from tallystick.measurement.kpis.questions import Question
from tallystick.measurement.warehouse import configured, files, rebuilding
from tallystick.measurement.warehouse.models import FactFile
from tallystick.measurement.warehouse.queries import missing_files, snapshot
from tallystick.measurement.warehouse.rebuilding import DayKeepsChanging, rebuild, still_to_do
from tallystick.measurement.warehouse.retention import retire
from tallystick.measurement.warehouse.services import sweep
from tallystick.measurement.warehouse.stage import publish
from tallystick.measurement.warehouse.standing import Choice, Day, days_of
from tallystick.measurement.warehouse.verifying import Difference, verify
from tallystick.partners.programs.queries import versions
from tests.builders import PARTNERS, START, Brand, Happening, alice, bob, day, identify, newsletter, purchase

ALICE, BOB, _ = PARTNERS
MONDAY = START.date()
Held = dict[str, Counter[tuple[object, ...]]]


@pytest.fixture
def shop(acme: Brand) -> Brand:
    """Acme, who counts purchases."""
    acme.defines("purchase", primary=True)
    return acme


def held(brand: Brand) -> Held:
    """Every row of every live file, by table; what is counted is added up."""
    with brand_scope(brand.id):
        live = snapshot()
    found: Held = {}
    for table in TABLES:
        counted: Counter[tuple[object, ...]] = Counter()
        for path in live.paths(table.name):
            for row in pl.read_parquet(path).select([column.name for column in table.columns]).iter_rows():
                counted[row[:-1] if table.name == "touch_counts" else row] += (
                    row[-1] if table.name == "touch_counts" else 1
                )
        found[table.name] = counted
    return found


def days(brand: Brand, **choice: object) -> list[Day]:
    return days_of(brand.id, sources=journey.SOURCES, choice=Choice(**choice))


def differences(brand: Brand) -> list[Difference]:
    return verify(brand.id, days=days(brand))


def rebuilds(brand: Brand, **choice: object) -> None:
    chosen = Choice(**choice)
    rebuild(brand.id, days=days_of(brand.id, sources=journey.SOURCES, choice=chosen), choice=chosen)


def publishes_all_at_once(brand: Brand) -> None:
    """Forget what was published, and publish it in one step."""
    with lane(brand.id):
        FactFile.objects.filter(replaced_at__isnull=True).update(replaced_at=clock.now())
        Cursor.objects.filter(name__startswith="warehouse.").delete()
    while publish(brand.id, limit=10**6, sources=journey.SOURCES).left:
        pass


def life(chance: random.Random) -> Iterator[Happening]:
    """What some people do within a week, in the order in which it becomes known: often late, and often contradicted."""
    for n in range(chance.randrange(6, 14)):
        visitor, customer = f"v{n}", f"c{n % 5}"
        for touch in range(chance.randrange(1, 4)):
            who = chance.choice((alice, bob, newsletter))
            fields = {"placement": "blog"} if who is alice and chance.random() < 0.5 else {}
            yield who.click(visitor, at=chance.uniform(0, 5) + touch / 100, **fields)
        if chance.random() < 0.7:
            bought = purchase(f"o{n}", visitor=visitor, at=chance.uniform(1, 6))
            yield bought
            yield bought.but(amount="12.00") if chance.random() < 0.3 else bought
        if chance.random() < 0.7:
            yield identify(visitor, customer, at=chance.uniform(0, 6))
        if chance.random() < 0.4:
            yield purchase(None, visitor=visitor, at=chance.uniform(1, 6))


@pytest.mark.parametrize(
    "seed", [2, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(3, 9))]
)
def test_published_in_steps_at_once_or_anew_the_days_hold_the_same(shop, seed):
    chance = random.Random(seed)
    known = list(life(chance))
    chance.shuffle(known)
    half = len(known) // 2
    kinds = iter(("creator", "content", "voucher"))
    while known:
        some, known = known[: (size := chance.randrange(1, 9))], known[size:]
        shop.gets(*some)
        shop.credits(limit=chance.choice((1, 3, 100)))
        if chance.random() < 0.3 and (kind := next(kinds, None)):
            shop.sets_up(partners=[{**ALICE, "kind": kind}])
        if len(known) < half <= len(known) + len(some):
            shop.defines("purchase", primary=True, effective_on=date(2026, 3, 4), dedupe="customer")
        for _ in range(chance.randrange(4)):
            publish(shop.id, limit=chance.choice((1, 2, 50)), sources=journey.SOURCES)
        if chance.random() < 0.3:
            assert differences(shop) == []
    shop.works()
    in_steps = held(shop)
    with brand_scope(shop.id):
        assert Conversion.objects.filter(withdrawn=True).exists()
    assert all(in_steps[name] for name in ("touchpoints", "outcomes", "conversions", "paths"))
    rebuilds(shop)
    assert held(shop) == in_steps
    publishes_all_at_once(shop)
    assert held(shop) == in_steps
    assert differences(shop) == []


def a_published_week(shop: Brand) -> None:
    for at in range(3):
        shop.receives(alice.click(f"v{at}", at=at), purchase(f"o{at}", visitor=f"v{at}", at=at + 0.1))


def files_of(shop: Brand, table: str, day: date) -> list[Path]:
    with brand_scope(shop.id):
        return snapshot().paths(table, first=day, last=day)


def test_a_row_that_no_file_holds_and_one_that_nobody_says_are_found_with_an_example(shop):
    a_published_week(shop)
    (path,) = files_of(shop, "outcomes", MONDAY)
    frame = pl.read_parquet(path)
    false = frame.with_columns(pl.lit("o99").alias("order_number"))
    written = files.write_day(
        configured.warehouse_dir(),
        [
            tuple(UUID(bytes=cell) if isinstance(cell, bytes) else cell for cell in row)
            for row in false.iter_rows()
        ],
        brand_id=shop.id,
        table=next(table for table in TABLES if table.name == "outcomes"),
        day=MONDAY,
    )
    with brand_scope(shop.id):
        (part,) = written
        FactFile.objects.filter(path=str(path.relative_to(configured.warehouse_dir()))).update(
            path=part.path, sha256=part.sha256, bytes=part.bytes
        )
    (found,) = differences(shop)
    assert (found.table, found.day, found.missing, found.extra) == ("outcomes", MONDAY, 1, 1)
    assert "order_number=o0" in found.example
    rebuilds(shop, tables=("outcomes",), first=MONDAY, last=MONDAY)
    assert differences(shop) == []


@pytest.mark.parametrize("hurt", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-9])])
def test_a_file_that_is_lost_or_cut_short_is_written_again(shop, hurt: Callable[[Path], object]):
    a_published_week(shop)
    before = held(shop)
    for path in files_of(shop, "touchpoints", MONDAY):
        hurt(path)
    assert [(found.table, found.missing) for found in differences(shop)] == [("touchpoints", 1)]
    assert [chosen.day for chosen in days(shop, damaged=True)] == [MONDAY]
    rebuilds(shop, damaged=True)
    assert (missing_files(), differences(shop), held(shop)) == ([], [], before)


def test_a_file_whose_bytes_were_changed_is_found_though_its_size_is_right(shop):
    a_published_week(shop)
    (path,) = files_of(shop, "paths", MONDAY)
    torn = bytearray(path.read_bytes())
    torn[len(torn) // 2] ^= 1
    path.write_bytes(torn)
    (found,) = differences(shop)
    assert (found.table, found.day, len(found.damaged)) == ("paths", MONDAY, 1)
    rebuilds(shop, tables=("paths",))
    assert differences(shop) == []


def test_what_is_published_while_a_day_is_written_anew_is_neither_lost_nor_doubled(shop, monkeypatch):
    a_published_week(shop)
    write, late = rebuilding._write, iter(range(3))

    def overtaken(*args):
        written = write(*args)
        if (n := next(late, None)) is not None:
            shop.receives(bob.click(f"late{n}", at=n), purchase(f"late{n}", visitor=f"late{n}", at=n + 0.2))
            if n == 1:
                shop.receives(identify("v0", "carol", at=3))  # another subject: the day of paths is rewritten
        return written

    monkeypatch.setattr(rebuilding, "_write", overtaken)
    rebuilds(shop)
    assert next(late, None) is None
    assert differences(shop) == []
    assert held(shop)["touchpoints"].total() == 6


def test_a_day_that_others_replace_each_time_is_given_up_and_stays_as_they_left_it(shop, monkeypatch):
    a_published_week(shop)
    before, write = held(shop), rebuilding._write
    monday = {"tables": ("outcomes",), "first": MONDAY, "last": MONDAY}

    def overtaken(*args):
        with monkeypatch.context() as others:
            others.setattr(rebuilding, "_write", write)
            rebuilds(shop, **monday)
        return write(*args)

    monkeypatch.setattr(rebuilding, "_write", overtaken)
    monkeypatch.setattr(rebuilding, "TRIES", 3)
    with pytest.raises(DayKeepsChanging, match="3 times"):
        rebuilds(shop, **monday)
    assert (held(shop), differences(shop)) == (before, [])
    root = configured.warehouse_dir()
    with brand_scope(shop.id):
        named = set(FactFile.objects.values_list("path", flat=True))
    there = {path.relative_to(root).as_posix() for path in (root / f"brand={shop.id.hex}").rglob("part-*")}
    assert there == named


def test_a_rebuild_that_was_stopped_goes_on_where_it_was(shop):
    a_published_week(shop)
    choice, every, done = Choice(), days(shop), []

    def stop_at_the_third(rebuilt):
        done.append(rebuilt.day)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(shop.id, days=every, choice=choice, seen=stop_at_the_third)
    assert still_to_do(shop.id, days=every, choice=choice) == every[3:]
    assert still_to_do(shop.id, days=every, choice=Choice(tables=("paths",))) == every
    rebuild(shop.id, days=every[3:], choice=choice)
    assert still_to_do(shop.id, days=every, choice=choice) == every
    with brand_scope(shop.id):
        assert position(rebuilding.REACHED) is None
    assert differences(shop) == []


def test_a_day_that_waits_to_be_written_under_other_names_is_no_difference(shop):
    a_published_week(shop)
    shop.sets_up(partners=[{**ALICE, "kind": "creator"}])
    assert differences(shop) == []
    shop.works()
    assert differences(shop) == []


def notes_of_clicks(shop: Brand) -> tuple[str, ...]:
    with brand_scope(shop.id):
        (definition,) = versions(shop.program_id)
        question = Question(program_id=shop.program_id, versions=[definition], as_of=clock.now())
        (section,) = ask(question, engine=configured.engine(), snapshot=snapshot()).sections
    return section.notes


def test_days_that_are_not_kept_lose_their_files_and_nobody_misses_them(shop):
    a_published_week(shop)
    whole = held(shop)
    assert "kept" not in " ".join(notes_of_clicks(shop))
    keep = settings.TALLYSTICK.model_copy(update={"warehouse_keep_days": {"touchpoints": 1}})
    with override_settings(TALLYSTICK=keep), time_machine.travel(day(2.5), tick=False):
        with brand_scope(shop.id):
            assert snapshot().kept_from == {"touchpoints": MONDAY + timedelta(days=1)}
        assert files_of(shop, "touchpoints", MONDAY) == []
        assert notes_of_clicks(shop)[0].startswith("Facts before 3 Mar 2026 are no longer kept")
        assert (retire(shop.id), retire(shop.id)) == (1, 0)
        assert differences(shop) == []
        shop.receives(alice.click("late", at=0.3))
        rebuilds(shop)
        assert (differences(shop), files_of(shop, "touchpoints", MONDAY)) == ([], [])
    with time_machine.travel(day(2.6), tick=False):
        assert sweep(shop.id).replaced > 0
    assert [(found.table, found.day, found.missing) for found in differences(shop)] == [
        ("touchpoints", MONDAY, 2)
    ]
    rebuilds(shop)
    assert differences(shop) == []
    assert held(shop)["touchpoints"].total() == whole["touchpoints"].total() + 1
