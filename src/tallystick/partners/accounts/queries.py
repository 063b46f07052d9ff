"""Reads of people and their seats."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tallystick.foundation.scoping import across_brands
from tallystick.partners.accounts.models import Seat, User
from tallystick.partners.accounts.rules import Role


def seats_of(user: User) -> Sequence[Seat]:
    """All seats of a person, in every brand, with brand and partner; by brand, then partner: the switcher."""
    found = across_brands(Seat).filter(user=user).select_related("brand", "partner")
    return list(found.order_by("brand__name", "partner__name", "role"))


def roles_in(user: User, brand_id: UUID, *, partner_id: UUID | None = None) -> frozenset[Role]:
    """The roles of a person in a brand, or at one partner of it; empty for a stranger."""
    held = across_brands(Seat).filter(user=user, brand_id=brand_id)
    held = held.filter(partner_id=partner_id) if partner_id else held.filter(partner__isnull=True)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))
