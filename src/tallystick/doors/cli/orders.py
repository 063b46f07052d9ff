"""``tallystick orders``: the shop's own list of orders against what was tracked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import USAGE, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django
from tallystick.doors.cli.written import write_csv

if TYPE_CHECKING:
    from tallystick.tracking.imports.reconciling.queries import OrderReconciliation

app = typer.Typer()

Only = Annotated[
    list[str] | None,
    typer.Option(
        help="Only these verdicts: matched, differing, missing, absent, unreported; may be repeated."
    ),
]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write every verdict to a CSV file.")]
SHOWN: Final = ("order", "verdict", "why", "detail", "shop_at", "shop_amount", "here_at", "here_amount")


@app.command()
def orders(
    program: Annotated[
        str | None, typer.Option(help="Key of the program; not needed where there is one.")
    ] = None,
    from_on: Annotated[str, typer.Option("--from", help="First day of the orders, such as 2026-11-01.")] = "",
    until_on: Annotated[str, typer.Option("--until", help="Last day, included.")] = "",
    only: Only = None,
    limit: Annotated[int, typer.Option(help="How many orders to show.", min=1, max=1000)] = 50,
    offset: Annotated[int, typer.Option(help="How many of them to leave out first.", min=0)] = 0,
    csv: Csv = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Find out which orders of the shop tracking has missed, and why: the tracking loss rate, order by order.

    The shop's list is imported with a mapping that makes `orders`; without days its whole span is compared. Days are
    those of the program's zone.
    """
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.days import read_days
    from tallystick.doors.importing import reconciliation_values
    from tallystick.partners.programs.queries import find_program
    from tallystick.tracking.imports.reconciling.queries import MOST_ORDERS, reconcile, span_of_days
    from tallystick.tracking.imports.reconciling.rules import Kind

    unknown = set(only or ()) - {kind.value for kind in Kind}
    if unknown:
        raise CommandError(f"{min(unknown)!r} is no verdict; verdicts: {', '.join(Kind)}.", USAGE)
    first, last = read_days((from_on, until_on), ("--from", "--until"))
    with brand_in_scope(brand):
        of = find_program(program)
        span = span_of_days(of, first, last)
        if span is None:
            output.say(
                "The shop has reported no orders yet. docs/how/reconcile.md shows how to bring its list."
            )
            return
        page = {"limit": 2 * MOST_ORDERS} if csv else {"limit": limit, "offset": offset}
        kinds = [Kind(name) for name in only or ()]
        found = reconcile(of, since=span[0], until=span[1], only=kinds, **page)
    if csv is not None:
        write_csv(csv, _lines(found))
    if as_json:
        output.emit_json(reconciliation_values(found))
    elif csv is None:
        _print(found, offset=offset)


def _print(found: OrderReconciliation, *, offset: int) -> None:
    from tallystick.doors.importing import reconciliation_values

    said = reconciliation_values(found)
    output.emit_table(
        ("verdict", "orders"),
        [(kind, f"{number:,}") for kind, number in said["verdicts"].items()],
        numeric=("orders",),
    )
    for title in ("missing", "differing"):
        if said[title]:
            told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in said[title].items())
            output.emit_text(f"{title}: {told}")
    output.emit_text(f"\ntracking loss: {_loss(said['tracking_loss'])}")
    if said["money"]:
        output.emit_text("")
        columns = ("currency", "shop", "here", "missing", "unreported")
        output.emit_table(
            columns, [[each[name] for name in columns] for each in said["money"]], numeric=columns[1:]
        )
    if said["data"]:
        output.emit_text("")
        told_of = [{**each, "why": each["why"] or ", ".join(each["differences"])} for each in said["data"]]
        output.emit_table(SHOWN, [[each[name] for name in SHOWN] for each in told_of])
    if found.total > offset + len(found.verdicts):
        output.say(
            f"{found.total - offset - len(found.verdicts):,} more: --limit and --offset page, --csv writes all."
        )
    if found.nameless:
        output.say(f"{found.nameless:,} tracked orders of the period have no number and cannot be compared.")
    output.say(
        f"{found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M} UTC · {', '.join(found.sources)}"
    )


def _loss(loss: dict[str, Any]) -> str:
    from tallystick.doors import wording
    from tallystick.measurement.kpis.intervals import Interval

    if loss["rate"] is None:
        return "undefined: no order of the shop is expected here"
    interval = wording.percents(Interval(loss["low"], loss["high"]))
    return f"{wording.percent(loss['rate'])} ({interval}) · {loss['lost']:,} of {loss['expected']:,} orders"


def _lines(found: OrderReconciliation) -> Iterator[str]:
    from tallystick.doors.importing import verdict_values
    from tallystick.doors.nouns.cells import csv_line

    rows = [verdict_values(each) for each in found.verdicts]
    columns = list(rows[0]) if rows else []
    yield csv_line(columns)
    for each in rows:
        yield csv_line(" ".join(each[name]) if name == "differences" else each[name] for name in columns)
