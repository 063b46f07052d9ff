"""Verbs of partnerships: open a partner in a program, a placement, a link, a code. Opening twice is one thing."""

from __future__ import annotations

from tallystick.kit.errors import Foreseen
from tallystick.partners.partnerships.models import Code, Kind, Link, Partner, Partnership, Placement
from tallystick.partners.programs.models import Program

CODE_CHARACTERS = 80


class BadPartner(Foreseen, ValueError):
    """A partner, placement, link or code that cannot be opened as asked; the message says why."""


def open_partnership(
    program: Program, *, key: str, name: str, kind: str, owner: str = "", tier: str = ""
) -> Partnership:
    """Open a partner of the brand in scope and its active partnership in a program, or change name, kind, owner, tier.

    Raises BadPartner for a kind that does not exist.
    """
    if kind not in Kind.values:
        raise BadPartner(
            f"partner {key!r}: {kind!r} is not a kind of partner; kinds: {', '.join(Kind.values)}"
        )
    partner, _ = Partner.objects.update_or_create(key=key, defaults={"name": name, "kind": kind})
    partnership, _ = Partnership.objects.update_or_create(
        program=program, partner=partner, defaults={"owner": owner, "tier": tier}
    )
    return partnership


def open_placement(
    partnership: Partnership, *, key: str, name: str, kind: str, position: str = "", call_to_action: str = ""
) -> Placement:
    """Open a placement of a partnership, or change what it is called and where it stands."""
    said = {"name": name, "type": kind, "position": position, "call_to_action": call_to_action}
    placement, _ = Placement.objects.update_or_create(partnership=partnership, key=key, defaults=said)
    return placement


def open_link(partnership: Partnership, *, key: str, destination: str, placement: Placement | None) -> Link:
    """Open a link. Raises BadPartner when another partnership has the key: a link never changes hands."""
    _refuse_taken(Link, key=key, partnership=partnership)
    said = {"destination": destination, "placement": placement}
    link, _ = Link.objects.update_or_create(key=key, partnership=partnership, defaults=said)
    return link


def open_code(partnership: Partnership, *, key: str, placement: Placement | None) -> Code:
    """Open a code, kept in upper case. Raises BadPartner when another partnership has it."""
    key = key.strip().upper()
    if not 1 <= len(key) <= CODE_CHARACTERS:
        raise BadPartner(f"the code {key!r} has {len(key)} characters; it may have 1 to {CODE_CHARACTERS}")
    _refuse_taken(Code, key=key, partnership=partnership)
    code, _ = Code.objects.update_or_create(
        key=key, partnership=partnership, defaults={"placement": placement}
    )
    return code


def _refuse_taken(model: type[Link] | type[Code], *, key: str, partnership: Partnership) -> None:
    holder = model.objects.filter(key=key).exclude(partnership=partnership).first()
    if holder:
        raise BadPartner(
            f"the {model.__name__.lower()} {key!r} belongs to another partnership; choose another key"
        )
