"""``tallystick init``: make an installation ready, and open the brand, program and partners of a set-up file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, CommandError
from tallystick.doors.cli.start import Json, start_django

app = typer.Typer()


@app.command()
def init(
    setup: Annotated[
        Path | None, typer.Option("--setup", help="TOML file with brand, program, definitions and partners.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the data directory and the database ready, or bring them up to this version.

    With --setup, open what the file names. Run it again after editing the file: nothing is removed or doubled, and a
    file with a mistake changes nothing.
    """
    if setup is not None and not setup.is_file():
        raise CommandError(f"There is no file {setup}. Nothing was changed.", NOT_FOUND)
    config = start_django()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    from django.core.management import call_command

    from tallystick.kit.failpoints import reach

    call_command("migrate", interactive=False, verbosity=0)
    reach("init.migrated")
    output.say(f"Ready: {config.data_dir}")
    if setup is not None:
        _apply(setup, as_json=as_json)
    elif as_json:
        output.emit_json({"data_dir": str(config.data_dir)})


def _apply(path: Path, *, as_json: bool) -> None:
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.kit import ids
    from tallystick.measurement.attribution.rules.models import MODELS
    from tallystick.partners.partnerships.setup import apply_setup, read_setup

    applied = apply_setup(read_setup(path), models=tuple(MODELS), by=whoever_runs_this())
    if as_json:
        output.emit_json(
            {
                "brand": {"id": ids.show("brd", applied.brand.id), "key": applied.brand.key},
                "program": {"id": ids.show("prg", applied.program.id), "key": applied.program.key},
                "definitions": applied.definitions,
                "channels": applied.channels,
                "partners": applied.partners,
            }
        )
    else:
        output.say(
            f"{applied.brand.name}, {applied.program.name}: {applied.definitions} definitions, "
            f"{applied.partners} partners, {applied.channels} house channels"
        )
