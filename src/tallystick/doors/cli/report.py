"""``tallystick report``: a KPI with its interval, broken down, and opened to its receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django
from tallystick.measurement.kpis.dimensions import DIMENSIONS

if TYPE_CHECKING:
    from tallystick.doors.asking import Asked
    from tallystick.measurement.kpis.answers import Answer, Section

app = typer.Typer()


By = Annotated[
    list[str] | None,
    typer.Option(help=f"Break down by one of {', '.join(DIMENSIONS)}; at most two, repeated."),
]
Where = Annotated[
    list[str] | None, typer.Option(help="Only dimension=value, such as partner=alice; may be repeated.")
]
Unit = Annotated[str, typer.Option(help="clicks, sessions, leads or exposures, if the definition has it.")]
Mature = Annotated[bool, typer.Option("--mature-only", help="Leave out units that may still convert.")]
Compare = Annotated[
    bool, typer.Option("--compare", help="Compare with the period of the same length before.")
]
Open = Annotated[
    bool, typer.Option("--receipts", help="Open the figure: list its units with receipts and conversions.")
]
Definition = Annotated[str, typer.Option(help="Key of the conversion definition; the primary by default.")]


@app.command()
def report(
    kpi: Annotated[str, typer.Argument(help="The KPI.")] = "partnership_conversion_rate",
    by: By = None,
    where: Where = None,
    from_on: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    until_on: Annotated[str, typer.Option("--until", help="Last day, included.")] = "",
    segment: Annotated[str, typer.Option(help="partner, house or all: whose traffic.")] = "partner",
    denominator: Unit = "",
    basis: Annotated[str, typer.Option(help="cohort or period; the definition's own by default.")] = "",
    method: Annotated[str, typer.Option(help="wilson, jeffreys or clopper_pearson.")] = "wilson",
    mature_only: Mature = False,
    compare: Compare = False,
    receipts: Open = False,
    limit: Annotated[int, typer.Option(help="How many units --receipts lists.", min=1, max=10_000)] = 50,
    offset: Annotated[int, typer.Option(help="How many units --receipts leaves out first.", min=0)] = 0,
    program: Annotated[str, typer.Option(help="Key of the program; not needed where there is one.")] = "",
    definition: Definition = "",
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Answer how many of those who came through partners did what the program calls a conversion.

    Every figure has an interval; too few units say "not enough evidence", and a rate of nothing is undefined.
    Days are those of the program's zone. With --receipts the figure opens to what it is made of.
    """
    start_django()
    from tallystick.doors.asking import Wanted, ask
    from tallystick.doors.cli import report_shapes as shapes
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.measurement.kpis.catalog import catalog

    if kpi not in catalog():
        raise CommandError(f"There is no KPI {kpi!r}; there is {', '.join(catalog())}.", NOT_FOUND)
    wanted = Wanted(
        program=program,
        definition=definition,
        by=tuple(by or ()),
        where=tuple(where or ()),
        segment=segment,
        denominator=denominator,
        basis=basis,
        method=method,
        from_on=from_on,
        until_on=until_on,
        mature_only=mature_only,
        compare=compare,
    )
    with brand_in_scope(brand):
        asked = ask(wanted)
        if receipts:
            _print_receipts(asked, limit=limit, offset=offset, as_json=as_json)
        elif as_json:
            output.emit_json(shapes.answer(asked, asked.answer()))
        else:
            _print_answer(asked, asked.answer())


def _print_answer(asked: Asked, answer: Answer) -> None:
    from tallystick.doors import wording

    if not answer.sections:
        output.say("No version of the definition was in force in this period.")
    for section in answer.sections:
        output.emit_text(wording.headline(answer, section))
        if section.previous:
            before = wording.rate(section.previous.total, section.denominator)
            output.emit_text(
                f"before, {wording.period(section.previous.period)}: {before} · "
                f"now {wording.comparison(section.previous.of_total)}"
            )
        elif section.why_no_previous:
            output.emit_text(f"before: {section.why_no_previous}")
        output.emit_text(
            f"without partners: {wording.rate(section.baseline, section.denominator)} · "
            f"partners {wording.comparison(section.against_baseline)}"
        )
        if section.rows:
            output.emit_text("")
            _print_rows(asked, section)
        for note in section.notes:
            output.say(note)


def _print_rows(asked: Asked, section: Section) -> None:
    from tallystick.doors import wording

    by = asked.question.by
    earlier = {cell.keys: verdict for cell, verdict in section.previous.of_rows} if section.previous else {}
    columns = [*by, "converted", str(section.denominator), "rate", "95 %", ""]
    rows: list[list[Any]] = []
    for cell in section.rows:
        names = [asked.terms.term(name, key).name for name, key in zip(by, cell.keys, strict=True)]
        enough = cell.status == "ok"
        note = (
            f"not enough evidence, about {cell.units_short:,} more needed"
            if cell.units and not enough
            else ""
        )
        if cell.keys in earlier:
            note = f"{note} {wording.comparison(earlier[cell.keys])}".strip()
        rows.append(
            [
                *names,
                wording.converted(cell),
                f"{cell.units:,}",
                wording.percent(cell.value),
                wording.interval(cell.interval),
                note,
            ]
        )
    output.emit_table(columns, rows, numeric=("converted", str(section.denominator), "rate", "95 %"))


def _print_receipts(asked: Asked, *, limit: int, offset: int, as_json: bool) -> None:
    from tallystick.doors.cli import report_shapes as shapes
    from tallystick.kit import ids

    pages = asked.receipts(limit=limit, offset=offset)
    if as_json:
        output.emit_json(shapes.receipts(pages))
        return
    for page in pages:
        converted = "" if page.converted is None else f"{page.converted:,} converted of "
        output.say(f"{page.version.definition_name} v{page.version.version}: {converted}{page.units:,} units")
        output.emit_table(
            ("time (UTC)", "converted", "event", "receipt", "conversion"),
            [
                (
                    f"{row.dated_at:%Y-%m-%d %H:%M:%S}",
                    "" if row.converted is None else "yes" if row.converted else "no",
                    " ".join(ids.show("evt", event) for event in row.event_ids),
                    " ".join(ids.show("rcp", receipt) for receipt in row.receipt_ids),
                    " ".join(ids.show("cnv", conversion) for conversion in row.conversion_ids),
                )
                for row in page.rows
            ],
        )
        if page.units > offset + len(page.rows):
            output.say(
                f"{page.units - offset - len(page.rows):,} more: --limit and --offset page through them."
            )
