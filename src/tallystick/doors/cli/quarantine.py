"""``tallystick quarantine``: what could not become events, what to do about it, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from tallystick.tracking.imports.services.corrections import Corrected, CorrectedAll
    from tallystick.tracking.inbox.models import Quarantined

app = typer.Typer()

Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="COLUMN=VALUE", help="What a cell should say; may be repeated."),
]
Line = Annotated[
    int | None, typer.Option("--line", help="Line of the row, where a receipt holds several.", min=1)
]
Whole = Annotated[
    str | None, typer.Option("--event", metavar="JSON", help="A whole event, in place of one that is none.")
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where", metavar="COLUMN=VALUE", help="With --mapping: every row that waits for this value."
    ),
]
OfMapping = Annotated[
    str | None,
    typer.Option("--mapping", metavar="NAME", help="Correct rows of this mapping, all that --where names."),
]


@app.callback(invoke_without_command=True)
def quarantine(
    context: typer.Context,
    of_import: Annotated[
        str,
        typer.Option(
            "--import", metavar="IMPORT", help="Only what came with this import: its id, or the file's name."
        ),
    ] = "",
    limit: Annotated[int, typer.Option(help="How many receipts to show.", min=1, max=1000)] = 50,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Show the receipts that wait in quarantine, oldest first, with reason, place, value and what to do."""
    if context.invoked_subcommand is not None:
        return
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.tracking.imports.queries.imports import problems_of
    from tallystick.tracking.inbox import queries

    with brand_in_scope(brand):
        counts = {str(reason): count for reason, count in queries.counts_by_reason().items()}
        total = sum(counts.values())
        rows = [] if of_import else queries.waiting(limit=limit)
        if of_import:
            of_file = problems_of(_named(of_import))
            rows, total = list(of_file[:limit]), of_file.count()
    if as_json:
        from tallystick.doors.importing import problem_values

        values = [{"id": each.pop("receipt"), **each} for each in map(problem_values, rows)]
        output.emit_json({"waiting": counts, "total": total, "receipts": values})
        return
    if not rows:
        output.say("Nothing waits in quarantine.")
        return
    for row in rows:
        _print(row)
    if total > len(rows):
        output.say(f"{total - len(rows):,} more; --limit shows up to 1,000.")
    output.say("`tallystick quarantine correct ID --set COLUMN=VALUE` says what a cell should have said.")
    output.say("What cannot be mended: `tallystick dismiss ID --why TEXT` takes it out of this list.")


@app.command()
def show(
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="A receipt of the list (rcp_…).")],
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """See everything about one receipt that waits or waited: why, what to do, and every cell of its rows."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.importing import problem_values
    from tallystick.journey import inbox
    from tallystick.kit import ids
    from tallystick.tracking.imports.rules.corrections import rows_in
    from tallystick.tracking.inbox.queries import one

    receipt_id = ids.read_as("rcp", receipt)
    with brand_in_scope(brand):
        row = one(receipt_id)
        stored = inbox().get(receipt_id) if row else None
    if row is None or stored is None:
        raise CommandError(
            f"{receipt} never waited in quarantine. `tallystick trace {receipt}` may know it.", NOT_FOUND
        )
    kept = stored.receipt
    rows = [] if stored.erased_at else rows_in(kept)
    body = "" if stored.erased_at else kept.body.decode("utf-8", "replace")
    if as_json:
        said = {"state": row.state, "why": row.why, "source": kept.source, "kind": kept.kind}
        output.emit_json(
            {**problem_values(row), **said, "lines": list(kept.origin.lines), "rows": rows, "body": body}
        )
        return
    _print(row)
    output.emit_text(
        f"    {row.state}{f': {row.why}' if row.why else ''} · of {kept.source} · tried {row.tries} times"
    )
    for line, cells in zip(kept.origin.lines or (kept.origin.line,) * len(rows), rows, strict=True):
        output.emit_text("")
        output.emit_table((f"line {line}", ""), list(cells.items()))
    if not rows:
        output.emit_text(f"\n{body or 'erased'}")


@app.command()
def correct(
    receipt: Annotated[
        str | None, typer.Argument(metavar="[RECEIPT]", help="A receipt of the list (rcp_…).")
    ] = None,
    sets: Sets = None,
    line: Line = None,
    event: Whole = None,
    mapping: OfMapping = None,
    where: Where = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Say what a row should have said: it counts at once, and the row as it stood is kept.

    One receipt by its cells or as a whole event; or, with --mapping and --where, the same value in up to 1,000 rows.
    """
    config = start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.journey import run_until_done

    cells = dict(_pair(text) for text in sets or ())
    with brand_in_scope(brand) as found:
        if receipt is not None and mapping is None and where is None:
            _say(_one(receipt, cells, line=line, event=event), as_json=as_json)
        elif receipt is None and mapping is not None and where is not None:
            _say_all(_all(mapping, where, cells), as_json=as_json)
        else:
            raise CommandError("Name one receipt, or --mapping NAME and --where COLUMN=VALUE.", USAGE)
        run_until_done(found.id, limit=config.work_batch_rows)


