"""``tallystick key``: the API keys of a brand: made, shown once, rotated, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from tallystick.partners.accounts.models import ApiKey

app = typer.Typer(no_args_is_help=True)

Key = Annotated[
    str, typer.Argument(metavar="KEY", help="The id of the key (key_…), or how the key begins (tly_…).")
]


@app.callback()
def key() -> None:
    """Make, rotate and revoke API keys, with which programs sign in. A key itself is printed once, when it is made."""


@app.command("list")
def list_(brand: Brand = None, as_json: Json = False) -> None:
    """Show the keys of a brand, the newest first: what they may do, until when, and when each was last used."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.queries import keys_of_brand

    with brand_in_scope(brand):
        keys = keys_of_brand()
    if as_json:
        output.emit_json([_object(each) for each in keys])
    elif not keys:
        output.say("No API keys yet. `tallystick key make NAME --scope figures.read` makes one.")
    else:
        rows = [list(_object(each).values()) for each in keys]
        head = ("id", "name", "begins", "state", "scopes", "last used", "expires", "made by")
        output.emit_table(head, [[", ".join(c) if isinstance(c, list) else c for c in row] for row in rows])


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="Which program uses it, and where.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="RIGHT", help="What it may do (figures.read); may be repeated."),
    ] = None,
    days: Annotated[int, typer.Option(help="How many days it lives.", min=1, max=730)] = 365,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Make a key for a program and print it, once: only its hash is kept.

    The rights that a key may have stand in docs/reference/roles.md.
    """
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.kit import clock
    from tallystick.partners.accounts.services.keys import make_key

    ends = clock.now() + timedelta(days=days)
    with brand_in_scope(brand):
        made, text = make_key(name=name, scopes=scopes or [], expires_at=ends, by=whoever_runs_this())
    _print_once(made, text, as_json=as_json)


@app.command()
def rotate(
    key: Key,
    overlap_hours: Annotated[
        int, typer.Option("--overlap-hours", help="How long the old key goes on.", min=0, max=7 * 24)
    ] = 24,
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Make a key in the place of another and print it, once; the old one goes on for a while."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services.keys import rotate_key

    with brand_in_scope(brand):
        overlap = timedelta(hours=overlap_hours)
        made, text = rotate_key(_find(key), overlap=overlap, by=whoever_runs_this())
    _print_once(made, text, as_json=as_json)


@app.command()
def revoke(key: Key, brand: Brand = None) -> None:
    """End a key now: programs that use it are refused."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services.keys import revoke_key

    with brand_in_scope(brand):
        found = _find(key)
        revoke_key(found, by=whoever_runs_this())
    output.say(f"{found.name} opens nothing any more.")


def _find(text: str) -> ApiKey:
    from tallystick.kit import ids
    from tallystick.partners.accounts.key_text import MARK, beginning
    from tallystick.partners.accounts.models import ApiKey

    if text.startswith(MARK):
        found = ApiKey.objects.filter(beginning=beginning(text)).first()
    else:
        prefix, key_id = ids.read(text)
        found = ApiKey.objects.filter(id=key_id).first() if prefix == "key" else None
    if found is None:
        raise CommandError("There is no such key. `tallystick key list` shows those there are.", NOT_FOUND)
    return found


def _print_once(made: ApiKey, text: str, *, as_json: bool) -> None:
    if as_json:
        output.emit_json({"key": text} | _object(made))
        return
    output.emit_text(text)
    output.say(f"Keep it now: it is not shown again. It lives until {made.expires_at:%Y-%m-%d %H:%M} UTC.")


def _object(key: ApiKey) -> dict[str, Any]:
    from tallystick.kit import clock, ids

    return {
        "id": ids.show("key", key.id),
        "name": key.name,
        "beginning": key.beginning,
        "state": key.state_at(clock.now()),
        "scopes": key.scopes,
        "last_used_at": key.last_used_at and key.last_used_at.isoformat(timespec="seconds"),
        "expires_at": key.expires_at.isoformat(timespec="seconds"),
        "created_by": key.created_by,
    }
