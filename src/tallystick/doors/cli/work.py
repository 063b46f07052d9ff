"""``tallystick work``: the worker alone."""

from __future__ import annotations

import typer

from tallystick.doors.cli.start import start_django

app = typer.Typer()


@app.command()
def work() -> None:
    """Turn receipts into events, credits and facts until stopped.

    `tallystick serve` runs this too. Ctrl-C or SIGTERM stops it after the batch at hand.
    """
    from tallystick.project.processes import die_with_parent

    die_with_parent()
    start_django()
    from tallystick.project.worker import work as run

    run()
