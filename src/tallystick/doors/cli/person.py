"""``tallystick person``: who can sign in, added and helped from the machine that Tallystick runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.start import Json, start_django

if TYPE_CHECKING:
    from tallystick.partners.accounts.models import User

app = typer.Typer(no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The address the person signs in with.", metavar="EMAIL")]


@app.callback()
def person() -> None:
    """See and add people who can sign in, and help those who cannot."""


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="What others read where the person has done something.")],
    administrator: Annotated[
        bool, typer.Option("--administrator", help="Let the person look after the installation.")
    ] = False,
    owner_of: Annotated[
        list[str] | None,
        typer.Option("--owner-of", help="Key of a brand that the person owns.", metavar="BRAND"),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="A seat in a brand.", metavar="BRAND:ROLE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add a person, and print a link with which they choose a password and are signed in.

    You answer for the address: it counts as confirmed. People who need no such trust are invited by a brand's owners.
    """
    start_django()
    from django.db import transaction

    from tallystick.partners.accounts.services.people import add_person

    wanted = [(key, "owner") for key in owner_of or []] + [_brand_and_role(text) for text in role or []]
    with transaction.atomic():
        added = add_person(email=email, name=name, is_administrator=administrator, by=whoever_runs_this())
        for key, wanted_role in wanted:
            _give(added, key, wanted_role, partner=None)
        _print_link(added, as_json=as_json)


@app.command("list")
def list_people(as_json: Json = False) -> None:
    """See everybody who can sign in, and which seats they have."""
    start_django()
    from tallystick.kit.listing import Wish
    from tallystick.partners.accounts.people import PEOPLE, seats_by_person

    found = list(PEOPLE.every(Wish()))
    seats = seats_by_person([each.id for each in found])
    rows = [_row(each, seats[each.id]) for each in found]
    if as_json:
        output.emit_json(rows)
        return
    output.emit_table(
        ("email", "name", "state", "seats"),
        [(row["email"], row["name"], row["state"], ", ".join(row["seats"])) for row in rows],
    )


@app.command()
def link(email: Email, as_json: Json = False) -> None:
    """Print a new link with which a person chooses a password and is signed in.

    It works once, for three days. Who has a second step still needs it; see forget-factors.
    """
    start_django()
    from django.db import transaction

    from tallystick.partners.accounts.people import find_person

    with transaction.atomic():
        _print_link(find_person(email), as_json=as_json)


@app.command()
def deactivate(email: Email) -> None:
    """Let a person sign in no more, and end their sessions. What they did stays."""
    start_django()
    from tallystick.partners.accounts.people import find_person
    from tallystick.partners.accounts.services.people import deactivate_person

    deactivate_person(find_person(email), by=whoever_runs_this())
    output.say(f"{email} can sign in no more.")


@app.command()
def activate(email: Email) -> None:
    """Let a person sign in again."""
    start_django()
    from tallystick.partners.accounts.people import find_person
    from tallystick.partners.accounts.services.people import activate_person

    activate_person(find_person(email), by=whoever_runs_this())
    output.say(f"{email} can sign in again.")


@app.command("forget-factors")
def forget(email: Email) -> None:
    """Remove a person's passkeys, authenticator app and recovery codes: for whoever has lost them.

    Their sessions end and they are told by mail. The password stays.
    """
    start_django()
    from tallystick.partners.accounts.people import find_person
    from tallystick.partners.accounts.services.people import forget_factors

    forget_factors(find_person(email), by=whoever_runs_this())
    output.say(f"{email} signs in with the password alone now.")


@app.command()
def administrator(
    email: Email,
    take: Annotated[bool, typer.Option("--take", help="Take it away instead.")] = False,
) -> None:
    """Let a person look after the installation: people, mail, jobs, brands. Gives no way into a brand."""
    start_django()
    from tallystick.partners.accounts.people import find_person
    from tallystick.partners.accounts.services.people import set_administrator

    set_administrator(find_person(email), is_administrator=not take, by=whoever_runs_this())
    output.say(f"{email} is {'no administrator any more' if take else 'an administrator'}.")


@app.command()
def seat(
    email: Email,
    brand: Annotated[str, typer.Argument(help="Key of the brand.", metavar="BRAND")],
    role: Annotated[
        str,
        typer.Argument(
            help="owner, manager, analyst, finance, compliance, viewer; or partner.", metavar="ROLE"
        ),
    ],
    partner: Annotated[
        str | None,
        typer.Option("--partner", help="Key of the partner, for the role partner.", metavar="PARTNER"),
    ] = None,
    take: Annotated[bool, typer.Option("--take", help="Take the seat away instead.")] = False,
) -> None:
    """Give a person a seat in a brand or at one of its partners, or take it."""
    start_django()
    from tallystick.partners.accounts.people import find_person

    found = find_person(email)
    if take:
        _take(found, brand, role, partner=partner)
    else:
        _give(found, brand, role, partner=partner)


def _brand_and_role(text: str) -> tuple[str, str]:
    brand, colon, role = text.partition(":")
    if not (brand and colon and role):
        raise CommandError(f"--role is written BRAND:ROLE, such as acme:manager, not {text!r}.", USAGE)
    return brand, role


def _give(person: User, brand: str, role: str, *, partner: str | None) -> None:
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services.seats import give_seat

    with brand_in_scope(brand):
        give_seat(user=person, role=role, partner=_partner(partner), by=whoever_runs_this())


def _take(person: User, brand: str, role: str, *, partner: str | None) -> None:
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.models import Seat
    from tallystick.partners.accounts.services.seats import take_seat

    with brand_in_scope(brand):
        held = Seat.objects.filter(user=person, role=role, partner=_partner(partner)).first()
        if held is None:
            raise CommandError(
                f"{person.email} has no such seat. `tallystick person list` shows all.", NOT_FOUND
            )
        take_seat(held, by=whoever_runs_this())


def _partner(key: str | None) -> Any:
    """The partner in the brand in scope."""
    from tallystick.partners.partnerships.models import Partner

    if key is None:
        return None
    found = Partner.objects.filter(key=key).first()
    if found is None:
        raise CommandError(f"The brand has no partner {key!r}.", NOT_FOUND)
    return found


def _print_link(person: User, *, as_json: bool) -> None:
    from tallystick.foundation.mail.links import absolute
    from tallystick.partners.accounts.services.people import password_link

    address = absolute(password_link(person, by=whoever_runs_this()))
    if as_json:
        output.emit_json({"email": person.email, "name": person.name, "link": address})
        return
    output.say(f"{person.name} chooses a password here, once, within three days:")
    output.emit_text(address)


def _row(person: User, seats: list[Any]) -> dict[str, Any]:
    held = [f"{seat.brand.key}:{seat.partner.key if seat.partner else seat.role}" for seat in seats]
    if person.is_administrator:
        held.insert(0, "administrator")
    return {
        "email": person.email,
        "name": person.name,
        "state": "active" if person.is_active else "deactivated",
        "seats": held,
    }
