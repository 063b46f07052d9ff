"""``tallystick replay``: verify again what waits in quarantine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.errors import USAGE, CommandError
from tallystick.doors.cli.start import Brand, start_django

app = typer.Typer()


@app.command()
def replay(
    reason: Annotated[
        list[str] | None, typer.Option(help="Only receipts that wait for this; may be repeated.")
    ] = None,
    brand: Brand = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Verify quarantined receipts again, after a mapping was mended or a partner was opened.

    What passes becomes events with its original time of receipt, and is credited. The rest waits on.
    """
    config = start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.journey import inbox, run_until_done
    from tallystick.tracking.events import services
    from tallystick.tracking.inbox.rules import Reason

    unknown = [name for name in reason or () if name not in set(Reason)]
    if unknown:
        raise CommandError(f"{unknown[0]!r} is not a reason; reasons: {', '.join(Reason)}.", USAGE)
    with brand_in_scope(brand) as found:
        reasons = [Reason(name) for name in reason] if reason else None
        replayed = services.replay(found.id, store=inbox(), reasons=reasons, by=whoever_runs_this())
        run_until_done(found.id, limit=config.work_batch_rows)
    if as_json:
        output.emit_json(asdict(replayed))
    else:
        output.emit_table(
            ("released", "waiting"), [[replayed.released, replayed.waiting]], numeric=("released", "waiting")
        )
