"""The ``web`` role: Granian serving the WSGI application."""

from __future__ import annotations

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from tallystick.project.config import Config
from tallystick.project.logs import standard_library
from tallystick.project.processes import PARENT_VARIABLE


def serve_web(config: Config) -> None:
    """Serve until SIGTERM or SIGINT: requests that were accepted are answered first.

    Granian forks one process that runs the application and starts another when it dies. On a signal to
    this process it stops that one; when this process is killed, that one ends itself (see `wsgi`).
    """
    os.environ[PARENT_VARIABLE] = str(os.getpid())
    Granian(
        "tallystick.project.wsgi:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=config.web_threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=max(1, int(config.stop_grace_seconds * 0.8)),
        log_level=LogLevels.debug if config.log_level == "debug" else LogLevels.error,
        log_dictconfig=standard_library(config),
    ).serve()
