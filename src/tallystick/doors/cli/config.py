"""``tallystick config``: every setting in force and where it comes from."""

from __future__ import annotations

from dataclasses import asdict

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.start import Json

app = typer.Typer()


@app.command()
def config(
    as_json: Json = False,
) -> None:
    """See which settings are in force, and whether the environment, a file or the default decided.

    Secrets are masked.
    """
    from tallystick.project.config import load_config
    from tallystick.project.explain import explain

    settings = explain(load_config())
    if as_json:
        output.emit_json([asdict(setting) for setting in settings])
        return
    rows = [(each.name, each.value, f"{each.source} {each.where}".strip()) for each in settings]
    output.emit_table(("setting", "value", "source"), rows)
