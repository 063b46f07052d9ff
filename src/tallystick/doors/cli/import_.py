"""``tallystick import``: a file becomes receipts, the journey carries them on, and what became of every row is said."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.errors import FAILED, INTERRUPTED, NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.progress import task
from tallystick.doors.cli.start import Brand, start_django

if TYPE_CHECKING:
    from tallystick.doors.cli.import_mapping import Chosen
    from tallystick.tracking.imports.models import Import

app = typer.Typer()

STDIN = "-"

MappingFile = Annotated[Path | None, typer.Option("--mapping", help="TOML file that says what a row means.")]
Saved = Annotated[
    str | None, typer.Option("--saved", help="Name of a mapping that was saved before.", metavar="NAME")
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset", help="Export of another platform; `tallystick mapping list` names them.", metavar="NAME"
    ),
]
Program = Annotated[
    str | None, typer.Option("--program", help="Key of the program, where the mapping names none or another.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would become of every row, and keep nothing.")
]
WriteMapping = Annotated[
    Path | None,
    typer.Option(
        "--write-mapping", help="Write the mapping into a new file to be corrected, and import nothing."
    ),
]


@app.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV, NDJSON or Parquet, also packed with gzip or zip; - reads standard input."
        ),
    ],
    mapping: MappingFile = None,
    saved: Saved = None,
    preset: Preset = None,
    program: Program = None,
    dry_run: DryRun = False,
    write_mapping: WriteMapping = None,
    brand: Brand = None,
    no_work: Annotated[
        bool, typer.Option("--no-work", help="Keep the receipts and leave the rest to the worker.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import a file: every row is kept as a receipt first, then becomes events, credits and facts.

    Without a mapping it looks at the file, and goes on where the columns leave no doubt; otherwise it prints a proposal
    for --mapping and imports nothing. Importing a file again changes nothing, in whatever order its rows stand. Rows
    that cannot be used wait in quarantine. Ctrl-C stops it cleanly; the same command goes on where it stopped.
    """
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.cli.import_mapping import Asked, choose

    asked = Asked(mapping, saved, preset, program)
    asked.refuse_several()
    with brand_in_scope(brand), _readable(file) as (path, name):
        chosen = choose(path, name, asked, printed=not dry_run and write_mapping is None)
        if write_mapping is not None:
            _write(write_mapping, chosen)
        elif not chosen.is_certain and not dry_run:
            raise CommandError(chosen.what_to_do(name), USAGE)
        elif dry_run:
            _try_out(path, name, chosen, as_json=as_json)
        else:
            _import(path, name, chosen, is_file=str(file) != STDIN, no_work=no_work, as_json=as_json)


@contextmanager
def _readable(file: Path) -> Iterator[tuple[Path, str]]:
    """Where the bytes lie, and what the file is called; what comes by standard input is put down first."""
    if str(file) != STDIN:
        if not file.exists():
            raise CommandError(f"There is no file {file}.", NOT_FOUND)
        yield file, file.name
        return
    import shutil

    with TemporaryDirectory(prefix="tallystick-") as folder:
        path = Path(folder) / "standard input"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield path, path.name


def _write(path: Path, chosen: Chosen) -> None:
    if chosen.text is None:
        raise CommandError("A file of whole events needs no mapping; import it as it is.", USAGE)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(chosen.text)
    except FileExistsError:
        raise CommandError(f"{path} is there already; name another file.", USAGE) from None
    except OSError as wrong:
        raise CommandError(f"{path} cannot be written: {wrong.strerror}.") from wrong
    output.say(f"{path} is written; nothing was imported. Look through it, then: --mapping {path} --dry-run")


def _try_out(path: Path, name: str, chosen: Chosen, *, as_json: bool) -> None:
    from tallystick.doors.cli.import_shown import show_trial
    from tallystick.journey import inbox
    from tallystick.tracking.imports.services.trial import try_out

    with task("Reading", shown=not as_json) as rows:
        trial = try_out(path, name=name, mapping=chosen.mapping, store=inbox(), seen=rows.advance)
    show_trial(trial, as_json=as_json)


