"""Programs that the starter forks end as those that Python starts."""

import os
import subprocess

import pytest

from tests.starter import starter


def run(code, *, seconds=60, **env):
    return starter().run(["-c", code], env={**os.environ, **env}, cwd="/", seconds=seconds)


@pytest.mark.parametrize(
    ("code", "returned", "said"),
    [
        ("pass", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('no')", 1, "no\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, ""),
        ("1 / 0", 1, "ZeroDivisionError"),
    ],
)
def test_a_program_ends_with_its_own_code_and_words(code, returned, said):
    done = run(code)
    assert done.returncode == returned
    assert said in done.stderr


def test_a_program_has_its_own_environment_folder_and_modules():
    code = "import os, sys; print(os.environ['WHO'], os.getcwd(), 'tallystick' in sys.modules)"
    assert run(code, WHO="alice").stdout == "alice / False\n"
    assert run(code, WHO="bob").stdout == "bob / False\n"


def test_a_program_that_takes_too_long_is_ended():
    with pytest.raises(subprocess.TimeoutExpired):
        run("import time; time.sleep(60)", seconds=0.2)
