"""Rows into receipts and receipts into the store: any order, any memory, an interruption, a full disk."""

import random
import resource
from collections import Counter
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import pytest

from tallystick.foundation.sqlite.connect import connect
from tallystick.kit import ids
from tallystick.kit.batches import chunks
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of
from tallystick.tracking.imports.receiving.receive import STEP, STEP_BYTES, Received, append, steps
from tallystick.tracking.imports.receiving.scratch import Memory, ScratchFull
from tallystick.tracking.inbox.stores.port import StoreFull
from tallystick.tracking.inbox.stores.sqlite import SqliteStore
from tests.modules.inbox_cast import ACME, NOON, read_all

pytestmark = pytest.mark.one_database

ARRIVAL = Arrival(ACME, "orders", "orders.csv", NOON, ids.new())
KEYLESS = Mapping(name="orders")
GROUPED = Mapping(name="orders", group_by=("order",))
SMALL = Memory(contents=100, sorted_bytes=20_000)


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "inbox")) as store:
        yield store


def lines_of(orders: int) -> list[Row]:
    """Three rows of every order, far apart; every seventh order has a row that stands there twice."""
    cells = [(order, line) for line in range(3) for order in range(orders)]
    cells += [(order, 2) for order in range(0, orders, 7)]
    return [
        Row(number, {"order": str(order), "sku": f"sku-{line}"}, b"")
        for number, (order, line) in enumerate(cells, 2)
    ]


def receive(rows, store, *, mapping, arrival=ARRIVAL, memory=SMALL, scratch=None) -> Received:
    receipts = receipts_of(iter(rows), arrival, mapping=mapping, scratch=scratch, memory=memory)
    return sum((append(step, store=store) for step in steps(receipts)), Received())


@pytest.mark.parametrize("mapping", [KEYLESS, GROUPED], ids=["keyless", "grouped"])
def test_a_file_received_again_shuffled_is_nothing_new(store, tmp_path, mapping):
    rows = lines_of(500)
    assert receive(rows, store, mapping=mapping, scratch=tmp_path) == Received(1572, 1572, 0, 0)
    shuffled = random.Random(4).sample(rows, len(rows))
    again = Arrival(ACME, "orders", "again.csv", NOON, ids.new())
    assert receive(shuffled, store, mapping=mapping, arrival=again, memory=Memory()) == Received(
        1572, 0, 1572, 0
    )


@pytest.mark.parametrize("mapping", [KEYLESS, GROUPED], ids=["keyless", "grouped"])
def test_what_was_interrupted_goes_on_and_every_receipt_is_kept_once(store, mapping):
    rows = lines_of(200)
    whole = list(receipts_of(iter(rows), ARRIVAL, mapping=mapping))
    append(whole[:120], store=store)
    assert receive(rows, store, mapping=mapping).accepted == len(rows)
    kept = read_all(store)
    assert sorted(stored.receipt.id for stored in kept) == sorted(receipt.id for receipt in whole)
    assert {stored.repeats for stored in kept} == {0}


def test_ids_come_from_the_series_of_the_import_in_order():
    made = [receipt.id for receipt in receipts_of(iter(lines_of(9)), ARRIVAL, mapping=KEYLESS)]
    assert made == [ids.in_series(ARRIVAL.series, n, at=NOON) for n in range(len(made))]


def test_what_is_appended_at_once_is_bounded_in_number_and_in_bytes():
    wide = (Row(n, {"order": str(n), "text": "x" * 500_000}, b"") for n in range(40))
    receipts = receipts_of(wide, ARRIVAL, mapping=KEYLESS)
    assert max(sum(len(receipt.body) for receipt in step) for step in steps(receipts)) < STEP_BYTES + 600_000
    (one, *_) = receipts_of(iter(lines_of(1)), ARRIVAL, mapping=KEYLESS)
    assert [len(step) for step in steps([one] * (STEP + 1))] == [STEP, 1]


def test_receipts_before_an_error_come_first():
    def breaks():
        yield from lines_of(1)
        raise ValueError("the disk fails")

    found = []
    with pytest.raises(ValueError, match="the disk fails"):
        found.extend(steps(receipts_of(breaks(), ARRIVAL, mapping=KEYLESS)))
    assert [len(step) for step in found] == [4]


def test_nothing_is_left_of_what_was_put_aside(tmp_path):
    receipts = receipts_of(
        iter(lines_of(500)), ARRIVAL, mapping=GROUPED, scratch=tmp_path / "s", memory=SMALL
    )
    some = list(islice(receipts, 10))
    assert len(some) == 10
    assert list((tmp_path / "s").iterdir()) == []


def test_a_small_file_needs_no_room_on_disk(tmp_path):
    assert list(receipts_of(iter(lines_of(5)), ARRIVAL, mapping=GROUPED, scratch=tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_a_full_disk_of_receipts_is_said_and_making_room_lets_it_go_on(tmp_path):
    rows = lines_of(1000)

    def cramped(path: Path):
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 150")
        return connection

    receipts = list(receipts_of(iter(rows), ARRIVAL, mapping=KEYLESS))
    with closing(SqliteStore(tmp_path / "inbox", connect=cramped)) as store:
        answered = []
        with pytest.raises(
            StoreFull, match=r"inbox is full. These receipts were not kept; those .* before are"
        ):
            answered.extend(append(part, store=store) for part in chunks(receipts, 500))
    kept = sum(answered, Received()).rows
    assert 0 < kept < len(rows)
    with closing(SqliteStore(tmp_path / "inbox")) as store:
        assert len(read_all(store)) == kept
        assert receive(rows, store, mapping=KEYLESS) == Received(len(rows), len(rows), 0, 0)
        assert len(read_all(store)) == len(rows)


@contextmanager
def files_of_at_most(size: int):
    """As on a disk that is full: whatever grows beyond that is refused by the system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("mapping", [KEYLESS, GROUPED], ids=["keyless", "grouped"])
def test_a_full_disk_for_what_is_put_aside_is_said(tmp_path, mapping):
    receipts = receipts_of(iter(lines_of(2000)), ARRIVAL, mapping=mapping, scratch=tmp_path, memory=SMALL)
    with (
        files_of_at_most(10_000),
        pytest.raises(ScratchFull, match="is full: the rows of a large file are put aside"),
    ):
        list(receipts)
    assert list(tmp_path.iterdir()) == []


def test_many_thousand_contents_are_counted_exactly_with_a_hundred_in_memory(tmp_path):
    rows = [Row(n, {"n": str(n % 9_000)}, b"") for n in range(21_000)]
    receipts = receipts_of(iter(rows), ARRIVAL, mapping=KEYLESS, scratch=tmp_path, memory=SMALL)
    times = Counter(int((receipt.key or "").partition("#")[2]) for receipt in receipts)
    assert times == {1: 9_000, 2: 9_000, 3: 3_000}
