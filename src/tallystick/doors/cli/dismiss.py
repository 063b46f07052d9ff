"""``tallystick dismiss``: take a receipt out of the quarantine's list, for a reason, and back."""

from __future__ import annotations

from typing import Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.start import Brand, start_django

app = typer.Typer()


@app.command()
def dismiss(
    receipts: Annotated[
        list[str], typer.Argument(metavar="RECEIPT...", help="Receipts that wait in quarantine (rcp_…).")
    ],
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever asks later.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Let dismissed receipts wait again.")] = False,
    brand: Brand = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say that nothing will come of receipts in quarantine, such as a broken line that was imported again.

    They are kept and can be traced; --undo takes it back. A corrected row still takes the place of a dismissed one.
    """
    if undo == bool(why.strip()):
        raise CommandError("Say why: --why TEXT. (--undo takes none.)", USAGE)
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.kit import clock, ids
    from tallystick.tracking.inbox import services

    named = [ids.read(text) for text in receipts]
    if any(prefix != "rcp" for prefix, _ in named):
        raise CommandError("Only receipts wait in quarantine: their ids begin with rcp_.", USAGE)
    wanted = {receipt_id for _, receipt_id in named}
    with brand_in_scope(brand):
        if undo:
            done = services.take_back(wanted, by=whoever_runs_this())
        else:
            done = services.dismiss(wanted, why=why, at=clock.now(), by=whoever_runs_this())
    word = "taken back" if undo else "dismissed"
    if as_json:
        output.emit_json({word.replace(" ", "_"): done})
    else:
        output.say(f"{done} of {len(wanted)} {word}")
    if done < len(wanted):
        state = "dismissed" if undo else "waiting in quarantine"
        raise CommandError(f"{len(wanted) - done} of these receipts are not {state}.", NOT_FOUND)
