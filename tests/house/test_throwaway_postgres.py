"""The cluster of `python -m tests.postgres` lives exactly as long as its command."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT
from tests.postgres import main

HARNESS = [sys.executable, "-m", "tests.postgres", "--"]
ASK = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).execute({!r}).fetchone()[0])"


def beside_a_cluster(*command):
    return subprocess.run([*HARNESS, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def ask(question):
    done = beside_a_cluster(sys.executable, "-c", ASK.format(question))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_command_finds_an_empty_database_and_the_folder_goes_with_it():
    folder = Path(ask("SELECT current_setting('data_directory') WHERE current_database() = 'tallystick'"))
    assert folder.name == "data"
    assert not folder.parent.exists()


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("kill -KILL $$", 137)])
def test_the_commands_exit_code_is_handed_on(command, code):
    assert beside_a_cluster("sh", "-c", command).returncode == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_and_removes_the_cluster(number):
    tell = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(60)"
    harness = subprocess.Popen(
        [*HARNESS, sys.executable, "-c", tell], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    port = harness.stdout.readline().rpartition(":")[2].partition("/")[0]
    harness.send_signal(number)
    assert harness.wait(30) == 128 + number
    harness.stdout.close()
    assert not [home for home in Path("/tmp").glob("tallystick-pg-*") if (home / f".s.PGSQL.{port}").exists()]


def test_without_a_command_it_says_how_it_is_used(capsys):
    assert main([]) == 2
    assert "python -m tests.postgres -- COMMAND" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_gives_the_server_to_an_ordinary_user():
    look = ASK.format("SHOW data_directory").replace("print(", "print(os.stat(") + ".st_uid)"
    done = beside_a_cluster(sys.executable, "-c", look)
    assert int(done.stdout) != 0, done.stderr
