"""`doctor` finds what is wrong and says what to do; `journey` shows the stages and their backlog."""

from __future__ import annotations

import json

import pytest

from tallystick.journey import STAGES

DROP_A_GUARD = """
from django.db import connection
from tallystick.foundation.guards import guards
guard = guards(connection.vendor)[0]
where = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
with connection.cursor() as cursor:
    cursor.execute(f"DROP TRIGGER {guard.name}{where}")
print(guard.name)
"""


def findings(done):
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def failed(done):
    return [name for name, check in findings(done).items() if not check["passed"]]


def test_a_fresh_installation_is_sound(fresh_install):
    done = fresh_install.run("doctor", "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["sound"] is True
    assert done.stderr == ""


@pytest.mark.one_database
def test_without_json_it_prints_a_line_a_check(fresh_install):
    done = fresh_install.run("doctor")
    assert done.returncode == 0
    assert "guards" in done.stdout
    assert "all present" in done.stdout


def test_a_missing_guard_is_found_by_name(fresh_install):
    name = fresh_install.run_python(DROP_A_GUARD).stdout.strip()
    assert name
    done = fresh_install.run("doctor", "--json")
    assert (done.returncode, failed(done)) == (4, ["guards"])
    assert name in findings(done)["guards"]["finding"]
    assert "tallystick init" in findings(done)["guards"]["advice"]


@pytest.mark.one_database
def test_a_secret_key_that_others_can_read_is_found(fresh_install):
    (fresh_install.data_dir / "secret_key").chmod(0o644)
    done = fresh_install.run("doctor")
    assert done.returncode == 4
    assert "chmod 600" in done.stderr


@pytest.mark.one_database
def test_a_database_that_does_not_exist_is_found_and_not_made(fresh_install, tmp_path):
    missing = tmp_path / "none.db"
    done = fresh_install.run("doctor", "--json", env={"DATABASE_URL": f"sqlite:///{missing}"})
    assert done.returncode == 4
    assert findings(done)["database"]["finding"] == "there is no database yet"
    assert not missing.exists()


@pytest.mark.one_database
def test_a_database_that_cannot_be_reached_is_found(fresh_install):
    done = fresh_install.run(
        "doctor", "--json", env={"DATABASE_URL": "postgres://acme:hush@127.0.0.1:1/shop"}
    )
    assert done.returncode == 4
    assert not findings(done)["database"]["passed"]
    assert "database_url" in findings(done)["database"]["advice"]
    assert "hush" not in done.stdout + done.stderr


@pytest.mark.one_database
def test_an_inbox_file_that_is_not_a_database_is_found(fresh_install):
    if fresh_install.database_url:
        pytest.skip("receipts are in PostgreSQL")
    (fresh_install.data_dir / "inbox").mkdir(exist_ok=True)
    (fresh_install.data_dir / "inbox" / "torn.db").write_bytes(b"not a database" * 100)
    done = fresh_install.run("doctor", "--json")
    assert (done.returncode, failed(done)) == (4, ["inbox"])
    assert "torn.db" in findings(done)["inbox"]["finding"]


def test_the_journey_is_printed_in_order_with_nothing_waiting(fresh_install):
    done = fresh_install.run("journey", "--json")
    assert done.returncode == 0, done.stderr
    stages = json.loads(done.stdout)
    assert [stage["name"] for stage in stages] == [stage.name for stage in STAGES]
    assert {stage["behind"] for stage in stages} == {0}


@pytest.mark.one_database
def test_the_journey_is_printed_without_a_database_too(fresh_install, tmp_path):
    missing = tmp_path / "none.db"
    done = fresh_install.run("journey", "--json", env={"DATABASE_URL": f"sqlite:///{missing}"})
    assert done.returncode == 0, done.stderr
    assert {stage["behind"] for stage in json.loads(done.stdout)} == {None}
    assert not missing.exists()
