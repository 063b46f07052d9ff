"""Seats: given, taken, changed. Who loses one has lost the way in with the next request."""

from __future__ import annotations

from django.db import models, transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.outbox.services import announce
from tallystick.kit import ids
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.rules import BRAND_ROLES, Role


class BadRole(Foreseen, ValueError):
    """A role that no seat has, or a partner where none belongs; the message says which there are."""

    exit = Exit.USAGE


class SeatHeld(Foreseen):
    """The person has this seat already."""

    exit = Exit.REFUSED


class SeatGone(Foreseen):
    """Somebody else has taken the seat meanwhile."""

    exit = Exit.NOT_FOUND


class LastOwner(Foreseen):
    """A brand always has an owner who can sign in."""

    exit = Exit.REFUSED


def known_role(role: Role | str, *, partner: models.Model | None) -> Role:
    """The role of a seat in the brand or, with a partner, at the partner. Raises BadRole."""
    allowed = (Role.PARTNER,) if partner else BRAND_ROLES
    if role not in allowed:
        raise BadRole("“%(role)s” is no role here; roles are: %(roles)s", role=role, roles=", ".join(allowed))
    return Role(role)


@transaction.atomic
def give_seat(*, user: User, role: Role | str, partner: models.Model | None = None, by: Actor) -> Seat:
    """Give a person a seat in the brand in scope, or at a partner of it. Raises BadRole, SeatHeld."""
    role = known_role(role, partner=partner)
    _hold(user)
    at = {"partner_id": partner.pk if partner else None}
    if Seat.objects.filter(user=user, role=role, **at).exists():
        raise SeatHeld("%(who)s has this seat already: %(role)s", who=user.email, role=role)
    seat = Seat(user=user, role=role, **at)
    seat.save(force_insert=True)
    _tell("seat.given", seat, by=by, role=(None, role), partner=partner)
    return seat


@transaction.atomic
def take_seat(seat: Seat, *, by: Actor) -> None:
    """Take a seat, one's own included; nothing else ends with it.

    Raises LastOwner where nobody would be left who owns the brand, SeatGone.
    """
    _hold(seat.user)
    seat = _there(seat)
    keep_an_owner(without=seat)
    _tell("seat.taken", seat, by=by, role=(seat.role, None), partner=seat.partner)
    seat.delete()


@transaction.atomic
def change_role(seat: Seat, *, role: Role | str, by: Actor) -> Seat:
    """Give a seat in the brand another role, in one act; the role it has already changes nothing.

    Raises BadRole (a seat at a partner has one role), SeatHeld where the person has that role by another seat,
    LastOwner, SeatGone.
    """
    _hold(seat.user)
    seat = _there(seat)
    role = known_role(role, partner=seat.partner)
    if role == seat.role:
        return seat
    if Seat.objects.filter(user_id=seat.user_id, role=role, partner__isnull=True).exists():
        raise SeatHeld("%(who)s has this seat already: %(role)s", who=seat.user.email, role=role)
    keep_an_owner(without=seat)
    Seat.objects.filter(id=seat.id).update(role=role)
    before, seat.role = seat.role, role
    _tell("seat.changed", seat, by=by, role=(before, role), partner=None)
    return seat


def keep_an_owner(*, without: Seat) -> None:
    """Refuse, with LastOwner, what would leave the brand in scope without an owner who can sign in. SEAT-OWNER.

    Holds all owners' seats until the transaction ends: two owners cannot take each other's at the same time.
    """
    if without.role != Role.OWNER:
        return
    owners = Seat.objects.filter(role=Role.OWNER).order_by("id").select_for_update()
    others = [seat.user_id for seat in owners if seat.id != without.id]
    # Asked after the wait: whoever held the seats before may have shut one of these people out.
    if not User.objects.filter(id__in=others, is_active=True).exists():
        raise LastOwner(
            "%(who)s is the only owner of %(brand)s. Make somebody else an owner first.",
            who=without.user.name or without.user.email,
            brand=without.brand.name,
        )


def _hold(user: User) -> None:
    """Let nobody else give or take seats of this person until the transaction ends."""
    User.objects.select_for_update().get(id=user.id)


def _there(seat: Seat) -> Seat:
    found = Seat.objects.filter(id=seat.id).first()
    if found is None:
        raise SeatGone("This seat was taken already.")
    return found


def _tell(
    act: str, seat: Seat, *, by: Actor, role: tuple[str | None, str | None], partner: models.Model | None
) -> None:
    where = str(partner) if partner else ""
    subject = Subject("sea", seat.id, " · ".join(filter(None, (seat.user.email, where))))
    changes: dict[str, tuple[str | None, str | None]] = {"role": role}
    if partner:
        changes["partner"] = (None, where) if act == "seat.given" else (where, None)
    record(Act(act, subject, by=by, changes=changes))
    body = {"role": role[1] or role[0], "person": ids.show("usr", seat.user_id)}
    if partner:
        body["partner"] = ids.show("prt", partner.pk)
    announce(act, subject=subject.text, body=body)
