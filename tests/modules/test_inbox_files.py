"""What only the files of an embedded inbox can show: who writes them, when they move, and what is synced."""

import multiprocessing
import os
from contextlib import closing

import pytest

from tallystick.foundation.sqlite.connect import connect, driver
from tallystick.kit import clock, ids
from tallystick.tracking.inbox.stores import files
from tallystick.tracking.inbox.stores.sqlite import SqliteStore
from tests.modules.inbox_cast import ACME, NOON, ZOE, Place, click, order, read_all

pytestmark = pytest.mark.one_database


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "inbox"


@pytest.fixture
def store(directory):
    store = SqliteStore(directory)
    yield store
    store.close()


def live(directory):
    return [file.name for file in files.keyless_files(directory, archived=False)]


def archived(directory):
    return [file.name for file in files.keyless_files(directory, archived=True)]


def end_of(store, brand=ACME):
    position, batch = None, store.read(brand, None, 1000)
    while batch.receipts:
        position, batch = batch.position, store.read(brand, batch.position, 1000)
    return batch.position if position is None else position


def test_clicks_do_not_enter_the_shared_file_and_orders_only_that(directory, store):
    store.append([click(1), order(1)])
    shared = connect(directory / files.KEYED)
    assert shared.execute("SELECT kind FROM receipts").fetchall() == [("order",)]
    shared.close()
    assert len(live(directory)) == 1


def test_a_file_that_has_grown_is_finished_and_another_begun(directory):
    store = SqliteStore(directory, file_bytes=200_000)
    receipts = [click("x" * 2000) for _ in range(400)]
    for start in range(0, 400, 20):
        store.append(receipts[start : start + 20])
    assert len(live(directory)) > 2
    assert [stored.receipt.id for stored in read_all(store, limit=37)] == [r.id for r in receipts]
    store.close()


def test_a_file_still_written_stays_and_a_finished_one_moves_once_all_have_read_it(directory, store):
    store.append([click(1), click(1, brand=ZOE)])
    everybody = [(ACME, end_of(store)), (ZOE, end_of(store, ZOE))]
    assert store.archive(everybody) == 0
    store.close()
    (name,) = live(directory)
    assert store.archive([]) == 0
    assert store.archive(everybody[:1]) == 0
    assert store.archive([*everybody, (ZOE, None)]) == 0
    assert store.archive(everybody) == 1
    assert (live(directory), archived(directory)) == ([], [name])
    assert list(directory.glob("*-*")) == []


def test_a_file_whose_writer_was_killed_moves_too(directory):
    writer = "store.append([click(n) for n in range(9)])\nprint('done')\ninput()"
    with Place(directory, None).start(writer) as process:
        assert process.stdout is not None
        process.stdout.readline()
        store = SqliteStore(directory)
        everybody = [(ACME, end_of(store))]
        assert store.archive(everybody) == 0
        process.kill()
    assert store.archive(everybody) == 1
    assert len(read_all(store)) == 9
    store.close()


def test_what_is_put_away_is_found_erased_and_read_by_one_who_begins_again(directory, store):
    receipts = [click(n) for n in range(5)]
    store.append(receipts)
    position = end_of(store)
    store.close()
    store.archive([(ACME, position)])
    assert store.get(receipts[3].id).receipt == receipts[3]
    assert store.erase(receipts[3].id, at=NOON)
    assert [stored.erased_at for stored in read_all(store)] == [None, None, None, NOON, None]
    assert store.backlog(ACME, None) == 5
    assert store.backlog(ACME, position) == 0


def test_an_id_that_is_nowhere_is_looked_for_with_one_file_open_at_a_time(directory):
    with closing(SqliteStore(directory, file_bytes=1)) as writer:
        for number in range(5):
            writer.append([click(number)])
    opened = []

    def noting(path):
        opened.append(connection := connect(path))
        still = [c for c in opened if is_open(c)]
        assert len(still) <= 2, "keyed.db and one other"
        return connection

    with closing(SqliteStore(directory, connect=noting)) as reader:
        assert reader.get(ids.new()) is None
        assert not reader.erase(ids.new(), at=NOON)
        assert len(opened) == 1 + 2 * len(live(directory)) == 11
        assert sum(map(is_open, opened)) == 1


