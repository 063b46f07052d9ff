"""``tallystick serve``: one child process per role, started again when it dies, stopped together.

The supervisor itself serves nothing and keeps nothing, so killing it loses nothing; its children end with it
(`processes.die_with_parent`).
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from tallystick.kit.backoff import backoff_seconds
from tallystick.kit.errors import Foreseen
from tallystick.project.config import Config
from tallystick.project.processes import child_environment
from tallystick.project.site import is_loopback

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 15.0
STEADY_SECONDS = 30.0
POLL_SECONDS = 0.1

log = structlog.get_logger(__name__)


class CannotServe(Foreseen):
    """`serve` will not start; the text says why and what to do."""


@dataclass(slots=True)
class Child:
    """One role: its command, the process that runs it now, and when a dead one is replaced."""

    role: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    quick_deaths: int = 0

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor only, which then stops in order.
        # With tracebacks: a role that cannot start must say more to the log than a command says to a person.
        env = {**child_environment(), "TALLYSTICK_TRACEBACK": "1"}
        self.process = subprocess.Popen(self.command, env=env, start_new_session=True)
        self.started_at = time.monotonic()
        log.debug("role started", role=self.role, pid=self.process.pid)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def schedule_restart(self) -> None:
        """Note the death and choose when to start again: later after each quick death, up to a cap."""
        assert self.process is not None
        status, now = self.process.returncode, time.monotonic()
        self.quick_deaths = 0 if now - self.started_at > STEADY_SECONDS else self.quick_deaths + 1
        delay = backoff_seconds(self.quick_deaths, first=FIRST_DELAY_SECONDS, longest=LONGEST_DELAY_SECONDS)
        self.start_at, self.process = now + delay, None
        log.warning("role ended", role=self.role, status=status, restart_in_seconds=delay)


@dataclass(slots=True)
class Supervisor:
    """Keeps the roles running until it is asked to stop."""

    commands: Mapping[str, Sequence[str]]
    grace_seconds: float
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep every role running; return after SIGTERM, SIGINT or SIGHUP, with no child left."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # Under nohup SIGHUP is ignored, and stays so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self.stopping.set())
        children = [Child(role, command) for role, command in self.commands.items()]
        try:
            while not self.stopping.is_set():
                for child in children:
                    _keep_running(child)
                self.stopping.wait(POLL_SECONDS)
        finally:
            self._stop(children)

    def _stop(self, children: Sequence[Child]) -> None:
        running = [child.process for child in children if child.process is not None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + self.grace_seconds
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("role killed", pid=process.pid, grace_seconds=self.grace_seconds)
                process.kill()
                process.wait()


def _keep_running(child: Child) -> None:
    if child.is_running():
        return
    if child.process is not None:
        child.schedule_restart()
    elif time.monotonic() >= child.start_at:
        child.start()


def role_commands() -> dict[str, list[str]]:
    """The command of each role, run by the interpreter that runs this."""
    tallystick = [sys.executable, "-m", "tallystick"]
    return {"web": [*tallystick, "serve", "--only", "web"], "work": [*tallystick, "work"]}


def refuse_open_host(config: Config) -> None:
    """Raise CannotServe where other machines could connect, but nobody said under which address they do."""
    if not is_loopback(config.host) and config.site.is_local:
        raise CannotServe(
            f"Tallystick does not listen on {config.host} before it knows the address that people use. Set "
            "`public_url` to it, such as https://partners.example.org; or use --host 127.0.0.1, and for another "
            "machine an SSH tunnel."
        )


def refuse_used_port(host: str, port: int) -> None:
    """Raise CannotServe when another process listens there.

    The web server shares its port on purpose (SO_REUSEPORT), so it would not notice by itself.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotServe(
                f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses the port, or choose "
                "another with --port."
            ) from None
