"""``tallystick kpis``: the catalogue of what can be asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.start import Json, start_django

app = typer.Typer()


@app.command()
def kpis(
    kpi: Annotated[
        str, typer.Argument(help="One KPI, to see all of its entry; all of them without one.")
    ] = "",
    as_json: Json = False,
) -> None:
    """See which KPIs there are: what each asks, what it is counted in, and by what it can be broken down."""
    start_django()
    from tallystick.doors import answered
    from tallystick.doors.kpis import find_kpi
    from tallystick.measurement.kpis.catalog import catalog

    if kpi:
        entry = answered.entry(find_kpi(kpi))
        if as_json:
            output.emit_json(entry)
        else:
            output.emit_table(("field", "value"), [(name, _text(value)) for name, value in entry.items()])
        return
    entries = list(catalog().values())
    if as_json:
        output.emit_json([answered.entry(entry) for entry in entries])
        return
    output.emit_table(
        ("kpi", "family", "unit", "question"),
        [(entry.key, str(entry.family), str(entry.unit), entry.question) for entry in entries],
    )


def _text(value: object) -> str:
    match value:
        case dict():
            return ", ".join(
                f"{name} {_text(each)}" for name, each in value.items() if each not in (None, "")
            )
        case list():
            return ", ".join(map(_text, value))
        case None:
            return ""
        case _:
            return str(value)
