"""Programs in processes of their own, without waiting for what others wrote: a fork instead of a start of Python.

A start of `tallystick` spends most of its time importing Django, DuckDB, Polars and pydantic. The starter is one
process that has imported those and nothing of ours, and forks itself for every program that a test runs: what is ours
is imported there, from the beginning, with the environment of that program. It ends with the process that began it.

`python -m tests.starter ADDRESS` listens on a socket until its standard input ends, and removes the folder it lies in.
"""

import atexit
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

BROUGHT_ALONG = (
    "django.contrib.auth.hashers",
    "django.core.management",
    "django.db.models",
    "django.forms",
    "django.http",
    "django.template",
    "duckdb",
    "msgspec",
    "polars",
    "pydantic_settings",
    "requests",
    "rich.console",
    "structlog",
    "tomli_w",
    "typer",
)
END_SECONDS = 60


class Starter:
    """The starter of this process."""

    def __init__(self) -> None:
        self._address = str(Path(tempfile.mkdtemp(prefix="tallystick-starter-")) / "socket")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.starter", self._address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )
        atexit.register(self.end)
        assert self._process.stdout
        assert self._process.stdout.readline() == b"ready\n"

    def run(
        self, python: Sequence[str], *, env: Mapping[str, str], cwd: Path, seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `python PYTHON…` (`-m MODULE …` or `-c CODE`) to its end, as `subprocess.run` does."""
        with (
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
            socket.socket(socket.AF_UNIX) as line,
        ):
            line.connect(self._address)
            request = json.dumps({"python": list(python), "env": dict(env), "cwd": str(cwd)}).encode()
            socket.send_fds(line, [len(request).to_bytes(4, "big")], [out.fileno(), err.fileno()])
            line.sendall(request)
            answer = line.makefile()
            program = int(answer.readline())
            line.settimeout(seconds)
            try:
                code = int(answer.readline())
            except TimeoutError:
                os.kill(program, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(python), seconds) from None
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(list(python), code, out.read(), err.read())

    def end(self) -> None:
        """Let the starter go. What it has started goes on to its end."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(END_SECONDS)


@cache
def starter() -> Starter:
    """The one of this process, begun when it is first asked for."""
    return Starter()


def main(address: str) -> None:
    """Listen; every request is answered by a child, which waits for the program that it has started."""
    for name in BROUGHT_ALONG:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        os.write(1, b"ready\n")
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            line, _ = door.accept()
            if not os.fork():
                door.close()
                _answer(line)
            line.close()
    shutil.rmtree(Path(address).parent)


def _answer(line: socket.socket) -> NoReturn:
    """Start one program, say its number, and then how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, files, _, _ = socket.recv_fds(line, 4, 2)
    request = line.makefile("rb").read(int.from_bytes(size, "big"))
    program = os.fork()
    if not program:
        line.close()
        _become(json.loads(request), *files)
    line.sendall(f"{program}\n".encode())
    _, status = os.waitpid(program, 0)
    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, Any], out: int, err: int) -> NoReturn:
    """Be the program that was asked for, to its end."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, out, err)):
        os.dup2(file, number)
    os.closerange(3, max(out, err, nothing) + 1)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    code = _run(*request["python"])
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(option: str, what: str, *arguments: str) -> int:
    """What `python -m` and `python -c` do; returns the exit code."""
    sys.argv = [option, *arguments]
    try:
        if option == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            return leaving.code or 0
        sys.stderr.write(f"{leaving.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - as Python itself: whatever ends a program is shown, and its exit code is 1
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main(sys.argv[1])
