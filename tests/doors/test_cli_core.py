"""What every command shares: exit codes, the split of data and words, quiet, colour, and a quick start."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tallystick.doors.cli import app as command_line
from tallystick.doors.cli import errors, output, progress
from tallystick.project.config_sources import ConfigError
from tests.house.sources import ROOT

pytestmark = pytest.mark.one_database

WRONG_USAGE = ["no-such-command"], ["config", "--no-such-option"], ["serve", "--port", "x"]
DJANGO_FREE = ["--help"], ["analyze", "--help"], ["config"]


def run(*arguments, env=None, **options):
    """`tallystick ARGUMENTS` in a directory without a configuration file."""
    return subprocess.run(
        [sys.executable, "-m", "tallystick", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


@pytest.fixture
def failing(monkeypatch):
    """Make `tallystick` fail with an error of one's choice, and return its exit code."""

    def fail(error):
        broken = typer.Typer()

        @broken.command()
        def command():
            raise error

        monkeypatch.setattr(command_line, "app", broken)
        monkeypatch.setattr(sys, "argv", ["tallystick"])
        with pytest.raises(SystemExit) as end:
            command_line.main()
        return end.value.code

    monkeypatch.delenv("TALLYSTICK_TRACEBACK", raising=False)
    return fail


@pytest.mark.parametrize(
    "code", [errors.FAILED, errors.USAGE, errors.NOT_FOUND, errors.CHECK_FAILED], ids=["1", "2", "3", "4"]
)
def test_a_command_error_is_one_sentence_on_standard_error_and_its_exit_code(failing, capsys, code):
    assert failing(errors.CommandError("No partner `alice`. Nothing was changed.", code)) == code
    assert capsys.readouterr() == ("", "tallystick: No partner `alice`. Nothing was changed.\n")


def test_a_wrong_configuration_is_wrong_usage(failing, capsys):
    assert failing(ConfigError("`prot` is not a setting.")) == errors.USAGE
    assert capsys.readouterr().err == "tallystick: `prot` is not a setting.\n"


def test_a_fault_of_the_program_is_named_and_says_how_to_see_more(failing, capsys):
    assert failing(ZeroDivisionError("division by zero")) == errors.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert "ZeroDivisionError: division by zero" in err
    assert "TALLYSTICK_TRACEBACK=1" in err
    assert "Traceback" not in err


def test_the_traceback_is_shown_when_asked_for(monkeypatch, failing):
    monkeypatch.setenv("TALLYSTICK_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError("division by zero"))


def test_ctrl_c_ends_with_130(failing):
    assert failing(KeyboardInterrupt()) == errors.INTERRUPTED


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["config", "--no-such-option"], ["serve", "--port", "x"]]
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(arguments):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (errors.USAGE, "")
    assert done.stderr


def test_a_missing_configuration_file_is_wrong_usage():
    done = run("--config", "nowhere.toml", "config")
    assert (done.returncode, done.stdout) == (errors.USAGE, "")
    assert "nowhere.toml" in done.stderr


def test_the_named_configuration_file_is_read(tmp_path):
    (tmp_path / "shop.toml").write_text("port = 4242\n")
    done = run("--config", "shop.toml", "config", "--json", cwd=tmp_path, env={"TALLYSTICK_CONFIG": ""})
    port = next(setting for setting in json.loads(done.stdout) if setting["name"] == "port")
    assert (port["value"], port["source"], port["where"]) == ("4242", "file", str(tmp_path / "shop.toml"))


def test_data_goes_to_standard_output_and_nothing_else_does():
    done = run("config", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert {"name", "value", "source", "where", "description"} == set(json.loads(done.stdout)[0])


def test_a_secret_is_not_printed():
    done = run("config", env={"TALLYSTICK_SECRET_KEY": "hush" * 10, "DATABASE_URL": "postgres://a:hush@db/x"})
    assert done.returncode == 0
    assert "hush" not in done.stdout


def test_a_reader_that_stops_early_hears_no_complaint():
    code = f"cd '{ROOT}' && '{sys.executable}' -m tallystick config --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[", "")


def test_every_command_of_the_table_says_what_it_is_for():
    done = run("--help", env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.returncode == 0
    assert [name for name in command_line.COMMANDS if name not in done.stdout] == []


@pytest.mark.parametrize("arguments", DJANGO_FREE, ids=" ".join)
def test_commands_that_need_no_database_start_without_django(arguments):
    code = f"import sys; sys.argv[1:] = {arguments!r}\nfrom tallystick.doors.cli.app import main\n"
    code += "try: main()\nfinally: assert 'django' not in sys.modules and 'pysqlite3' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_words_go_to_standard_error_and_fall_silent_when_quiet(capsys):
    output.say("Importing.")
    output.set_quiet(True)
    try:
        output.say("Importing more.")
        output.warn("Row 3 waits in quarantine.")
    finally:
        output.set_quiet(False)
    assert capsys.readouterr() == ("", "Importing.\nRow 3 waits in quarantine.\n")


def test_a_table_in_a_pipe_is_plain_and_aligned(capsys):
    output.emit_table(("partner", "rate"), [("alice", 3.1), ("bob", None), ("zoë", 12)], numeric=("rate",))
    assert capsys.readouterr().out == "partner  rate\nalice     3.1\nbob\nzoë        12\n"


def test_json_keeps_its_key_order_and_its_letters(capsys):
    output.emit_json({"z": 1, "a": "Zoë", "path": Path("x")})
    assert capsys.readouterr().out == '{\n  "z": 1,\n  "a": "Zoë",\n  "path": "x"\n}\n'


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colour_needs_a_terminal_and_is_never_used_against_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert output.has_color(Terminal())
    assert not output.has_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.has_color(Terminal())


def at_a_terminal(env):
    """What `tallystick config` writes to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tallystick", "config"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color", **env},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 4096):
            written += chunk
    except OSError:  # the other end is closed: that is how a terminal ends
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return written.decode()


def test_a_terminal_gets_colour_unless_no_color_is_set():
    assert "\x1b[" in at_a_terminal({"NO_COLOR": ""})
    assert "\x1b[3" not in at_a_terminal({"NO_COLOR": "1"})


def long_task(shown=True):
    with progress.task("Importing", total=10, shown=shown) as rows:
        rows.started_at -= 2
        rows.advance(10)


def test_a_long_task_in_a_pipe_is_summed_up_in_one_line(capsys):
    long_task()
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("Importing: 10 rows in 2.0 s (5 rows/s)")


def test_a_short_task_says_nothing(capsys):
    with progress.task("Importing", total=10) as rows:
        rows.advance(10)
    assert capsys.readouterr() == ("", "")


def test_a_task_that_is_not_to_be_shown_says_nothing(capsys):
    long_task(shown=False)
    output.set_quiet(True)
    try:
        long_task()
    finally:
        output.set_quiet(False)
    assert capsys.readouterr() == ("", "")


def test_a_long_task_at_a_terminal_shows_a_bar_with_rate_and_time_left(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    with progress.task("Importing", total=1000) as rows:
        rows.started_at -= 2
        rows.advance(500)
        rows.advance(100)
    seen = terminal.getvalue()
    assert "Importing" in seen
    assert "600/1000" in seen
    assert "rows/s" in seen
