"""``tallystick doctor``: is this installation sound, and if not, what to do."""

from __future__ import annotations

from dataclasses import asdict

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import CHECK_FAILED, CommandError
from tallystick.doors.cli.start import Json, start_django

app = typer.Typer()


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check Python, SQLite, the database and its guards, the data directory and its files.

    Mends nothing. Exit code 4 when a check fails; each failure says what to do.
    """
    config = start_django()
    from tallystick.project.health import run_checks

    checks = run_checks(config)
    failed = [check for check in checks if not check.passed]
    if as_json:
        output.emit_json({"sound": not failed, "checks": [asdict(check) for check in checks]})
    else:
        rows = [("ok" if check.passed else "FAILED", check.name, check.finding) for check in checks]
        output.emit_table(("", "check", "finding"), rows)
        for check in failed:
            output.warn(f"{check.name}: {check.advice}")
    if failed:
        raise CommandError(f"{len(failed)} of {len(checks)} checks failed.", CHECK_FAILED)
