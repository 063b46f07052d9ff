"""``tallystick team``: who has a seat in a brand, inviting people, giving roles and taking seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, CommandError
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from tallystick.partners.accounts.models import Invitation, Seat

app = typer.Typer(no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The address the person signs in with.")]
Role = Annotated[str, typer.Argument(help="owner, manager, analyst, finance, compliance or viewer.")]


@app.callback()
def team() -> None:
    """Say who works for a brand. What each role may do stands in docs/reference/roles.md."""


@app.command("list")
def list_(brand: Brand = None, as_json: Json = False) -> None:
    """Show who has a seat in a brand, and who is invited."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.queries import open_invitations, team_of_brand

    with brand_in_scope(brand):
        seats, invitations = team_of_brand(), open_invitations()
    people = [_person(seat) for seat in seats] + [_invited(each) for each in invitations]
    if as_json:
        output.emit_json(people)
    else:
        head = ("e-mail", "name", "role", "state", "last sign-in")
        output.emit_table(head, [list(each.values())[1:] for each in people])


@app.command()
def invite(
    email: Email,
    role: Role,
    message: Annotated[str, typer.Option(help="Stands in the mail.")] = "",
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Invite somebody to a role in the brand: by mail, and by the link that is printed.

    Inviting somebody who is invited already sends that invitation again, with another link; the one before is dead.
    """
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services.invitations import AlreadyInvited, invitation_link, resend
    from tallystick.partners.accounts.services.invitations import invite as invite_to

    by = whoever_runs_this()
    with brand_in_scope(brand):
        try:
            sent = invite_to(email=email, role=role, message=message, by=by)
        except AlreadyInvited:
            sent = resend(_open_invitation(email, role), by=by)
        link = invitation_link(sent)
    if as_json:
        output.emit_json(_invited(sent) | {"link": link})
        return
    output.emit_text(link)
    output.say(f"{sent.email} is invited; the link lives until {sent.expires_at:%Y-%m-%d %H:%M} UTC.")


@app.command()
def withdraw(email: Email, role: Role, brand: Brand = None) -> None:
    """Take an invitation back: its link is dead."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services import invitations

    with brand_in_scope(brand):
        invitations.withdraw(_open_invitation(email, role), by=whoever_runs_this())
    output.say(f"The invitation of {email} is withdrawn.")


@app.command()
def change(
    email: Email,
    role: Annotated[str, typer.Argument(help="The role the person has.")],
    to: Annotated[str, typer.Argument(help="The role it becomes.")],
    brand: Brand = None,
) -> None:
    """Give a seat another role. A brand always keeps an owner who can sign in."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services.seats import change_role

    with brand_in_scope(brand):
        change_role(_seat(email, role), role=to, by=whoever_runs_this())
    output.say(f"{email} is {to} now.")


@app.command()
def take(email: Email, role: Role, brand: Brand = None) -> None:
    """Take somebody's seat: they lose the way in at once; what they did stays."""
    start_django()
    from tallystick.doors.cli.acting import whoever_runs_this
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.partners.accounts.services.seats import take_seat

    with brand_in_scope(brand):
        take_seat(_seat(email, role), by=whoever_runs_this())
    output.say(f"{email} is {role} no more.")


def _seat(email: str, role: str) -> Seat:
    from tallystick.partners.accounts.queries import team_of_brand

    for seat in team_of_brand():
        if seat.user.email.lower() == email.strip().lower() and seat.role == role:
            return seat
    raise CommandError(
        f"{email} has no seat as {role}. `tallystick team list` shows who has which.", NOT_FOUND
    )


def _open_invitation(email: str, role: str) -> Invitation:
    from tallystick.partners.accounts.queries import open_invitations

    for invitation in open_invitations():
        if (invitation.email, invitation.role) == (email.strip().lower(), role):
            return invitation
    raise CommandError(f"{email} is not invited as {role}. `tallystick team list` shows who is.", NOT_FOUND)


def _person(seat: Seat) -> dict[str, Any]:
    from tallystick.kit import ids

    signed_in = seat.user.last_login
    return {
        "id": ids.show("sea", seat.id),
        "email": seat.user.email,
        "name": seat.user.name,
        "role": seat.role,
        "state": "active" if seat.user.is_active else "signs in no more",
        "last_sign_in": signed_in and signed_in.isoformat(timespec="seconds"),
    }


def _invited(invitation: Invitation) -> dict[str, Any]:
    from tallystick.kit import ids

    return {
        "id": ids.show("inv", invitation.id),
        "email": invitation.email,
        "name": "",
        "role": invitation.role,
        "state": f"invited until {invitation.expires_at:%Y-%m-%d}",
        "last_sign_in": None,
    }
