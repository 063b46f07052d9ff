"""Whoever waits to write on SQLite gets in after the transaction that runs. Identifier: EO-TURN."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connections, transaction

from tallystick.foundation.sqlite.turnstile import SUFFIX, Turnstile, writes

pytestmark = pytest.mark.one_database

STEP_SECONDS = 0.03
HOLDS = """
import sys, time
from tallystick.foundation.sqlite.turnstile import Turnstile
with Turnstile(sys.argv[1], patience_seconds=1).held():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path, scratch):
    """The file of a connection to a database with one table."""
    add("CREATE TABLE written (who TEXT)")
    return tmp_path / "scratch.db"


def add(statement: str) -> None:
    with connections["scratch"].cursor() as cursor:
        cursor.execute(statement)


def test_a_person_waits_for_a_few_steps_of_a_worker_that_never_pauses(database):
    steps, stopping = [], threading.Event()

    def work() -> None:
        try:
            while not stopping.is_set():
                with transaction.atomic("scratch"):
                    add("INSERT INTO written VALUES ('worker')")
                    time.sleep(STEP_SECONDS)
                steps.append(1)
        finally:
            connections["scratch"].close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        waited = [steps_until_written(steps, in_a_transaction=bool(n % 2)) for n in range(10)]
    finally:
        stopping.set()
        worker.join()
    # One that runs and perhaps one that began between; more only where the machine lets nobody run.
    assert sorted(waited)[len(waited) // 2] <= 2
    assert max(waited) <= 10


def steps_until_written(steps: list[int], *, in_a_transaction: bool) -> int:
    before = len(steps)
    if in_a_transaction:
        with transaction.atomic("scratch"):
            add("INSERT INTO written VALUES ('person')")
    else:
        add("INSERT INTO written VALUES ('person')")
    return len(steps) - before


def test_a_process_that_is_killed_while_it_waits_leaves_no_lock_behind(database):
    command = [sys.executable, "-c", HOLDS, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGKILL)
    before = time.monotonic()
    add("INSERT INTO written VALUES ('next')")
    assert time.monotonic() - before < 5


def test_who_has_no_patience_left_goes_on_without_the_turnstile(tmp_path):
    path = str(tmp_path / "a.db")
    with Turnstile(path, patience_seconds=1).held(), Turnstile(path, patience_seconds=0.01).held():
        assert (tmp_path / f"a.db{SUFFIX}").exists()


@pytest.mark.parametrize(
    ("query", "waits"),
    [
        ("BEGIN IMMEDIATE", True),
        (" insert into a values (1)", True),
        ("UPDATE a SET b = 1", True),
        ("SELECT 1", False),
        ("COMMIT", False),
        ("PRAGMA journal_mode", False),
    ],
)
def test_only_what_writes_passes_the_turnstile(query, waits):
    assert writes(query) is waits
