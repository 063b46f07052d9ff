"""``tallystick serve``: the web server and the worker under one supervisor."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import CommandError
from tallystick.doors.cli.start import start_django

app = typer.Typer()


class Role(StrEnum):
    """The parts of `serve` that can run alone; the worker alone is `tallystick work`."""

    WEB = "web"


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65_535)] = None,
    only: Annotated[Role | None, typer.Option(help="Run this part alone, without a supervisor.")] = None,
) -> None:
    """Run Tallystick: the web pages and the worker, until Ctrl-C or SIGTERM.

    A part that dies is started again. When this process is killed, its parts end with it.
    """
    if host is not None:
        os.environ["TALLYSTICK_HOST"] = host
    if port is not None:
        os.environ["TALLYSTICK_PORT"] = str(port)
    if only is Role.WEB:
        _serve_web()
    else:
        _supervise()


def _serve_web() -> None:
    from tallystick.project.processes import die_with_parent

    die_with_parent()
    from tallystick.project.config import load_config
    from tallystick.project.logs import configure_logs
    from tallystick.project.supervisor import refuse_open_host
    from tallystick.project.web import serve_web

    config = load_config()
    refuse_open_host(config)
    configure_logs(config)
    serve_web(config)


def _supervise() -> None:
    from tallystick.project.config import load_config
    from tallystick.project.supervisor import Supervisor, refuse_open_host, refuse_used_port, role_commands

    config = load_config()
    refuse_open_host(config)
    refuse_used_port(config.host, config.port)
    start_django()
    _refuse_unmigrated()
    output.say(f"Serving on {config.public_url}/ · Ctrl-C stops it")
    Supervisor(role_commands(), grace_seconds=config.stop_grace_seconds).run()


def _refuse_unmigrated() -> None:
    from tallystick.project.health import pending_migrations

    if pending_migrations():
        raise CommandError("The database is empty or older than this version. Run `tallystick init` first.")
