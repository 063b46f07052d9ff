"""``tallystick journey``: the stages in order, and how far each is behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.start import Json, start_django

if TYPE_CHECKING:
    from tallystick.journey import Stage

app = typer.Typer()


@app.command()
def journey(as_json: Json = False) -> None:
    """See what becomes of a receipt: the stages in order, what each reads and writes, and how many rows wait.

    Before `tallystick init` the stages are shown without their backlog.
    """
    start_django()
    from tallystick.journey import STAGES

    waiting = _waiting(STAGES)
    rows = [_row(number, stage, waiting) for number, stage in enumerate(STAGES, 1)]
    if as_json:
        output.emit_json(rows)
        return
    cells = [[each[column] for column in COLUMNS] for each in rows]
    output.emit_table(COLUMNS, cells, numeric=("stage", "behind"))


COLUMNS = ("stage", "name", "reads", "writes", "behind")


def _row(number: int, stage: Stage, waiting: dict[str, int] | None) -> dict[str, Any]:
    behind = None if waiting is None else waiting[stage.name]
    return {
        "stage": number,
        "name": stage.name,
        "reads": stage.reads,
        "writes": stage.writes,
        "behind": behind,
    }


def _waiting(stages: tuple[Stage, ...]) -> dict[str, int] | None:
    """Rows that wait for each stage, over all brands; None when there is no database to ask."""
    from django.db import DatabaseError

    from tallystick.partners.programs.models import Brand

    if not _database_exists():
        return None
    try:
        brands = list(Brand.objects.values_list("pk", flat=True))
        return {stage.name: sum(stage.behind(brand) for brand in brands) for stage in stages}
    except DatabaseError as error:
        output.warn(f"The backlog cannot be counted: {str(error).strip()}. See `tallystick doctor`.")
        return None


def _database_exists() -> bool:
    """Asked first, because SQLite would make an empty file by being asked."""
    from django.db import connection

    return connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists()
