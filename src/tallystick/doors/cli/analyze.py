"""`tallystick analyze`: attribution and rates of a file, straight away, without a database or set-up."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from tallystick.doors.cli import output, progress
from tallystick.doors.cli.errors import FAILED, NOT_FOUND, USAGE, CommandError
from tallystick.kit.delimited import UnknownColumn
from tallystick.measurement.attribution import path_files, path_sources
from tallystick.measurement.attribution.rules.models import MODELS, TimesMissing, UnknownModel
from tallystick.measurement.kpis import intervals, rate_files

app = typer.Typer(
    no_args_is_help=True, help="Answer questions about a file: credit per channel, or rates with intervals."
)

File = Annotated[str, typer.Argument(metavar="FILE", help="A CSV or TSV file; - is stdin.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
LOG = "Event logs"


@app.command()
def paths(
    file: File,
    models: Annotated[str, typer.Option(metavar="A,B", help=f"Models to apply: {', '.join(MODELS)}.")] = "",
    customer: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", rich_help_panel=LOG, help="The column that names the customer."),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=LOG,
            help="The column with the time, ISO 8601; UTC where it names no zone.",
        ),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", rich_help_panel=LOG, help="The column with the channel of the touch."),
    ] = None,
    conversion: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=LOG,
            help="The column that says whether the row converted: 0/1, true/false, a count.",
        ),
    ] = None,
    value: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", rich_help_panel=LOG, help="The column with the value of a conversion."
        ),
    ] = None,
    coupon: Annotated[list[str] | None, typer.Option(help="A coupon channel, for last_non_coupon.")] = None,
    code: Annotated[list[str] | None, typer.Option(help="A used-code channel, for code_wins.")] = None,
    as_json: AsJson = False,
) -> None:
    """Share conversions among the channels that led to them, by one or more attribution models.

    FILE lists counted paths in the columns path, total_conversions,
    total_conversion_value and total_null; or it is an event log with one
    touch per row, whose columns you name by the options below.
    """
    chosen = tuple(name.strip() for name in models.split(",") if name.strip())
    marked = {"models": chosen, "coupons": coupon or (), "codes": code or ()}
    columns = _event_columns(
        customer=customer, time=time, channel=channel, conversion=conversion, value=value
    )
    with _reading(file, shown=not as_json) as source:
        if columns is None:
            report = path_files.analyze_path_file(source, **marked)
        else:
            report = path_files.analyze_event_log(source, columns=columns, **marked)
    _say(f"{report.conversions:,} conversions; {report.nulls:,} paths that did not convert.", *report.notes)
    if as_json:
        output.emit_json({"models": {name: asdict(credit) for name, credit in report.models.items()}})
    else:
        _print_credit(report)


@app.command()
def rates(
    file: File,
    by: Annotated[str, typer.Option(metavar="COLUMN", help="The column to group the rows by.")],
    success: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column with TRUE/FALSE, 1/0 or yes/no.")
    ],
    method: Annotated[
        str,
        typer.Option(help=f"{', '.join(intervals.METHODS)}.", autocompletion=lambda: list(intervals.METHODS)),
    ] = "wilson",
    as_json: AsJson = False,
) -> None:
    """Say how often the rows of each group succeed, and how sure that is (95 % intervals).

    FILE has one independent unit per row: a session, a visitor, a lead.
    """
    with _reading(file, shown=not as_json) as source:
        groups = rate_files.rates(source, by=by, success=success, method=method)
    _say(f"{sum(group.n for group in groups):,} rows in {len(groups):,} groups; {method} intervals at 95 %.")
    if as_json:
        output.emit_json({"groups": [asdict(group) for group in groups]})
    else:
        _print_rates(groups, by)


def _event_columns(
    *, customer: str | None, time: str | None, channel: str | None, conversion: str | None, value: str | None
) -> path_sources.EventColumns | None:
    """The columns of an event log, or None when none is named and FILE must be a file of paths."""
    if customer and time and channel and conversion:
        return path_sources.EventColumns(customer, time, channel, conversion, value)
    needed = {"--customer": customer, "--time": time, "--channel": channel, "--conversion": conversion}
    missing = ", ".join(option for option, column in needed.items() if not column)
    if len(missing.split(", ")) < len(needed) or value:
        raise CommandError(
            f"An event log needs {missing} as well. For a file of paths, name no columns.", USAGE
        )
    return None


@contextmanager
def _reading(file: str, *, shown: bool) -> Iterator[BinaryIO]:
    """What FILE names, with everything that can be wrong with it or the question turned into an exit code."""
    try:
        with _opened(file, shown=shown) as stream:
            yield stream
    except FileNotFoundError as error:
        raise CommandError(f"There is no file {file}.", NOT_FOUND) from error
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", FAILED) from error
    except (
        UnknownColumn,
        UnknownModel,
        TimesMissing,
        path_files.ChannelsUnsaid,
        rate_files.UnknownMethod,
    ) as error:
        raise CommandError(str(error), USAGE) from error


@contextmanager
def _opened(file: str, *, shown: bool) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        is_stdin = file == "-"
        stream = sys.stdin.buffer if is_stdin else stack.enter_context(Path(file).open("rb"))
        size = None if is_stdin else Path(file).stat().st_size
        task = stack.enter_context(progress.task("Reading", total=size, unit="bytes", shown=shown))
        yield io.BufferedReader(_Counted(stream, task))


class _Counted(io.RawIOBase):
    """A file that tells a progress bar how much of it has been read."""

    def __init__(self, stream: BinaryIO, task: progress.Task) -> None:
        self.name = stream.name
        self._stream, self._task = stream, task

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._task.advance(len(chunk))
        return len(chunk)


def _say(*sentences: str) -> None:
    for sentence in sentences:
        output.say(sentence)


def _print_credit(report: path_files.PathReport) -> None:
    models = list(report.models)
    for measure in ("conversions", "value"):
        columns: list[dict[str, float]] = [getattr(report.models[model], measure) for model in models]
        rows = [(channel, *(f"{column[channel]:,.2f}" for column in columns)) for channel in columns[0]]
        if rows:
            output.emit_table((f"{measure} of", *models), rows, numeric=models)


def _print_rates(groups: list[rate_files.Group], by: str) -> None:
    rows = [
        (
            group.group or "(blank)",
            f"{group.n:,}",
            f"{group.successes:,}",
            f"{group.rate:.2%}",
            f"{group.low:.2%} – {group.high:.2%}",
        )
        for group in groups
    ]
    figures = ("n", "successes", "rate", "95 % interval")
    output.emit_table((by, *figures), rows, numeric=figures)
