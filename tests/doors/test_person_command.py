"""`tallystick person`: the first person, and help for those who cannot get in, from the machine itself."""

import json

import pytest
from typer.testing import CliRunner

from tallystick.doors.cli import errors
from tallystick.doors.cli.person import app
from tests.builders import Brand

pytestmark = pytest.mark.one_database

ADA = "ada@example.org"


def test_the_first_person_gets_a_link_on_standard_output_and_nothing_else(fresh_install):
    done = fresh_install.succeed("person", "add", ADA, "--name", "Ada Ames", "--administrator")
    assert done.stdout.startswith("http://localhost:8420/account/password/reset/key/")
    assert done.stdout.count("\n") == 1
    assert "Ada Ames chooses a password here" in done.stderr


def run(*arguments: str) -> tuple[int, str]:
    """A command in this process: its exit code, and what it says or prints."""
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is None or isinstance(done.exception, SystemExit):
        return done.exit_code, done.output
    explained = errors.explained(done.exception)
    assert explained is not None, done.exception
    return explained.exit_code, explained.message


def people() -> list[tuple[str, str, list[str]]]:
    found = json.loads(run("list", "--json")[1])
    return [(each["email"], each["state"], each["seats"]) for each in found]


@pytest.mark.django_db
def test_a_person_is_helped_shut_out_and_let_in():
    assert run("add", ADA, "--name", "Ada", "--administrator")[0] == 0
    assert people() == [(ADA, "active", ["administrator"])]
    assert "http://localhost:8420/account/password/reset/key/" in run("link", ADA.upper())[1]
    assert run("deactivate", ADA)[0] == 0
    assert run("link", ADA) == (1, f"{ADA} is deactivated. Activate first.")
    assert run("activate", ADA)[0] == 0
    assert run("forget-factors", ADA)[0] == 0
    assert run("administrator", ADA, "--take")[0] == 0
    assert people() == [(ADA, "active", [])]
    assert run("link", "nobody@example.org")[0] == 3


@pytest.mark.django_db
def test_half_a_command_adds_nobody():
    acme = Brand("Acme").key
    assert run("add", ADA, "--name", "Ada", "--role", f"{acme}:king")[0] == 2
    assert run("add", ADA, "--name", "Ada", "--role", acme)[0] == 2
    assert run("add", ADA, "--name", "Ada", "--owner-of", "nobody")[0] == 3
    assert people() == []


@pytest.mark.django_db
def test_seats_are_given_and_taken_but_not_the_last_owners():
    acme = Brand("Acme").key
    run("add", ADA, "--name", "Ada", "--owner-of", acme, "--role", f"{acme}:analyst")
    run("seat", ADA, acme, "partner", "--partner", "alice")
    assert sorted(people()[0][2]) == [f"{acme}:alice", f"{acme}:analyst", f"{acme}:owner"]
    assert run("seat", ADA, acme, "owner", "--take")[0] == 1
    assert run("deactivate", ADA)[0] == 1
    assert run("seat", ADA, acme, "analyst", "--take")[0] == 0
    assert run("seat", ADA, acme, "analyst", "--take")[0] == 3
    assert run("seat", ADA, acme, "partner", "--partner", "nobody")[0] == 3
