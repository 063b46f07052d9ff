"""Which partners, links and codes a receipt wants to be there, checked before any is opened. Pure.

Identifier: EVENT-OPEN.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tallystick.kit import ids
from tallystick.kit.letters import is_plain
from tallystick.partners.partnerships.rules import Directory, Origin, ProgramFacts, State
from tallystick.partners.programs.rules import why_not_address
from tallystick.tracking.claims.rules import NAME_LIMIT as KEY_LIMIT
from tallystick.tracking.claims.rules import Rejected, bounded, origin_claimed, program_named, schema
from tallystick.tracking.events.wire import CodeBody, LinkBody, PartnerBody

NAME_LIMIT: Final = 200
CODE_LIMIT: Final = 80
ADDRESS_LIMIT: Final = 500
DESTINATION_LIMIT: Final = 2_000
TIER_LIMIT: Final = 60
MADE_KEY_LIMIT: Final = 50

STATES: Final[Mapping[str, State]] = MappingProxyType(
    {state.value: state for state in State}
    | dict.fromkeys(("approved", "enabled", "confirmed", "accepted", "a"), State.ACTIVE)
    | dict.fromkeys(("pending", "new", "unconfirmed", "waiting", "p"), State.APPLIED)
    | dict.fromkeys(("inactive", "suspended", "disabled", "on hold"), State.PAUSED)
    | dict.fromkeys(
        ("declined", "denied", "rejected", "banned", "blocked", "deleted", "archived", "terminated", "d"),
        State.ENDED,
    )
)
"""Word of another platform → where the partnership stands. Upper and lower case are the same."""

OpeningBody: TypeAlias = PartnerBody | LinkBody | CodeBody


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerOpening:
    """A partner that is to be there. program: the program's key. key: as files name it, perhaps no key of ours.

    kind: the word that was given, or empty.
    """

    program: str
    key: str
    name: str
    kind: str = ""
    contact: str = ""
    website: str = ""
    state: State = State.ACTIVE
    tier: str = ""
    from_rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOpening:
    """A link that is to be there. key: as files name it."""

    program: str
    key: str
    destination: str
    partnership_id: UUID
    placement_id: UUID | None = None
    from_rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOpening:
    """A code that is to be there, in upper case."""

    program: str
    key: str
    partnership_id: UUID
    placement_id: UUID | None = None
    from_rows: int = 1


Opening: TypeAlias = PartnerOpening | LinkOpening | CodeOpening
OPENINGS: Final = (PartnerOpening, LinkOpening, CodeOpening)

Named: TypeAlias = tuple[str, str, str]
"""What tells one thing that is to be there from another: program, sort and name."""


def verify_opening(body: OpeningBody, *, programs: Mapping[str, ProgramFacts]) -> Opening | None:
    """Check one partner, link or code that is to be there. Raises Rejected.

    A link or a code of a partner that nobody knows is `unknown_partner`, like an event. None: somebody said that its
    partner's name counts for nothing. Identifier: EVENT-OPEN.
    """
    program = program_named(body.program, programs)
    _check_text("key", body.key, KEY_LIMIT, is_needed=True)
    match body:
        case PartnerBody():
            return _partner(body, program)
        case LinkBody():
            return _link(body, program, programs)
        case CodeBody():
            return _code(body, program, programs)


def sort_of(opening: Opening) -> str:
    """What sort of thing is to be opened, as mappings call it."""
    match opening:
        case PartnerOpening():
            return "partners"
        case LinkOpening():
            return "links"
        case CodeOpening():
            return "codes"


def named(opening: Opening) -> Named:
    """What tells this one from another."""
    return opening.program, sort_of(opening), opening.key


def is_there(opening: Opening, programs: Mapping[str, ProgramFacts]) -> bool:
    """Whether nothing is to be opened: it is there, or a person has said what the name stands for."""
    facts = programs[opening.program]
    match opening:
        case PartnerOpening():
            return opening.key in facts.directory.partners or ("partner", opening.key) in facts.choices
        case LinkOpening():
            return opening.key in facts.directory.links or ("link", opening.key) in facts.choices
        case CodeOpening():
            return opening.key in facts.directory.codes or ("code", opening.key) in facts.choices


def assume(programs: Mapping[str, ProgramFacts], openings: Iterable[Opening]) -> dict[str, ProgramFacts]:
    """The programs as they would be once these were opened: for saying beforehand what would happen.

    The ids of what is not there yet are made up, the same ones for the same names.
    """
    assumed = {key: replace(facts, directory=_own_copy(facts.directory)) for key, facts in programs.items()}
    for opening in openings:
        if not is_there(opening, assumed):
            _add(assumed[opening.program].directory, opening)
    return assumed


def made_key(name: str, *, taken: Collection[str], otherwise: str = "partner") -> str:
    """A key made from a name: plain letters, digits and hyphens, in lower case, numbered from 2 where it is taken.

    taken: keys in lower case. otherwise: where no letter of the name is left.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MADE_KEY_LIMIT].strip("-") or otherwise
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _partner(body: PartnerBody, program: ProgramFacts) -> PartnerOpening:
    name = (body.name or body.key).strip()
    _check_text("name", name, NAME_LIMIT, is_needed=True)
    _check_text("tier", body.tier, TIER_LIMIT)
    state = STATES.get((body.state or State.ACTIVE).strip().lower())
    if state is None:
        raise schema(
            "state",
            (body.state or "")[:NAME_LIMIT],
            f"{body.state!r} is no state of a partnership",
            f"map it to one of {', '.join(STATES)}",
        )
    return PartnerOpening(
        program=program.key,
        key=body.key,
        name=name,
        kind=(body.kind or "").strip().lower(),
        contact=_contact(body.contact),
        website=_website(body.website),
        state=state,
        tier=(body.tier or "").strip(),
    )