def is_open(connection):
    try:
        connection.execute("SELECT 1").fetchall()
    except driver.ProgrammingError:
        return False
    return True


def test_a_position_in_a_file_survives_its_move(directory, store):
    store.append([click(n) for n in range(4)])
    behind = store.read(ACME, None, 1000).position
    later = [click(n) for n in range(6)]
    store.append(later)
    end = end_of(store)
    store.close()
    # Somebody archives without knowing of the reader that is behind.
    assert store.archive([(ACME, end)]) == 1
    assert store.backlog(ACME, behind) == 6
    found = read_all(store, position=behind, limit=4)
    assert [stored.receipt.id for stored in found] == [receipt.id for receipt in later]


def test_a_file_stays_while_its_lock_is_held_even_if_nobody_has_it_open(directory, store):
    directory.mkdir()
    file, lock = files.claim_name(directory)
    connect(file.path).close()
    assert store.archive([]) == 0
    os.close(lock)
    assert store.archive([]) == 1


def test_a_position_does_not_grow_with_the_files_that_were_read_and_put_away(directory):
    position = None
    for round_ in range(8):
        store = SqliteStore(directory)
        store.append([click(round_)])
        position = store.read(ACME, position, 100).position
        store.close()
        store.archive([(ACME, position)])
    assert store.read(ACME, position, 100).position == {}
    store.close()
    assert len(archived(directory)) == 8


def test_nothing_moves_while_somebody_reads(directory, store):
    store.append([click(1)])
    everybody = [(ACME, end_of(store))]
    store.close()
    with files.locked(directory / files.ARCHIVE_LOCK, shared=True):
        assert store.archive(everybody) == 0
    assert store.archive(everybody) == 1


def test_a_file_without_tables_is_read_as_empty_and_put_away(directory, store):
    directory.mkdir()
    connect(directory / "4711-1763632800000000.db").close()
    assert read_all(store) == []
    assert store.archive([]) == 1


def test_two_stores_of_one_process_write_files_of_their_own(directory):
    stores = [SqliteStore(directory) for _ in range(5)]
    for store in stores:
        store.append([click(1)])
    assert len(live(directory)) == 5
    assert len(read_all(stores[0])) == 5
    for store in stores:
        store.close()


def test_a_forked_child_writes_beside_its_parent(directory, store):
    store.append([click("parent"), order("parent")])

    def child():
        store.append([click("child"), order("child"), order("parent")])
        store.close()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == 0
    store.append([click("parent"), order("parent too")])
    assert len(live(directory)) == 2
    assert len(read_all(store)) == 6


def test_after_a_failed_commit_a_retry_keeps_each_receipt_once(directory):
    """The worst case: the commit came to disk and the answer did not."""
    failing: list[bool] = []

    class Connection(driver.Connection):
        def execute(self, statement, *parameters):
            result = super().execute(statement, *parameters)
            if statement == "COMMIT" and failing:
                raise driver.OperationalError("disk I/O error")
            return result

    def connect_to_a_bad_disk(path):
        return driver.connect(path, isolation_level=None, factory=Connection)

    store = SqliteStore(directory, connect=connect_to_a_bad_disk)
    store.append([click(0), order(0)])
    batch = [click(1), order(1), click(2)]
    failing.append(True)
    for kind in (batch[:1], batch):
        with pytest.raises(driver.OperationalError):
            store.append(kind)
    failing.clear()
    store.append(batch)
    assert len(read_all(store)) == 5
    store.close()


def test_the_names_of_files_tell_their_process_and_instant(directory):
    directory.mkdir()
    before = clock.to_micros(clock.now())
    file, lock = files.claim_name(directory)
    os.close(lock)
    assert file.path.name.startswith(f"{os.getpid()}-")
    assert before <= file.started_us <= clock.to_micros(clock.now())
    assert abs(files.made_us(ids.new()) - before) < 60_000_000
