"""The ``tallystick`` command: global options, the table of commands, and how failures end the process.

A command's module is imported only when that command runs (or its help is shown), and imports what is slow
inside its function; so ``tallystick analyze`` starts without Django.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tallystick.doors.cli import errors, output

COMMANDS: dict[str, str] = {
    "init": "tallystick.doors.cli.init",
    "person": "tallystick.doors.cli.person",
    "team": "tallystick.doors.cli.team",
    "key": "tallystick.doors.cli.key",
    "import": "tallystick.doors.cli.import_",
    "mapping": "tallystick.doors.cli.mapping",
    "names": "tallystick.doors.cli.names",
    "quarantine": "tallystick.doors.cli.quarantine",
    "orders": "tallystick.doors.cli.orders",
    "report": "tallystick.doors.cli.report",
    "kpis": "tallystick.doors.cli.kpis",
    "trace": "tallystick.doors.cli.trace",
    "replay": "tallystick.doors.cli.replay",
    "dismiss": "tallystick.doors.cli.dismiss",
    "demo": "tallystick.doors.cli.demo",
    "serve": "tallystick.doors.cli.serve",
    "work": "tallystick.doors.cli.work",
    "analyze": "tallystick.doors.cli.analyze",
    "journey": "tallystick.doors.cli.journey",
    "program": "tallystick.doors.cli.nouns:programs",
    "definition": "tallystick.doors.cli.definition",
    "channel": "tallystick.doors.cli.nouns:house channels",
    "partner": "tallystick.doors.cli.nouns:partners",
    "partnership": "tallystick.doors.cli.nouns:partnerships",
    "placement": "tallystick.doors.cli.nouns:placements",
    "campaign": "tallystick.doors.cli.nouns:campaigns",
    "link": "tallystick.doors.cli.nouns:links",
    "code": "tallystick.doors.cli.nouns:codes",
    "warehouse": "tallystick.doors.cli.warehouse",
    "audit": "tallystick.doors.cli.audit",
    "jobs": "tallystick.doors.cli.jobs",
    "doctor": "tallystick.doors.cli.doctor",
    "config": "tallystick.doors.cli.config",
}
"""Name of each command and the module whose `app` (a Typer) it is, in the order of the help; of a noun, the module that
makes its app, and how its rows are called together.
"""

COMPLETION_OPTIONS = frozenset({"install_completion", "show_completion"})


class LazyGroup(TyperGroup):
    """The group of `COMMANDS`: each is imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        place, _, plural = COMMANDS[cmd_name].partition(":")
        module: Any = import_module(place)
        command: Any = typer.main.get_command(module.app_of(cmd_name, plural) if plural else module.app)
        command.name = cmd_name
        # Each module's app is a program of its own to Typer; completion is installed for the whole only.
        command.params = [each for each in command.params if each.name not in COMPLETION_OPTIONS]
        return command


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.emit_text(f"tallystick {_version()}")
        raise typer.Exit


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tallystick")
    except PackageNotFoundError:
        return "from a source tree"


@app.callback()
def tallystick(
    config: Annotated[
        Path | None, typer.Option("--config", help="The TOML file with the settings.", metavar="FILE")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print data and warnings only.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Run partner marketing on one machine: what partners caused, how sure that is, and the receipts."""
    output.set_quiet(quiet)
    if config is not None:
        # By the environment, so that the processes which `serve` starts read the same file.
        os.environ["TALLYSTICK_CONFIG"] = str(config.absolute())


def main() -> None:
    """Run the command line of this process and end it with the exit code."""
    try:
        app(prog_name="tallystick")
    except KeyboardInterrupt:
        raise SystemExit(errors.INTERRUPTED) from None
    except Exception as error:
        if os.environ.get("TALLYSTICK_TRACEBACK"):
            raise
        raise SystemExit(_explain(error)) from None


def _explain(error: Exception) -> int:
    known = errors.explained(error)
    if known is not None:
        output.warn(f"tallystick: {known.message}")
        return known.exit_code
    output.warn(
        f"tallystick: {type(error).__name__}: {error}\n"
        "This is a fault of the program. TALLYSTICK_TRACEBACK=1 before the command shows where it happened."
    )
    return errors.FAILED
