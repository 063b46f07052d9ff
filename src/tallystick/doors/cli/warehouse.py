"""``tallystick warehouse``: what lies in the warehouse, whether it is right, and writing it anew."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import CHECK_FAILED, USAGE, CommandError
from tallystick.doors.cli.progress import task
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from uuid import UUID

    from tallystick.measurement.warehouse.standing import Choice, Day
    from tallystick.measurement.warehouse.verifying import Difference

app = typer.Typer(no_args_is_help=True)

MOST_SHOWN = 50
ROWS_AT_ONCE = 1_000_000

DAY = ["%Y-%m-%d"]
Table = Annotated[
    list[str] | None, typer.Option("--table", help="Only this fact table; may be repeated.", metavar="NAME")
]
First = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="Only from this UTC day on.")]
Last = Annotated[datetime | None, typer.Option("--until", formats=DAY, help="Only up to this UTC day.")]


@app.callback()
def warehouse() -> None:
    """See what lies in the warehouse of facts, check it against the database, and write it anew."""


@app.command()
def status(brand: Brand = None, as_json: Json = False) -> None:
    """Show how much of each fact table is published, in how many files, and from when to when."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.measurement.warehouse.contents import contents

    with brand_in_scope(brand):
        tables = contents()
    if as_json:
        output.emit_json([asdict(table) for table in tables])
        return
    if not tables:
        output.say(
            "Nothing is published yet. The worker of `tallystick serve` does it, or `tallystick work`."
        )
        return
    columns = (
        "table",
        "days",
        "files",
        "most a day",
        "rows",
        "MB",
        "first (UTC)",
        "last (UTC)",
        "published",
        "kept",
    )
    rows = [
        (
            each.table,
            f"{each.days:,}",
            f"{each.files:,}",
            f"{each.most_files_of_a_day:,}",
            f"{each.rows:,}",
            f"{each.bytes / 1e6:,.1f}",
            f"{each.first_at:%Y-%m-%d %H:%M}",
            f"{each.last_at:%Y-%m-%d %H:%M}",
            f"{each.published_at:%Y-%m-%d %H:%M:%S}",
            "all" if each.kept_from is None else f"from {each.kept_from}",
        )
        for each in tables
    ]
    output.emit_table(columns, rows, numeric=columns[1:6])


@app.command()
def rebuild(
    table: Table = None,
    first: First = None,
    last: Last = None,
    damaged: Annotated[
        bool, typer.Option("--damaged", help="Only days of which a file is missing or not what was written.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Write nothing: compare every row with the database.")
    ] = False,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Write days anew from the database, one by one, while readers and the worker go on; or only --verify them.

    It harms nothing: each day is what it was before or what it should be. When it is stopped, what is done stands, and
    the same command goes on there. With --verify exit code 4 tells of a difference, and nothing is written.
    """
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.journey import SOURCES
    from tallystick.measurement.warehouse.standing import Choice, days_of

    choice = Choice(
        tables=_known(table or ()), first=first and first.date(), last=last and last.date(), damaged=damaged
    )
    with brand_in_scope(brand) as found:
        days = days_of(found.id, sources=SOURCES, choice=choice)
        if verify:
            _verify(found.id, days, as_json)
        else:
            _rebuild(found.id, days, choice, as_json)


@app.command()
def compact(brand: Brand = None, as_json: Json = False) -> None:
    """Merge the small files of each day now; the worker does the same when it has nothing else to do."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.measurement.warehouse.compaction import compact as compact_some

    merged = 0
    with brand_in_scope(brand) as found, task("Merging files", unit="files", shown=not as_json) as counted:
        while (progress := compact_some(found.id, limit=ROWS_AT_ONCE)).done:
            merged += progress.done
            counted.advance(progress.done)
    if as_json:
        output.emit_json({"merged": merged})
    else:
        output.say(f"{merged:,} files merged." if merged else "No day has files to merge.")


def _known(tables: list[str] | tuple[()]) -> tuple[str, ...]:
    from tallystick.kit.facts import TABLES

    known = [each.name for each in TABLES]
    for name in tables:
        if name not in known:
            raise CommandError(f"{name!r} is no fact table; they are {', '.join(known)}.", USAGE)
    return tuple(tables)


def _rebuild(brand_id: UUID, days: list[Day], choice: Choice, as_json: bool) -> None:
    from tallystick.measurement.warehouse.rebuilding import Rebuilt, rebuild, still_to_do

    left = days if choice.damaged else still_to_do(brand_id, days=days, choice=choice)
    done: list[Rebuilt] = []
    if len(left) < len(days):
        output.say(f"A rebuild that was stopped goes on: {len(days) - len(left):,} days were done.")
    output.say(f"{len(left):,} days are written anew; readers and the worker go on meanwhile.")
    with task("Writing days anew", total=len(left), unit="days", shown=not as_json) as counted:

        def seen(rebuilt: Rebuilt) -> None:
            done.append(rebuilt)
            counted.advance()

        try:
            rebuild(brand_id, days=left, choice=choice, seen=seen)
        except KeyboardInterrupt:
            output.warn(
                f"Stopped. {len(done):,} of {len(left):,} days stand; the same command goes on there."
            )
            raise
    said = {
        "days": len(done),
        "files": sum(each.files for each in done),
        "rows": sum(each.rows for each in done),
    }
    if as_json:
        output.emit_json(said)
    else:
        output.say(f"{said['days']:,} days hold {said['rows']:,} rows in {said['files']:,} files.")


def _verify(brand_id: UUID, days: list[Day], as_json: bool) -> None:
    from tallystick.measurement.warehouse.verifying import verify

    compared = 0
    with task("Comparing days", total=len(days), unit="days", shown=not as_json) as counted:

        def seen(_day: Day, rows: int) -> None:
            nonlocal compared
            compared += rows
            counted.advance()

        differences = verify(brand_id, days=days, seen=seen)
    if as_json:
        output.emit_json(
            {
                "sound": not differences,
                "days": len(days),
                "rows": compared,
                "differences": [asdict(each) for each in differences],
            }
        )
    elif differences:
        _show(differences)
    else:
        output.emit_text(f"{len(days):,} days with {compared:,} rows are what the database says.")
    if differences:
        raise CommandError(
            f"{len(differences):,} of {len(days):,} days are not what the database says. "
            "`tallystick warehouse rebuild` with their tables and days writes them anew.",
            CHECK_FAILED,
        )


def _show(differences: list[Difference]) -> None:
    columns = ("table", "day", "missing", "extra", "damaged files", "for example")
    rows = [
        (each.table, each.day, f"{each.missing:,}", f"{each.extra:,}", len(each.damaged), each.example)
        for each in differences[:MOST_SHOWN]
    ]
    output.emit_table(columns, rows, numeric=columns[2:5])
    if len(differences) > MOST_SHOWN:
        output.say(f"{len(differences) - MOST_SHOWN:,} more; --json has them.")
