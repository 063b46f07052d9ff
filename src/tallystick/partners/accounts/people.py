"""Who there is: people by address, lists of them, and whether somebody is invited."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from tallystick.foundation.listing import Listing
from tallystick.foundation.scoping import across_brands
from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.listing import BadWish
from tallystick.partners.accounts.models import Invitation, InvitationState, Seat, User


class NoSuchPerson(Foreseen):
    """An address that nobody signs in with."""

    exit = Exit.NOT_FOUND


STATES = {
    "active": {"is_active": True},
    "inactive": {"is_active": False},
    "administrator": {"is_administrator": True},
}


def _in_state(rows: QuerySet[User], value: str) -> QuerySet[User]:
    if value not in STATES:
        raise BadWish(
            "there is no state %(value)r; states: %(states)s", value=value, states=", ".join(STATES)
        )
    return rows.filter(**STATES[value])


PEOPLE: Listing[User] = Listing(
    rows=User.objects.all,
    search=("email", "name"),
    sorts={"name": "name", "email": "email", "created": "created_at"},
    sort="name",
    filters={"state": _in_state},
)
"""Everybody who can, or could, sign in."""


def is_anybody_there() -> bool:
    """Whether anybody can sign in at all."""
    return User.objects.filter(is_active=True).exists()


def find_person(email: str) -> User:
    """The person with an address, confirmed or not. Raises NoSuchPerson."""
    person = person_with(email) or User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        raise NoSuchPerson(
            "Nobody signs in with %(email)s. `tallystick person list` shows everybody.", email=email
        )
    return person


def person_with(email: str) -> User | None:
    """The person who has confirmed an address; None for nobody."""
    found = (
        EmailAddress.objects.filter(email=email.strip().lower(), verified=True).select_related("user").first()
    )
    return found.user if found else None


def invited(email: str) -> bool:
    """Whether an address has an invitation, of any brand, that can be accepted now."""
    waiting = across_brands(Invitation).filter(state=InvitationState.OPEN, expires_at__gt=clock.now())
    return waiting.filter(email=email.strip().lower()).exists()


def seats_by_person(people: Collection[UUID]) -> dict[UUID, list[Seat]]:
    """The seats of some people, in every brand, by person: for the administrator's list."""
    found = across_brands(Seat).filter(user_id__in=people).select_related("brand", "partner")
    seats: dict[UUID, list[Seat]] = {person: [] for person in people}
    for seat in found.order_by("brand__name", "partner__name", "role"):
        seats[seat.user_id].append(seat)
    return seats
