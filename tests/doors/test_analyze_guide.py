"""The guide to `tallystick analyze` shows real files, real commands and their real output."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how" / "analyze-files.md"
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
COMMANDS = [text for language, _, text in BLOCKS if language == "console"]
PYTHON = [text for language, _, text in BLOCKS if language == "python"]


@pytest.fixture
def in_folder(tmp_path):
    """Run Python beside the files that the guide shows."""
    for language, name, text in BLOCKS:
        if language == "csv":
            (tmp_path / name).write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )

    return run


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.splitlines()[0])
def test_a_command_of_the_guide_prints_what_the_guide_shows(in_folder, block):
    command, _, shown = block.partition("\n")
    done = in_folder("-m", *shlex.split(command.removeprefix("$ ")))
    assert done.returncode == 0, done.stderr
    assert done.stdout == shown


@pytest.mark.parametrize("script", PYTHON)
def test_the_python_of_the_guide_runs(in_folder, script):
    done = in_folder("-c", script)
    assert done.returncode == 0, done.stderr


def test_the_guide_has_files_commands_and_python():
    assert len(COMMANDS) >= 5
    assert len(PYTHON) == 1
