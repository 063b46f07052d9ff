"""Whether versions of definitions need a second person: begun by one person, ended only by two."""

from __future__ import annotations

from typing import Final

from tallystick.foundation.audit.acts import Actor, Subject
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts.models import Proposal, Seat
from tallystick.partners.accounts.rules import RIGHTS
from tallystick.partners.accounts.services.proposals import propose
from tallystick.partners.programs.keeping import keep_changed
from tallystick.partners.programs.models import Brand

PROPOSAL: Final = "brand.one_person"
"""The kind of proposal that asks to end it."""

RIGHT: Final = "definitions.publish"


class TooFewPeople(Foreseen):
    """A second person is wanted where there is none."""

    exit = Exit.REFUSED


def need_second_person(brand: Brand, *, by: Actor) -> Brand:
    """From now on a version of a definition comes into force only when a second person has approved it.

    Raises TooFewPeople unless two people have seats that may: nobody could publish anything.
    """
    with brand_scope(brand.id):
        roles = RIGHTS[RIGHT].roles & RIGHTS["approvals.decide"].roles
        seats = Seat.objects.filter(partner__isnull=True, role__in=roles, user__is_active=True)
        people = seats.values("user_id").distinct().count()
        if people < 2:
            raise TooFewPeople(
                "Two people must be able to approve a version; here %(people)d can. Invite another first, as %(roles)s",
                people=people,
                roles=" or ".join(sorted(roles)),
                field="needs_second_person",
            )
        return keep_changed(brand, by=by, said={"needs_second_person": True})


def propose_one_person(brand: Brand, *, by: Actor) -> Proposal:
    """Ask a second person to let one person publish again. Raises what `propose` raises."""
    with brand_scope(brand.id):
        return propose(
            kind=PROPOSAL,
            subject=Subject(brand.prefix, brand.id, brand.handle),
            says=f"Let one person alone publish versions of definitions in {brand.name}",
            payload={"brand": brand.id.hex},
            by=by,
        )


def end_second_person(proposal: Proposal, *, by: Actor) -> Brand:
    """Let one person publish again, as the second person: what an approval runs."""
    brand = Brand.objects.get(id=proposal.brand_id)
    with brand_scope(brand.id):
        return keep_changed(brand, by=by, said={"needs_second_person": False})
