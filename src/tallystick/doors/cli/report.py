"""``tallystick report``: a KPI with its interval, broken down, and opened to its receipts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import USAGE, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django
from tallystick.doors.cli.written import write_csv
from tallystick.measurement.kpis.dimensions import DIMENSIONS

if TYPE_CHECKING:
    from tallystick.doors.asking import Asked
    from tallystick.doors.kpis import Scale
    from tallystick.measurement.kpis.answers import Answer, Section

app = typer.Typer()

By = Annotated[
    list[str] | None,
    typer.Option(help=f"Break down by one of {', '.join(DIMENSIONS)}; at most two, repeated."),
]
Top = Annotated[
    int | None,
    typer.Option(help="Only the largest rows; all others together are one more.", min=1, max=1000),
]
Intervals = Annotated[
    bool, typer.Option("--intervals/--no-intervals", help="Without intervals the answer is quicker.")
]
AsCsv = Annotated[
    Path | None, typer.Option("--csv", help="Write the exact figures to a CSV file.", metavar="FILE")
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
    kpi: Annotated[str, typer.Argument(help="The KPI; `tallystick kpis` lists them.")] = "",
    by: By = None,
    where: Where = None,
    from_on: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    until_on: Annotated[str, typer.Option("--until", help="Last day, included.")] = "",
    segment: Annotated[str, typer.Option(help="partner, house or all: whose traffic.")] = "",
    denominator: Unit = "",
    basis: Annotated[str, typer.Option(help="cohort or period; the definition's own by default.")] = "",
    method: Annotated[str, typer.Option(help="wilson, jeffreys or clopper_pearson.")] = "wilson",
    mature_only: Mature = False,
    compare: Compare = False,
    top: Top = None,
    intervals: Intervals = True,
    receipts: Open = False,
    limit: Annotated[int, typer.Option(help="How many units --receipts lists.", min=1, max=10_000)] = 50,
    offset: Annotated[int, typer.Option(help="How many units --receipts leaves out first.", min=0)] = 0,
    program: Annotated[str, typer.Option(help="Key of the program; not needed where there is one.")] = "",
    definition: Definition = "",
    brand: Brand = None,
    as_csv: AsCsv = None,
    as_json: Json = False,
) -> None:
    """Answer a KPI: without one named, how many of those who came through partners did what counts as a conversion.

    Every rate has an interval; too few units say "not enough evidence", and a rate of nothing is undefined.
    Days are those of the program's zone. With --receipts the figure opens to what it is made of.
    """
    if as_csv and (receipts or as_json):
        raise CommandError("--csv goes with neither --receipts nor --json.", USAGE)
    start_django()
    from tallystick.doors.asking import Wanted, ask
    from tallystick.doors.cli.brands import brand_in_scope

    wanted = Wanted(
        kpi=kpi,
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
        top=top,
        intervals=intervals,
    )
    with brand_in_scope(brand):
        asked = ask(wanted)
        if receipts:
            _print_receipts(asked, limit=limit, offset=offset, as_json=as_json)
        else:
            _print_answer(asked, asked.answer(), as_csv=as_csv, as_json=as_json)


def _print_answer(asked: Asked, answer: Answer, *, as_csv: Path | None, as_json: bool) -> None:
    from tallystick.doors import answered, wording
    from tallystick.doors.exported import csv_lines

    if as_json:
        output.emit_json(answered.answer(asked, answer))
        return
    if as_csv:
        write_csv(as_csv, csv_lines(answer, asked))
        return
    if not answer.sections:
        output.say("No version of the definition was in force in this period.")
    for section in answer.sections:
        _print_section(asked, answer, section)
    output.say(wording.completeness(asked.completeness, asked.program.zone_info))


def _print_section(asked: Asked, answer: Answer, section: Section) -> None:
    from tallystick.doors import wording

    scale, past = asked.scale(section), section.previous
    output.emit_text(wording.headline(answer, section, scale))
    if past:
        output.emit_text(
            f"before, {wording.period(past.period)}: {wording.figure(past.total, scale)} · "
            f"now {wording.comparison(past.of_total, scale)}"
        )
    elif section.why_no_previous:
        output.emit_text(f"before: {section.why_no_previous}")
    if len(asked.entry.segments) > 1:
        output.emit_text(
            f"without partners: {wording.figure(section.baseline, scale)} · "
            f"partners {wording.comparison(section.against_baseline, scale)}"
        )
    if section.rows:
        output.emit_text("")
        _print_rows(asked, section, scale)
    for note in section.notes:
        output.say(note)


def _print_rows(asked: Asked, section: Section, scale: Scale) -> None:
    from tallystick.doors import wording
    from tallystick.doors.exported import rows_in_order

    by, has_intervals = asked.question.by, any(cell.interval for cell in section.rows)
    earlier = {cell.keys: verdict for cell, verdict in section.previous.of_rows} if section.previous else {}
    numeric = (*_counted(scale), _value_head(scale), *(["95 %"] if has_intervals else []))
    rows: list[list[Any]] = []
    for _name, cell in rows_in_order(section, asked, ""):
        names = [asked.terms.term(name, key).name for name, key in zip(by, cell.keys, strict=True)]
        short = cell.units and cell.status != "ok"
        note = f"not enough evidence, about {cell.units_short:,} more needed" if short else ""
        if cell.keys in earlier:
            note = f"{note} {wording.comparison(earlier[cell.keys], scale)}".strip()
        counts = [scale.counted(cell.numerator), scale.number(cell.denominator)] if scale.is_ratio else []
        interval = [wording.interval(cell.interval, scale)] if has_intervals else []
        rows.append([*names, *counts, scale.value(cell.value), *interval, note])
    output.emit_table([*by, *numeric, ""], rows, numeric=numeric)


def _counted(scale: Scale) -> tuple[str, ...]:
    return (scale.above.lower(), scale.below.lower()) if scale.is_ratio else ()


def _value_head(scale: Scale) -> str:
    return "rate" if scale.kpi.unit == "proportion" else "value"


def _print_receipts(asked: Asked, *, limit: int, offset: int, as_json: bool) -> None:
    from tallystick.doors import answered
    from tallystick.kit import ids

    pages = asked.receipts(limit=limit, offset=offset)
    if as_json:
        said = {"completeness": answered.completeness(asked.completeness), "pages": answered.units(pages)}
        output.emit_json(said)
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
