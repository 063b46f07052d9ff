"""``tallystick mapping``: what the rows of files stand for, by the mappings of a brand and those of other platforms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from tallystick.tracking.events.mapping.form import Mapping

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The mapping, in TOML.")]


@app.callback()
def mapping() -> None:
    """Say what the rows of files stand for. A mapping is saved by its name; rows are verified by its newest version."""


@app.command("list")
def list_(brand: Brand = None, as_json: Json = False) -> None:
    """Show what is there to import with: the brand's own mappings, and presets for exports of other platforms."""
    start_django()
    from tallystick.doors import importing
    from tallystick.doors.cli.brands import brand_in_scope

    with brand_in_scope(brand):
        saved = importing.saved_values()
    presets = importing.preset_values()
    if as_json:
        output.emit_json({"saved": saved, "presets": presets})
        return
    rows = [
        (each["name"], f"version {each['version']}: {', '.join(each['makes'])}", "--saved") for each in saved
    ]
    rows += [(each["name"], f"{each['platform']}: {each['what']}", "--preset") for each in presets]
    output.emit_table(("name", "what", "taken by"), rows)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A saved mapping, or a preset.")], brand: Brand = None
) -> None:
    """Print a mapping as TOML, to be changed and given back with `import --mapping` or `mapping save`."""
    start_django()
    from tallystick.doors import importing
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.tracking.events.queries import saved_mappings
    from tallystick.tracking.imports.presets.catalog import preset_named

    with brand_in_scope(brand):
        if name in saved_mappings() or preset_named(name) is None:
            output.emit_text(importing.saved_text(name).rstrip())
        else:
            output.emit_text(importing.preset_text(name).rstrip())


@app.command()
def check(
    file: File,
    against: Annotated[
        Path | None, typer.Option("--against", help="A file of rows: say whether it has the columns.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find out whether a mapping can be used, before anything is imported: what it makes, which columns it reads."""
    start_django()
    from tallystick.doors import importing
    from tallystick.tracking.events.mapping.checks import columns_of
    from tallystick.tracking.imports.reading.source import open_source

    read, _ = _read(file)
    columns = sorted(columns_of(read))
    if against is not None:
        if not against.exists():
            raise CommandError(f"There is no file {against}.", NOT_FOUND)
        with open_source(against, reading=read.reading, needed=columns):
            pass
    makes = importing.what_it_makes(read)
    if as_json:
        output.emit_json({"name": read.name, "makes": makes, "columns": columns})
        return
    output.emit_text(f"{read.name} makes: {', '.join(makes)}")
    output.emit_text(f"columns: {', '.join(columns)}")
    if against is not None:
        output.say(
            f"{against.name} has them all. `tallystick import {against} --mapping {file} --dry-run` says more."
        )


@app.command()
def save(file: File, brand: Brand = None, as_json: Json = False) -> None:
    """Save a mapping under the name that stands in it. What waits in quarantine is verified by it with `replay`."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.programs.queries import find_program
    from tallystick.tracking.events.services import publish_mapping

    read, text = _read(file)
    with brand_in_scope(brand):
        if read.program is not None:
            find_program(read.program)
        saved = publish_mapping(name=read.name, text=text, by=whoever_runs_this())
    if as_json:
        output.emit_json({"name": saved.name, "version": saved.version})
    else:
        output.say(
            f"{saved.name} is saved as version {saved.version}. `tallystick replay` verifies what waits by it."
        )


def _read(file: Path) -> tuple[Mapping, str]:
    from tallystick.tracking.events.mapping.checks import read_mapping
    from tallystick.tracking.events.mapping.form import BadMapping

    if not file.is_file():
        raise CommandError(f"There is no file {file}.", NOT_FOUND)
    try:
        text = file.read_text(encoding="utf-8")
        return read_mapping(text), text
    except (BadMapping, UnicodeDecodeError) as wrong:
        raise CommandError(f"The mapping {file} cannot be used: {wrong}.") from wrong
