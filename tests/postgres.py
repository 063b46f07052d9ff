"""A throw-away PostgreSQL: `python -m tests.postgres -- COMMAND …` runs COMMAND with DATABASE_URL set to it.

The cluster lives in a temporary directory, belongs to an ordinary user (PostgreSQL refuses root), listens
on a random loopback port and on a socket in that directory, and syncs nothing to disk. It is stopped and
removed when the command ends, fails or is interrupted; on Linux it stops even when this process is killed
outright. Needs nothing but the standard library and PostgreSQL's server.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

DATABASE = "tallystick"
SUPERUSER = "postgres"
START_SECONDS = 30
STOP_SECONDS = 20
_NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_DURABLE = _NOT_DURABLE | {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_PR_SET_PDEATHSIG = 1


class ClusterFailed(RuntimeError):
    """PostgreSQL is not installed or did not start; the message says what to do."""


def bindir() -> Path:
    """Return the newest directory that holds `initdb` and `postgres`."""
    places = list(Path("/usr/lib/postgresql").glob("*/bin"))
    places.sort(key=lambda place: int(place.parent.name) if place.parent.name.isdigit() else 0, reverse=True)
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(Path(said.stdout.strip()))
    if initdb := shutil.which("initdb"):
        places.append(Path(initdb).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise ClusterFailed("PostgreSQL's server is not installed. On Debian: apt install postgresql")


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Yield the address (DATABASE_URL) of an empty database in a new cluster; remove it afterwards.

    durable: commits wait for the disk, as with a real one.
    """
    binaries, owner = bindir(), _owner()
    # /tmp by name: the owner must be able to walk in, and a socket's path may hold 107 bytes only.
    home = Path(tempfile.mkdtemp(prefix="tallystick-pg-", dir="/tmp"))
    try:
        os.chown(home, owner.pw_uid, owner.pw_gid)
        _run_as(
            owner,
            home,
            [
                binaries / "initdb",
                "--pgdata",
                home / "data",
                "--username",
                SUPERUSER,
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--no-sync",
            ],
        )
        with _server(binaries, owner, home, _DURABLE if durable else _NOT_DURABLE) as port:
            yield f"postgres://{SUPERUSER}@127.0.0.1:{port}/{DATABASE}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    """Run a command beside a cluster and return the command's exit code (128 + n when signal n ended it)."""
    command = list(arguments[1:]) if arguments[:1] == ["--"] else list(arguments)
    if not command:
        print("usage: python -m tests.postgres -- COMMAND …", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _leave)
    try:
        with cluster() as url:
            return _run_beside(command, url)
    except ClusterFailed as failure:
        print(f"tests.postgres: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


@contextmanager
def _server(binaries: Path, owner: pwd.struct_passwd, home: Path, kept: dict[str, str]) -> Iterator[int]:
    port = _free_port()
    settings = kept | {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(home),
    }
    command = [str(binaries / "postgres"), "-D", str(home / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        # A session of its own: Ctrl-C is for the command, which still needs its database to clean up.
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - there are no threads here
            **_identity(owner),
        )
    try:
        _wait_until_it_answers(server, home, binaries, port)
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # "fast": ends sessions, then stops
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], home: Path, binaries: Path, port: int) -> None:
    create = [str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", SUPERUSER, "-w", DATABASE]
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if subprocess.run(create, capture_output=True, check=False, env={"LC_ALL": "C"}).returncode == 0:
            return
        time.sleep(0.05)
    tail = (home / "log").read_text(errors="replace")[-2000:]
    raise ClusterFailed(f"PostgreSQL did not start within {START_SECONDS} s. Its log ends:\n{tail}")


def _run_beside(command: list[str], url: str) -> int:
    child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
    try:
        code = child.wait()
    except BaseException:
        # Ctrl-C reached the command as well; SIGTERM did not. Either way it gets time to end by itself.
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
        raise
    return code if code >= 0 else 128 - code


def _run_as(owner: pwd.struct_passwd, home: Path, command: Sequence[str | Path]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        **_identity(owner),
    )
    if done.returncode:
        raise ClusterFailed(f"{command[0]} failed:\n{done.stderr.strip()}")


def _owner() -> pwd.struct_passwd:
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ClusterFailed("root may not own a cluster, and there is neither a user 'postgres' nor 'nobody'")


def _identity(owner: pwd.struct_passwd) -> dict[str, Any]:
    """Return the Popen arguments that make a process the owner's."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": owner.pw_dir}
    if os.geteuid():
        return {"env": environment}
    return {
        "user": owner.pw_uid,
        "group": owner.pw_gid,
        "extra_groups": [],
        "umask": 0o077,
        "env": environment,
    }


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return ask_the_kernel


def _free_port() -> int:
    for _ in range(20):
        port = 20_000 + secrets.randbelow(
            12_000
        )  # below the range that outgoing connections take theirs from
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ClusterFailed("no free loopback port found in 20 tries")


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
