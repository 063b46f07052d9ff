"""`tallystick serve` as real processes: what lives, what dies with what, and what comes back."""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from tests.installs import Install

PATIENCE_SECONDS = 30
ORPHAN_SECONDS = 10

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc to find processes")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """The first truthy answer of `look`, or its last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def children(pid: int) -> list[int]:
    """Process ids of the living children, in the order of their start."""
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return sorted(each for each in everyone if parent_of(each) == pid)


def parent_of(pid: int) -> int | None:
    """The parent of a living process; None for one that is gone or only waits to be reaped."""
    try:
        state, parent = (Path("/proc") / str(pid) / "stat").read_text().rpartition(") ")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)


def family(pid: int) -> list[int]:
    """All living descendants."""
    return [each for child in children(pid) for each in (child, *family(child))]


def command_of(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def role(master: int, words: str) -> int | None:
    return next((pid for pid in children(master) if words in command_of(pid)), None)


class Served:
    """A running `tallystick serve` and how it looks from outside."""

    def __init__(self, process: Popen[str], port: int) -> None:
        self.process, self.port = process, port

    @property
    def pid(self) -> int:
        return self.process.pid

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/alive", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def web(self) -> int | None:
        return role(self.pid, "--only web")

    def worker(self) -> int | None:
        return role(self.pid, "tallystick work")


@pytest.fixture
def served(fresh_install: Install) -> Iterator[Served]:
    """`tallystick serve` with both roles up; whatever is left of it afterwards is killed."""
    port = free_port()
    process = fresh_install.start("serve", "--port", port)
    running = Served(process, port)
    known: list[int] = []
    try:
        assert eventually(running.answers), "serve does not answer"
        assert eventually(running.worker)
        known = family(process.pid)
        yield running
    finally:
        for pid in [*known, *family(process.pid), process.pid]:
            if parent_of(pid) is not None:
                os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_SECONDS)


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if parent_of(pid) is not None]


def test_a_killed_master_leaves_no_orphan(served):
    everyone = family(served.pid)
    assert len(everyone) >= 3, "web, its serving process, and the worker"
    os.kill(served.pid, signal.SIGKILL)
    assert eventually(lambda: not alive(everyone), ORPHAN_SECONDS), alive(everyone)
    assert not served.answers()


@pytest.mark.one_database
@pytest.mark.parametrize("which", ["web", "worker"])
def test_a_killed_role_is_started_again_and_leaves_no_orphan(served, which):
    find = getattr(served, which)
    killed = find()
    below = family(killed)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: find() not in {None, killed})
    assert eventually(lambda: not alive(below), ORPHAN_SECONDS)
    assert eventually(served.answers)


@pytest.mark.one_database
def test_the_serving_process_is_started_again_when_it_is_killed(served):
    serving = children(served.web())[0]
    os.kill(serving, signal.SIGKILL)
    assert eventually(lambda: not alive([serving]))
    assert eventually(served.answers)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_order(served, number):
    everyone = family(served.pid)
    os.kill(served.pid, number)
    assert served.process.wait(PATIENCE_SECONDS) == 0
    assert alive(everyone) == []


@pytest.mark.one_database
def test_the_answer_carries_the_security_headers(served):
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/-/alive", timeout=5) as answer:
        headers = answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.one_database
def test_another_host_name_is_refused(served):
    request = urllib.request.Request(
        f"http://127.0.0.1:{served.port}/-/alive", headers={"Host": "evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request, timeout=5)


@pytest.mark.one_database
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "shop.example"])
def test_an_address_that_others_can_reach_is_refused_with_the_reason(fresh_install, host):
    done = fresh_install.run("serve", "--host", host)
    assert done.returncode == 1
    assert "Set `public_url`" in done.stderr
    assert done.stdout == ""


@pytest.mark.one_database
def test_a_port_in_use_is_refused_by_name(fresh_install):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = fresh_install.run("serve", "--port", port)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


@pytest.mark.one_database
def test_a_second_serve_on_the_same_port_is_refused(served, fresh_install):
    done = fresh_install.run("serve", "--port", served.port)
    assert (done.returncode, "Cannot listen" in done.stderr) == (1, True)


@pytest.mark.one_database
def test_an_empty_database_is_refused_with_what_to_do(fresh_install, tmp_path):
    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path}/empty.db", "TALLYSTICK_PORT": str(free_port())}
    done = fresh_install.run("serve", env=elsewhere)
    assert done.returncode == 1
    assert "tallystick init" in done.stderr
