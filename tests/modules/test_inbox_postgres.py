"""What only PostgreSQL can show: transactions that commit in another order than they began."""

import threading
from contextlib import closing

import psycopg
import pytest

from tallystick.tracking.inbox.stores import rows
from tallystick.tracking.inbox.stores.port import StoreFault
from tests.modules.inbox_cast import ACME, a_place, click, order, read_all

pytestmark = pytest.mark.postgres

INSERT = f"INSERT INTO inbox_receipt ({', '.join(rows.WRITTEN)}) VALUES ({', '.join(['%s'] * 9)})"


@pytest.fixture
def place(tmp_path):
    with a_place("postgres", tmp_path) as place:
        yield place


@pytest.fixture
def store(place):
    store = place.open()
    yield store
    store.close()


def test_a_row_with_an_earlier_number_that_commits_later_is_not_passed(place, store):
    early, late = click("early"), click("late")
    with psycopg.connect(place.database_url) as slow:
        slow.execute(INSERT, rows.write(early))
        store.append([late])
        first = store.read(ACME, None, 10)
        assert first.receipts == ()
        assert store.backlog(ACME, None) == 1
        slow.commit()
    second = store.read(ACME, first.position, 10)
    assert [stored.receipt.id for stored in second.receipts] == [early.id, late.id]
    assert store.read(ACME, second.position, 10).receipts == ()


def test_reading_by_number_alone_would_pass_it(place, store):
    """The control: what the store would do without looking at transactions."""
    with psycopg.connect(place.database_url) as slow:
        slow.execute(INSERT, rows.write(click("early")))
        store.append([click("late")])
        with psycopg.connect(place.database_url) as naive:
            query = "SELECT seq FROM inbox_receipt WHERE seq > %s"
            reached = max(seq for (seq,) in naive.execute(query, (0,)))
            slow.commit()
            assert naive.execute(query, (reached,)).fetchall() == []
            assert naive.execute("SELECT count(*) FROM inbox_receipt").fetchone() == (2,)


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_transactions_are_ordered_as_numbers_where_their_digits_grow(place, store, limit):
    receipts = [order(n) for n in range(20)]
    for number, receipt in enumerate(receipts, start=1):
        store.append([receipt])
        with psycopg.connect(place.database_url) as other:
            other.execute(
                "UPDATE inbox_receipt SET tx = %s::text::xid8 WHERE id = %s", (str(number * 6), receipt.id)
            )
    found = [stored.receipt.id for stored in read_all(store, limit=limit)]
    assert found == [receipt.id for receipt in receipts]


def test_a_position_from_another_server_is_refused_with_what_to_do(store):
    store.append([order(1)])
    with pytest.raises(StoreFault, match="restored from a dump"):
        store.read(ACME, [10**15, 1], 10)


def test_two_batches_with_the_same_keys_in_opposite_orders_do_not_deadlock(place):
    rounds, numbers = 8, range(500)
    together = threading.Barrier(2)
    failures: list[psycopg.Error] = []

    def append(step):
        with closing(place.open()) as store:
            for round_ in range(rounds):
                batch = [order(f"{round_}-{n}", amount=a) for n in numbers[::step] for a in ("10", "11")]
                together.wait(60)
                try:
                    store.append(batch)
                except psycopg.Error as error:
                    failures.append(error)

    threads = [threading.Thread(target=append, args=(step,)) for step in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(place.read_all()) == rounds * len(numbers) * 2


def test_a_lost_connection_is_made_anew(place, store):
    store.append([order(1)])
    with psycopg.connect(place.database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            ("tallystick inbox",),
        )
    with pytest.raises(psycopg.OperationalError):
        store.append([order(2)])
    store.append([order(2)])
    assert len(read_all(store)) == 2


def test_an_answer_is_durable_even_where_the_server_is_set_not_to_be(store):
    store.append([order(1)])
    assert store._open().execute("SHOW synchronous_commit").fetchone() == ("on",)


@pytest.mark.django_db
def test_the_migrations_make_the_table_on_postgresql_only():
    from django.db import connection

    assert ("inbox_receipt" in connection.introspection.table_names()) == (connection.vendor == "postgresql")
