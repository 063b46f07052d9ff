"""``tallystick definition``: what a conversion means, version by version, and how a new version is published.

A version is written in a TOML file: `key`, `name`, `effective_on`, `primary`, and what it means under `[meaning]`, as
in the `[[definitions]]` of a set-up file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from tallystick.measurement.attribution.preview import Preview
    from tallystick.partners.programs.services.definitions import Publication

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file with one version of a definition.")]
OfProgram = Annotated[
    str | None, typer.Option("--program", help="Key of the program; not needed where there is one.")
]


@app.callback()
def definition() -> None:
    """See what counts as a conversion, in every version, and publish a new one."""


@app.command("list")
def list_(program: OfProgram = None, brand: Brand = None, as_json: Json = False) -> None:
    """Show the definitions, with the newest version of each."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.nouns.definitions import with_versions
    from tallystick.kit.listing import Wish
    from tallystick.partners.programs.queries import DEFINITIONS

    with brand_in_scope(brand):
        found = DEFINITIONS.every(Wish(filters={"program": program or ""}))
        rows = [with_versions(each) for each in found]
    if as_json:
        output.emit_json({"total": len(rows), "definitions": rows})
        return
    if not rows:
        output.say("No such definitions.")
        return
    newest = [(row, row["versions"][-1]) for row in rows]
    columns = ("handle", "name", "version", "effective_on", "primary")
    output.emit_table(
        columns,
        [
            (row["handle"], row["name"], at["version"], at["effective_on"], at["primary"])
            for row, at in newest
        ],
    )


@app.command()
def show(
    key: Annotated[str | None, typer.Argument(help="Key of the definition; the primary one without.")] = None,
    program: OfProgram = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Show every version of a definition: from which day on, and what it means."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.nouns.definitions import with_versions
    from tallystick.partners.programs.queries import find_definition, find_program

    with brand_in_scope(brand):
        found = find_definition(find_program(program), key)
        said = with_versions(found)
    if as_json:
        output.emit_json(said)
        return
    output.emit_text(f"{said['handle']}  {said['name']}  {said['id']}")
    for each in said["versions"]:
        primary = ", primary" if each["primary"] else ""
        output.emit_text(f"version {each['version']}, from {each['effective_on']} on{primary}")
        for name, value in each["meaning"].items():
            output.emit_text(f"    {name} = {_plainly(value)}")


@app.command()
def preview(
    file: File,
    days: Annotated[
        int, typer.Option(help="How many days back conversions are looked at.", min=1, max=366)
    ] = 90,
    program: OfProgram = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Show what a version would change: what it means, and who would have had which credit. Nothing is published."""
    config = start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.nouns.definitions import preview_values
    from tallystick.kit import clock
    from tallystick.measurement.attribution.preview import preview
    from tallystick.partners.programs.queries import find_program

    with brand_in_scope(brand):
        said = _read(file)
        found = preview(
            find_program(program),
            said["key"],
            said["meaning"],
            max_customers=config.identity_max_customers,
            now=clock.now(),
            days=days,
        )
    if as_json:
        output.emit_json(preview_values(found))
    else:
        _show_preview(found)


@app.command()
def publish(file: File, program: OfProgram = None, brand: Brand = None, as_json: Json = False) -> None:
    """Put a version into force from its day on. It never changes afterwards; publishing it twice is one version."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.nouns.definitions import version_values
    from tallystick.partners.programs.queries import find_program
    from tallystick.partners.programs.services.definitions import publish_definition

    with brand_in_scope(brand):
        said = _read(file)
        row = publish_definition(find_program(program), **said, by=whoever_runs_this())
        done = version_values(row)
    output.say(f"{said['key']} version {done['version']} is in force from {done['effective_on']} on.")
    if as_json:
        output.emit_json(done)


def _read(path: Path) -> Publication:
    """The version that a file describes. Raises CommandError for what cannot be read, BadDefinition."""
    import tomllib

    import msgspec

    from tallystick.measurement.attribution.rules.models import MODELS
    from tallystick.partners.partnerships.setup_file import DefinitionPart
    from tallystick.partners.programs.rules import read_meaning
    from tallystick.partners.programs.services.definitions import Publication

    try:
        part = msgspec.convert(tomllib.loads(path.read_text("utf-8")), DefinitionPart)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", NOT_FOUND) from None
    except (ValueError, RecursionError) as wrong:
        raise CommandError(f"{path} describes no version of a definition: {wrong}.", USAGE) from None
    return Publication(
        key=part.key,
        name=part.name,
        effective_on=part.effective_on,
        primary=part.primary,
        meaning=read_meaning(part.meaning, models=tuple(MODELS)),
    )


def _show_preview(found: Preview) -> None:
    from tallystick.design import figures

    for each in found.differences:
        before = f"{_plainly(each.before)} → " if found.before else ""
        output.emit_text(f"{each.field}: {before}{_plainly(each.after)}")
    if not found.differences:
        output.say("It means the same as the version in force.")
    period = f"{found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}"
    output.emit_text(f"conversions: {found.conversions[0]:,} → {found.conversions[1]:,} ({period})")
    output.emit_text(f"with credit: {found.credited[0]:,} → {found.credited[1]:,}")
    if found.effects:
        rows = [
            (each.key, each.name, figures.whole(each.before_ppb), figures.whole(each.after_ppb))
            for each in found.effects
        ]
        output.emit_table(("key", "name", "before", "after"), rows, numeric=("before", "after"))
    if found.is_cut:
        output.say(f"Only the newest {found.outcomes:,} outcomes were looked at.")


def _plainly(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
