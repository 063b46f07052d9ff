"""``tallystick import``: a file becomes receipts, and the journey carries them on."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.progress import task
from tallystick.doors.cli.start import Brand, start_django

if TYPE_CHECKING:
    from tallystick.tracking.events.mapping.form import Mapping
    from tallystick.tracking.imports.receiving.receive import Received

app = typer.Typer()


@app.command(name="import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="A CSV or TSV file with a header, or NDJSON with one event a line.")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="TOML file that says what a row means. Not for NDJSON.")
    ] = None,
    brand: Brand = None,
    no_work: Annotated[
        bool, typer.Option("--no-work", help="Keep the receipts and leave the rest to the worker.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import a file: every row is kept as a receipt first, then becomes events, credits and facts.

    Importing a file again changes nothing, in whatever order its rows stand. Rows that cannot be used wait in
    quarantine: mend the mapping, import it again, and `tallystick replay`.
    """
    config = start_django()
    if not file.is_file():
        raise CommandError(f"There is no file {file}.", NOT_FOUND)
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.journey import run_until_done

    with brand_in_scope(brand) as found:
        before = _waiting()
        received = _receive(file, mapping, found.id, shown=not as_json)
        if not no_work:
            with task("Crediting", unit="rows", shown=not as_json) as steps:
                run_until_done(
                    found.id, limit=config.work_batch_rows, seen=lambda _, p: steps.advance(p.done)
                )
            _warn_of_rest(found.id)
        _report(received, more=_waiting() - before, shown_as_json=as_json)


def _receive(file: Path, mapping: Path | None, brand_id: UUID, *, shown: bool) -> Received:
    from tallystick.journey import inbox
    from tallystick.kit.failpoints import reach
    from tallystick.partners.programs.queries import find_program
    from tallystick.tracking.events.services import publish_mapping
    from tallystick.tracking.imports.receiving.receive import check_header, receive_events, receive_rows

    is_events = file.suffix in (".ndjson", ".jsonl")
    if is_events == (mapping is not None):
        raise CommandError(
            "An NDJSON file holds whole events and takes no --mapping."
            if is_events
            else "Say what a row means: --mapping FILE. docs/how/import.md shows one.",
            USAGE,
        )
    with task("Importing", total=_lines(file, header=not is_events), shown=shown) as rows:
        if mapping is None:
            return receive_events(file, brand_id=brand_id, store=inbox(), seen=rows.advance)
        if not mapping.is_file():
            raise CommandError(f"There is no file {mapping}.", NOT_FOUND)
        text, content = _read(mapping)
        if content.program is not None:
            find_program(content.program)
        check_header(file, mapping=content)
        # Before the rows: a worker that runs meanwhile verifies them as soon as they are kept.
        publish_mapping(name=content.name, text=text, by=whoever_runs_this())
        received = receive_rows(file, brand_id=brand_id, mapping=content, store=inbox(), seen=rows.advance)
        reach("import.received")
        return received


def _read(mapping: Path) -> tuple[str, Mapping]:
    from tallystick.tracking.events.mapping.checks import read_mapping
    from tallystick.tracking.events.mapping.form import BadMapping

    try:
        text = mapping.read_text(encoding="utf-8")
        return text, read_mapping(text)
    except (BadMapping, UnicodeDecodeError) as wrong:
        raise CommandError(f"The mapping {mapping} cannot be used: {wrong}. Nothing was imported.") from wrong


def _lines(file: Path, *, header: bool) -> int:
    """About how many rows there are, for the progress bar: a quoted line break counts as a row here."""
    with file.open("rb") as stream:
        lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    return max(lines - header, 0)


def _warn_of_rest(brand_id: UUID) -> None:
    """Say what still waits: another worker may be at it, or another program's transaction may hold receipts back."""
    from tallystick.journey import STAGES

    waiting = [f"{rows:,} {stage.reads}" for stage in STAGES if (rows := stage.behind(brand_id))]
    if waiting:
        output.warn(f"Kept, and still to do: {', '.join(waiting)}. `tallystick work` goes on with it.")


def _waiting() -> Counter[str]:
    from tallystick.tracking.inbox.queries import counts_by_reason

    return Counter({str(reason): count for reason, count in counts_by_reason().items()})


def _report(received: Received, *, more: Counter[str], shown_as_json: bool) -> None:
    """more: what came into quarantine with this import, by reason."""
    waiting = _waiting()
    if shown_as_json:
        output.emit_json({**asdict(received), "newly_waiting": dict(more), "quarantine": dict(waiting)})
        return
    columns = ("rows", "accepted", "duplicate", "conflict")
    output.emit_table(columns, [[f"{getattr(received, name):,}" for name in columns]], numeric=columns)
    if waiting:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in more.items()) or "none"
        total = sum(waiting.values())
        output.warn(
            f"Not used, by reason: {reasons}; {total:,} in quarantine in all. See `tallystick quarantine`."
        )