def _import(path: Path, name: str, chosen: Chosen, *, is_file: bool, no_work: bool, as_json: bool) -> None:
    from tallystick.doors.cli.import_shown import show_import

    row = _received(_brought(path, name, chosen, is_file=is_file), shown=not as_json, no_work=no_work)
    if not no_work:
        _work(row.brand_id, shown=not as_json)
    show_import(row, as_json=as_json)
    if row.error:
        raise CommandError(row.error, FAILED)


def _work(brand_id: UUID, *, shown: bool) -> None:
    """Carry what was received through the journey, and say what of it another has to end."""
    from tallystick.journey import STAGES, run_until_done

    with task("Crediting", unit="rows", shown=shown) as steps:
        limit = start_django().work_batch_rows
        run_until_done(brand_id, limit=limit, seen=lambda _, p: steps.advance(p.done))
    # Another worker may be at it, or another program's transaction may hold receipts back.
    waiting = [f"{rows:,} {stage.reads}" for stage in STAGES if (rows := stage.behind(brand_id))]
    if waiting:
        output.warn(f"Kept, and still to do: {', '.join(waiting)}. `tallystick work` goes on with it.")


def _brought(path: Path, name: str, chosen: Chosen, *, is_file: bool) -> Import:
    """The import of this file with this mapping: one that was interrupted goes on, otherwise a new one."""
    from tallystick.tracking.imports.queries.imports import unfinished
    from tallystick.tracking.imports.services import lifecycle
    from tallystick.tracking.imports.services.uploads import bring

    by = whoever_runs_this()
    if is_file:
        row = bring(path, name=name, by=by)
    else:
        with path.open("rb") as stream:
            row = bring(stream, name=name, by=by)
    try:
        row = lifecycle.write_mapping(row, text=chosen.text or "", by=by)
        begun = unfinished(row)
        if begun is None:
            return lifecycle.start(row, by=by)
    except BaseException:
        lifecycle.discard(row, by=by)
        raise
    lifecycle.discard(row, by=by)
    output.say(f"{begun.rows:,} rows of {name} were received before; going on from there.")
    return lifecycle.resume(begun, by=by) if begun.state in ("stopped", "failed") else begun


def _received(row: Import, *, shown: bool, no_work: bool) -> Import:
    """Receive the rows, to the end or until Ctrl-C, after which it says how to go on.

    no_work: all of them at once; otherwise it verifies some itself where too many wait.
    """
    from tallystick.journey import STAGES, inbox
    from tallystick.tracking.imports.queries.imports import there
    from tallystick.tracking.imports.services.lifecycle import stop
    from tallystick.tracking.imports.services.room import Limit
    from tallystick.tracking.imports.services.running import run

    with task("Importing", total=row.size_bytes, shown=shown) as rows, _until_ctrl_c() as asked_to_stop:

        def seen(more: int) -> None:
            rows.advance(more, at=there(row).read_bytes)

        def verify() -> None:
            STAGES[0].run(row.brand_id, limit=config.work_batch_rows)

        config = start_django()
        limit = None if no_work else Limit(config.import_most_waiting, meanwhile=verify)
        row = run(row, store=inbox(), stopping=asked_to_stop.is_set, seen=seen, limit=limit)
        asked = asked_to_stop.is_set()
    if row.state in ("queued", "receiving"):
        if not asked:
            raise CommandError(
                f"Another process has taken {row.name} over and goes on with it; {row.rows:,} rows are kept so far.",
                FAILED,
            )
        row = stop(row, by=whoever_runs_this())
    if row.state == "stopped":
        raise CommandError(
            f"Stopped: {row.rows:,} rows are kept. The same command goes on from there.", INTERRUPTED
        )
    return row


@contextmanager
def _until_ctrl_c() -> Iterator[Event]:
    """An event that the first Ctrl-C sets; the second one interrupts as ever."""
    asked = Event()

    def ask(_signal: int, _frame: Any) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        output.warn("Stopping after the rows at hand.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
