"""``tallystick names``: names in files that nobody knows, and what is said about them, once each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from collections.abc import Callable

    from tallystick.doors.choosing import Name
    from tallystick.tracking.events.models import Choice

app = typer.Typer(no_args_is_help=True)

MOST_SAID = 1_000
SHOWN = 50

Role = Annotated[
    str,
    typer.Argument(
        metavar="ROLE", help="What the name stands for: partner, placement, link, code or channel."
    ),
]
Value = Annotated[str, typer.Argument(metavar="NAME", help="The name as files write it.")]
Program = Annotated[str | None, typer.Option(help="Key of the program; not needed where there is one.")]


@app.callback()
def names() -> None:
    """Say whose the names in files are that nobody knows. What was said is remembered for later files."""


@app.command("list")
def list_(brand: Brand = None, as_json: Json = False) -> None:
    """Show the names that rows wait for, the one with the most rows first, and what was said about others."""
    start_django()
    from tallystick.doors.choosing import choice_values, newest_choices
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.tracking.events.choices import unknown_names

    with brand_in_scope(brand):
        unknown = unknown_names()
        said = [choice_values(each) for each in newest_choices(MOST_SAID)]
    if as_json:
        output.emit_json({"unknown": [asdict(each) for each in unknown], "said": said})
        return
    if not unknown and not said:
        output.say("No row waits for a name, and nothing was said about one.")
    if unknown:
        rows = [(each.role, each.value, each.program, f"{each.rows:,}") for each in unknown[:SHOWN]]
        output.emit_table(("unknown", "name", "program", "rows"), rows, numeric=("rows",))
        if len(unknown) > SHOWN:
            output.say(f"{len(unknown) - SHOWN:,} more; --json has them.")
        output.say("Say whose each is: `tallystick names open|map|house|ignore ROLE NAME …`")
    if said:
        if unknown:
            output.emit_text("")
        told = [
            (each["role"], each["value"], each["program"], each["to"] or "ignored", each["by"])
            for each in said
        ]
        output.emit_table(("known", "name", "program", "is", "said by"), told)


@app.command("open")
def open_(
    role: Role,
    value: Value,
    name: Annotated[str, typer.Option(help="What it shall be called; the name itself by default.")] = "",
    kind: Annotated[
        str,
        typer.Option(help="Kind of the partner (affiliate, content, voucher …), or type of the placement."),
    ] = "affiliate",
    program: Program = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Open what a name stands for: a new partner with an active partnership, a placement, a house channel."""
    start_django()
    from tallystick.doors.choosing import open_for

    _say(
        role,
        value,
        program,
        brand,
        as_json,
        lambda told: open_for(told, called=name, kind=kind, by=whoever_runs_this()),
    )


@app.command("map")
def map_(
    role: Role,
    value: Value,
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="A partner (alice) or a placement (alice/blog).")
    ],
    program: Program = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Say that a name is a partner's or a placement's that is there already."""
    start_django()
    from tallystick.doors.choosing import map_to

    _say(role, value, program, brand, as_json, lambda told: map_to(told, target, by=whoever_runs_this()))


@app.command()
def house(
    role: Role,
    value: Value,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Key of the house channel.")],
    program: Program = None,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Say that a name is one of our own channels, which takes credit and is never paid."""
    start_django()
    from tallystick.doors.choosing import map_to_channel

    _say(
        role,
        value,
        program,
        brand,
        as_json,
        lambda told: map_to_channel(told, channel, by=whoever_runs_this()),
    )


@app.command()
def ignore(
    role: Role, value: Value, program: Program = None, brand: Brand = None, as_json: Json = False
) -> None:
    """Say that a name counts for nothing: orders keep, and nobody is credited by it."""
    start_django()
    from tallystick.doors import choosing

    _say(role, value, program, brand, as_json, lambda told: choosing.ignore(told, by=whoever_runs_this()))


@app.command()
def forget(
    role: Role, value: Value, program: Program = None, brand: Brand = None, as_json: Json = False
) -> None:
    """Take back what was said about a name: it is unknown again to rows that come; what became an event stays."""
    start_django()
    from tallystick.doors.choosing import choice_about, name_of
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.tracking.events import choices

    with brand_in_scope(brand):
        choices.forget(choice_about(name_of(program, role, value)), by=whoever_runs_this())
    if as_json:
        output.emit_json({"forgotten": {"role": role, "value": value}})
    else:
        output.say(f"The {role} {value!r} is unknown again.")


def _say(
    role: str,
    value: str,
    program: str | None,
    brand: str | None,
    as_json: bool,
    choose: Callable[[Name], Choice],
) -> None:
    """Say something about a name, and verify again what waits for it."""
    from tallystick.doors.choosing import choice_values, name_of, replay_waiting
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.journey import run_until_done

    with brand_in_scope(brand) as found:
        choice = choose(name_of(program, role, value))
        replayed = replay_waiting(choice, by=whoever_runs_this())
        run_until_done(found.id, limit=start_django().work_batch_rows)
        said = choice_values(choice)
    if as_json:
        output.emit_json({**said, "released": replayed.released, "waiting": replayed.waiting})
        return
    output.say(
        f"The {role} {value!r} {'is ' + said['to'] if said['to'] else 'counts for nothing'} from now on."
    )
    output.say(f"{replayed.released:,} receipts that waited for it count now; {replayed.waiting:,} wait on.")