def _one(receipt: str, cells: dict[str, str], *, line: int | None, event: str | None) -> Corrected:
    from tallystick.journey import inbox
    from tallystick.kit import ids
    from tallystick.tracking.imports.services import corrections

    receipt_id: UUID = ids.read_as("rcp", receipt)
    if (event is None) is not bool(cells):
        raise CommandError("Say what it should have said: --set COLUMN=VALUE, or --event JSON.", USAGE)
    by = whoever_runs_this()
    if event is not None:
        return corrections.correct_event(receipt_id, text=event, store=inbox(), by=by)
    return corrections.correct(receipt_id, cells=cells, line=line, store=inbox(), by=by)


def _all(mapping: str, where: str, cells: dict[str, str]) -> CorrectedAll:
    from tallystick.journey import inbox
    from tallystick.tracking.imports.services.corrections import correct_all

    column, value = _pair(where)
    if set(cells) != {column}:
        raise CommandError(f"Say what stands there instead: --set {column}=VALUE.", USAGE)
    by = whoever_runs_this()
    return correct_all(mapping, column=column, value=value, to=cells[column], store=inbox(), by=by)


def _say(done: Corrected, *, as_json: bool) -> None:
    from tallystick.doors.importing import corrected_values
    from tallystick.kit import ids

    if as_json:
        output.emit_json(corrected_values(done))
    elif done.finding is None:
        output.say(f"{ids.show('rcp', done.receipt_id)}: {done.became}; it counts.")
    else:
        output.warn("It waits again, for this:")
        _print(done.finding)


def _say_all(done: CorrectedAll, *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        output.emit_json(asdict(done))
        return
    columns = ("released", "waiting", "kept", "left")
    output.emit_table(columns, [[f"{getattr(done, name):,}" for name in columns]], numeric=columns)
    if done.left:
        output.say("More wait for the same value: the same command goes on with them.")


def _print(row: Quarantined) -> None:
    from tallystick.kit import ids

    place = f"{row.file}, line {row.line}" if row.line else row.file
    where = " · ".join(part for part in (place, row.column and f"column {row.column}", row.reason) if part)
    output.emit_text(f"{ids.show('rcp', row.receipt_id)}  {where}")
    output.emit_text(f"    {row.detail}")
    output.emit_text(f"    to do: {row.fix}")


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise CommandError(f"{text!r} is not of the form COLUMN=VALUE.", USAGE)
    return column, value


def _named(text: str) -> Any:
    """An import by its id, or the newest of a file with that name."""
    from tallystick.kit import ids
    from tallystick.tracking.imports.models import Import
    from tallystick.tracking.imports.queries.imports import find_import

    if text.startswith("imp_"):
        return find_import(ids.read_as("imp", text))
    found = Import.objects.filter(name=text).order_by("-created_at").first()
    if found is None:
        raise CommandError(f"No file of the name {text} was imported.", NOT_FOUND)
    return found
