"""The SQLite backend: which library runs, what is in force on each connection, and that values survive."""

from __future__ import annotations

import decimal
import multiprocessing
from datetime import UTC, date, datetime

import pysqlite3.dbapi2
import pytest
from django.db import IntegrityError, OperationalError, models, transaction
from django.test.utils import isolate_apps

from tallystick.foundation.sqlite import connect, gate

pytestmark = pytest.mark.one_database

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.fixture
def sample(scratch):
    """A table with one column of each kind whose values need adapting."""
    with isolate_apps("tests"):

        class Sample(models.Model):
            name = models.CharField(max_length=20, unique=True)
            amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
            at = models.DateTimeField(null=True)
            on = models.DateField(null=True)
            yes = models.BooleanField(null=True)
            raw = models.BinaryField(null=True)
            parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

            class Meta:
                app_label = "tests"

        with scratch.schema_editor() as editor:
            editor.create_model(Sample)
        yield Sample


def pragmas(connection):
    with connection.cursor() as cursor:
        return {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}


def test_the_library_is_the_one_pysqlite3_brings_and_passes_the_gate(scratch):
    with scratch.cursor() as cursor:
        version = cursor.execute("SELECT sqlite_version()").fetchone()[0]
    assert isinstance(scratch.connection, pysqlite3.dbapi2.Connection)
    assert version == pysqlite3.dbapi2.sqlite_version
    gate.check_version(scratch.get_database_version())


def test_wal_full_and_foreign_keys_are_in_force(scratch):
    assert pragmas(scratch) == PRAGMAS


def test_they_are_in_force_again_after_a_reconnect(scratch):
    scratch.ensure_connection()
    scratch.close()
    assert pragmas(scratch) == PRAGMAS


def test_an_affected_library_opens_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(connect.driver, "sqlite_version_info", (3, 51, 2))
    connect.require_safe_library.cache_clear()
    try:
        with pytest.raises(gate.UnsafeSqlite):
            connect.connect(tmp_path / "never.db")
        assert not (tmp_path / "never.db").exists()
    finally:
        connect.require_safe_library.cache_clear()


def test_a_transaction_takes_the_write_lock_when_it_begins(scratch, tmp_path):
    other = connect.connect(tmp_path / "scratch.db", timeout_seconds=0.01)
    with (
        transaction.atomic(using="scratch"),
        pytest.raises(pysqlite3.dbapi2.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_second_writer_that_cannot_wait_gets_djangos_error(scratch, tmp_path):
    scratch.ensure_connection()
    holder = connect.connect(tmp_path / "scratch.db")
    holder.execute("BEGIN IMMEDIATE")
    with scratch.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(OperationalError, match="locked"), transaction.atomic(using="scratch"):
        pass
    holder.close()


def test_a_duplicate_is_djangos_integrity_error(sample):
    sample.objects.using("scratch").create(name="alice")
    with pytest.raises(IntegrityError, match="UNIQUE"):
        sample.objects.using("scratch").create(name="alice")


def test_a_reference_to_nothing_is_refused(sample):
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        sample.objects.using("scratch").create(name="orphan", parent_id=404)


def test_values_come_back_as_they_were_given(sample):
    given = {
        "amount": decimal.Decimal("1234567.89"),
        "at": datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "on": date(2024, 2, 29),
        "yes": True,
        "raw": b"\x00\xff",
    }
    row = sample.objects.using("scratch").create(name="zoë", **given)
    back = sample.objects.using("scratch").get(pk=row.pk)
    assert {name: getattr(back, name) for name in given} == given
    assert sample.objects.using("scratch").filter(at__year=2026, amount=given["amount"]).count() == 1


def test_a_savepoint_that_fails_leaves_the_rest_of_the_transaction(sample):
    rows = sample.objects.using("scratch")
    with transaction.atomic(using="scratch"):
        rows.create(name="kept")
        with pytest.raises(IntegrityError), transaction.atomic(using="scratch"):
            rows.create(name="kept")
    assert rows.count() == 1


def test_many_rows_go_in_by_executemany_from_a_generator(sample, scratch):
    table = scratch.ops.quote_name(sample._meta.db_table)
    with scratch.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} (name) VALUES (%s)", ((f"n{i}",) for i in range(500)))
        cursor.executemany(f"INSERT INTO {table} (name) VALUES (%s)", iter(()))
        cursor.executemany(f"INSERT INTO {table} (name) VALUES (%(n)s)", [{"n": "named"}])
    assert sample.objects.using("scratch").count() == 501


def test_a_percent_sign_in_a_query_with_parameters_is_kept(scratch):
    with scratch.cursor() as cursor:
        assert cursor.execute("SELECT '100%%', %s", [7]).fetchone() == ("100%", 7)
        assert cursor.execute("SELECT '100%%', %(n)s", {"n": 7}).fetchone() == ("100%", 7)
        assert cursor.execute("SELECT '100%'").fetchone() == ("100%",)


def test_a_plain_connection_has_the_same_settings_and_waits_for_the_named_time(tmp_path):
    plain = connect.connect(tmp_path / "inbox.db", timeout_seconds=1.5)
    found = {name: plain.execute(f"PRAGMA {name}").fetchone()[0] for name in (*PRAGMAS, "busy_timeout")}
    plain.close()
    assert found == {**PRAGMAS, "busy_timeout": 1500}


def test_a_read_only_connection_reads_and_refuses_to_write(tmp_path):
    path = tmp_path / "receipts 100% #1?.db"
    writer = connect.connect(path)
    writer.execute("CREATE TABLE receipts (id)")
    reader = connect.connect(path, read_only=True)
    assert reader.execute("SELECT count(*) FROM receipts").fetchone() == (0,)
    with pytest.raises(pysqlite3.dbapi2.OperationalError, match="readonly"):
        reader.execute("INSERT INTO receipts VALUES (1)")
    reader.close()
    writer.close()


def _append(path, times):
    connection = connect.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS rows (n)")
    for n in range(times):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows VALUES (?)", (n,))
        connection.execute("COMMIT")
    connection.close()


def test_processes_that_create_a_file_together_all_get_wal_and_lose_no_row(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_append, args=(tmp_path / "shared.db", 20)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    reader = connect.connect(tmp_path / "shared.db", read_only=True)
    assert reader.execute("SELECT count(*) FROM rows").fetchone() == (80,)
    assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()
