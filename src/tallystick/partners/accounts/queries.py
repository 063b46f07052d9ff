"""Reads of people and their seats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.listing import Listing, one_of
from tallystick.foundation.scoping import across_brands
from tallystick.partners.accounts.models import (
    ApiKey,
    Invitation,
    InvitationState,
    Proposal,
    ProposalState,
    Seat,
    User,
)
from tallystick.partners.accounts.rules import RIGHTS, Role, rights_of


def seats_of(user: User) -> Sequence[Seat]:
    """All seats of a person, in every brand, with brand and partner; by brand, then partner: the switcher."""
    found = across_brands(Seat).filter(user=user).select_related("brand", "partner")
    return list(found.order_by("brand__name", "partner__name", "role"))


def roles_in(user: User, brand_id: UUID, *, partner_id: UUID | None = None) -> frozenset[Role]:
    """The roles of a person in a brand, or at one partner of it; empty for a stranger."""
    held = across_brands(Seat).filter(user=user, brand_id=brand_id)
    held = held.filter(partner_id=partner_id) if partner_id else held.filter(partner__isnull=True)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def team_of_brand() -> Sequence[Seat]:
    """The seats in the brand in scope, by the name of who has them; a person with several roles stands there several
    times. Seats at partners are in `SEATS_AT_PARTNERS`.
    """
    held = Seat.objects.filter(partner__isnull=True).select_related("user")
    return list(held.order_by("user__name", "user__email", "role"))


def open_invitations() -> Sequence[Invitation]:
    """The invitations to the brand in scope that nobody accepted yet, the newest first; those to partners stand with
    them.
    """
    waiting = Invitation.objects.filter(state=InvitationState.OPEN, partner__isnull=True)
    return list(waiting.order_by("-id"))


SEATS_AT_PARTNERS: Final = Listing(
    rows=lambda: Seat.objects.filter(partner__isnull=False).select_related("user", "partner"),
    search=("user__name", "user__email", "partner__name", "partner__key"),
    sorts={"partner": "partner__name", "person": "user__name", "created": "created_at"},
    sort="partner",
)
"""Who acts for the partners of the brand in scope."""

PROPOSALS: Final = Listing(
    rows=Proposal.objects.all,
    search=("says", "label", "proposed_by", "decided_by", "reason"),
    sorts={"created": "id"},
    sort="-created",
    filters={
        "state": one_of("state", ProposalState.values),
        "waits": lambda rows, wanted: (
            rows.filter(state=ProposalState.OPEN)
            if wanted == "yes"
            else rows.exclude(state=ProposalState.OPEN)
        ),
    },
)
"""What was proposed in the brand in scope, the newest first. waits: yes for what is not decided, else what is."""


def keys_of_brand() -> Sequence[ApiKey]:
    """The API keys of the brand in scope, the newest first, with those that have ended."""
    return list(ApiKey.objects.order_by("-id"))


def actor_of(person: User, address: str = "") -> Actor:
    """A person as the one who acts. address: the client's, where there is one."""
    return Actor(ActorKind.PERSON, person.name or person.email, person.id, address)


def rights_of_actor(by: Actor) -> frozenset[str]:
    """What an actor may do in the brand in scope: a person by the seats in it, a program by its key's scopes, a command
    on the machine everything, a rule of ours nothing.
    """
    if by.kind is ActorKind.COMMAND:
        return frozenset(RIGHTS)
    if by.kind is ActorKind.API_KEY:
        key = _key(by)
        return frozenset(key.scopes) if key else frozenset()
    if by.kind is ActorKind.PERSON and by.id is not None:
        held = Seat.objects.filter(user_id=by.id, user__is_active=True, partner__isnull=True)
        return rights_of(Role(role) for role in held.values_list("role", flat=True))
    return frozenset()


def person_behind(by: Actor) -> UUID | None:
    """The person who acts, or who made the API key that does; None where no person is known: a command, a rule."""
    if by.kind is ActorKind.PERSON:
        return by.id
    if by.kind is ActorKind.API_KEY:
        key = _key(by)
        return key.created_by_id if key else None
    return None


def _key(by: Actor) -> ApiKey | None:
    return ApiKey.objects.filter(id=by.id).first() if by.id else None