def _link(body: LinkBody, program: ProgramFacts, programs: Mapping[str, ProgramFacts]) -> LinkOpening | None:
    owner = _owner(program, body.partner, body.placement)
    destination, shown = body.destination.strip(), body.destination[:NAME_LIMIT]
    wrong = why_not_address(destination)
    if wrong or len(destination) > DESTINATION_LIMIT:
        detail = f"{shown!r} is no address to send a visitor to: {wrong or 'it is too long'}"
        fix = "write the whole address, such as https://shop.example/spring"
        raise schema("destination", shown, detail, fix)
    if owner is None:
        return None
    key = body.key.strip()
    _refuse_taken("link", key, owner[0], [facts.directory.links for facts in programs.values()])
    return LinkOpening(
        program=program.key,
        key=key,
        destination=destination,
        partnership_id=owner[0],
        placement_id=owner[1],
    )


def _code(body: CodeBody, program: ProgramFacts, programs: Mapping[str, ProgramFacts]) -> CodeOpening | None:
    owner = _owner(program, body.partner, body.placement)
    key = body.key.strip().upper()
    bounded("key", key, CODE_LIMIT)
    if owner is None:
        return None
    _refuse_taken("code", key, owner[0], [facts.directory.codes for facts in programs.values()])
    return CodeOpening(program=program.key, key=key, partnership_id=owner[0], placement_id=owner[1])


def _owner(program: ProgramFacts, partner: str, placement: str | None) -> tuple[UUID, UUID | None] | None:
    """Partnership and placement that are named; None where somebody said that the name counts for nothing."""
    if not partner:
        raise schema("partner", "", "no partner is named", "say which column holds whose it is")
    origin = origin_claimed(program, partner=partner, placement=placement)
    if origin.channel_id is not None:
        detail = f"{partner!r} stands for a house channel, which has neither links nor codes"
        raise schema("partner", partner[:NAME_LIMIT], detail, "name the partner whose it is")
    return (origin.partnership_id, origin.placement_id) if origin.partnership_id else None


def _refuse_taken(noun: str, key: str, owner: UUID, known: Iterable[Mapping[str, Origin]]) -> None:
    for found in known:
        if key in found and found[key].partnership_id != owner:
            raise schema(
                "key",
                key[:NAME_LIMIT],
                f"the {noun} {key!r} belongs to another partner, and none changes hands",
                "correct whose it is, or leave the row out",
            )


def _contact(text: str | None) -> str:
    address = (text or "").strip()
    try:
        if address:
            validate_email(address)
    except ValidationError:
        fix = "correct the address, or leave it out"
        raise schema("contact", address[:NAME_LIMIT], f"{address!r} is no e-mail address", fix) from None
    return address


def _website(text: str | None) -> str:
    """A web address; one without a scheme is meant as people write it."""
    address = (text or "").strip()
    if address and "://" not in address:
        address = f"https://{address}"
    wrong = why_not_address(address) if address else ""
    if wrong or len(address) > ADDRESS_LIMIT:
        raise schema(
            "website",
            (text or "")[:NAME_LIMIT],
            f"{text!r} is no web address: {wrong or 'it is too long'}",
            "correct the address, or leave it out",
        )
    return address


def _check_text(field: str, text: str | None, limit: int, *, is_needed: bool = False) -> None:
    bounded(field, text, limit)
    if is_needed and not (text or "").strip():
        raise schema(field, "", f"`{field}` is empty", "say which column holds it, and correct the row")
    if not is_plain(text or ""):
        raise schema(field, "", f"`{field}` holds a control character", "write it as plain text")


def _own_copy(known: Directory) -> Directory:
    return replace(known, partners=dict(known.partners), links=dict(known.links), codes=dict(known.codes))


def _add(directory: Directory, opening: Opening) -> None:
    """Add one thing to a directory of `_own_copy`."""
    made = ids.derive("assumed", opening.program, type(opening).__name__, opening.key)
    if isinstance(opening, PartnerOpening):
        cast("dict[str, Origin]", directory.partners)[opening.key] = Origin(partnership_id=made)
        return
    owner = Origin(opening.partnership_id, opening.placement_id)
    if isinstance(opening, LinkOpening):
        cast("dict[str, Origin]", directory.links)[opening.key] = replace(owner, link_id=made)
    else:
        cast("dict[str, Origin]", directory.codes)[opening.key] = replace(owner, code_id=made)


def is_known(facts: ProgramFacts, role: str, value: str) -> bool:
    """Whether a name that nobody knew is known by now: it was opened, or a person has said what it stands for.

    role, value: as `UnknownOrigin` and quarantine name it.
    """
    names = {role: value}
    if role == "placement":
        names["partner"], _, names["placement"] = value.partition("/")
    try:
        origin_claimed(facts, **names)
    except Rejected:
        return False
    return True
