"""``tallystick quarantine``: what could not become events, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.start import Brand, Json, start_django

app = typer.Typer()


@app.command()
def quarantine(
    limit: Annotated[int, typer.Option(help="How many receipts to show.", min=1, max=1000)] = 50,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Show the receipts that wait in quarantine, oldest first, with reason, place, value and what to do."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.kit import ids
    from tallystick.tracking.inbox import queries

    with brand_in_scope(brand):
        counts = queries.counts_by_reason()
        rows = queries.waiting(limit=limit)
    if as_json:
        named = ("reason", "detail", "fix", "file", "line", "column", "value", "tries")
        output.emit_json(
            {
                "waiting": {str(reason): count for reason, count in counts.items()},
                "receipts": [
                    {"id": ids.show("rcp", row.receipt_id)} | {name: getattr(row, name) for name in named}
                    for row in rows
                ],
            }
        )
        return
    if not rows:
        output.say("Nothing waits in quarantine.")
        return
    for row in rows:
        place = f"{row.file}, line {row.line}" if row.line else row.file
        where = " · ".join(
            part for part in (place, row.column and f"column {row.column}", row.reason) if part
        )
        output.emit_text(f"{ids.show('rcp', row.receipt_id)}  {where}")
        output.emit_text(f"    {row.detail}")
        output.emit_text(f"    to do: {row.fix}")
    total = sum(counts.values())
    if total > len(rows):
        output.say(f"{total - len(rows):,} more; --limit shows up to 1,000.")
    output.say("What cannot be mended: `tallystick dismiss ID --why TEXT` takes it out of this list.")
