"""Open the partners, links and codes that receipts want to be there. Identifier: EVENT-OPEN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final
from uuid import UUID

from django.db import transaction

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.kit.errors import Foreseen
from tallystick.partners.partnerships.models import Kind, Link, Partner, Partnership, Placement
from tallystick.partners.partnerships.rules import ProgramFacts, State
from tallystick.partners.partnerships.services.codes import open_code
from tallystick.partners.partnerships.services.links import KEY as LINK_KEY
from tallystick.partners.partnerships.services.links import open_link
from tallystick.partners.partnerships.services.partners import open_partner
from tallystick.partners.partnerships.services.partnerships import OPENING, end, open_partnership, pause
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.rules import is_key
from tallystick.tracking.claims.rules import Rejected, schema
from tallystick.tracking.events.choices import choose
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.opening_rules import (
    CodeOpening,
    LinkOpening,
    Named,
    Opening,
    OpeningBody,
    PartnerOpening,
    is_there,
    made_key,
    named,
    sort_of,
    verify_opening,
)
from tallystick.tracking.events.receipts import Context
from tallystick.tracking.events.wishes import opening_mappings, openings_of
from tallystick.tracking.inbox.stores.port import Stored

KINDS: Final[Mapping[str, Kind]] = {
    **{kind.value: kind for kind in Kind},
    **dict.fromkeys(("influencer", "youtuber", "streamer"), Kind.CREATOR),
    **dict.fromkeys(("blog", "blogger", "media", "editorial"), Kind.CONTENT),
    **dict.fromkeys(("coupon", "deal", "deals"), Kind.VOUCHER),
    **dict.fromkeys(("customer", "advocate"), Kind.REFERRAL),
}
"""Word of another platform → kind of partner. Any other word is an affiliate: a kind decides no pay."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a receipt wants to be there, and who opens it."""

    body: OpeningBody
    by: Actor
    receipt_id: UUID


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of some wishes: of which receipts which sorts of things were opened how often, why those that could not
    be were refused, and what receipts are verified against since.
    """

    things: Counter[tuple[UUID, str]]
    refused: Mapping[Named, Rejected]
    context: Context


def wanted_by(receipts: Sequence[Stored], context: Context) -> list[Wanted]:
    """What receipts want to be there. The actor is the import of their file."""
    mappings = opening_mappings(context.mappings)
    if not mappings:
        return []
    return [
        Wanted(body, _actor(stored.receipt.origin.file), stored.receipt.id)
        for stored in receipts
        for body in openings_of(stored, mappings)
    ]


def _actor(file: str | None) -> Actor:
    return Actor(ActorKind.RULE, f"import {file}" if file else "import")


def missing(wanted: Sequence[Wanted], programs: Mapping[str, ProgramFacts]) -> int:
    """How many of these wishes may want something opened: opening takes longer than recording."""
    count = 0
    for wish in wanted:
        try:
            opening = verify_opening(wish.body, programs=programs)
            count += opening is not None and not is_there(opening, programs)
        except Rejected:
            count += 1
    return count


def open_wanted(wanted: Sequence[Wanted], context: Context, *, reread: Callable[[], Context]) -> Opened:
    """Open what is not there, in the caller's lane and transaction; what is there is left as it is.

    Partners come in the first round, their links and codes in the next: after each one the context is read anew. What
    names nobody known, or cannot be meant, is passed over: verifying its receipt says why. `refused` tells what only
    opening it showed.
    """
    things = Counter[tuple[UUID, str]]()
    refused: dict[Named, Rejected] = {}
    left = wanted
    while left:
        found, left = _not_there(left, context.programs)
        if not found:
            break
        for _, (opening, wish) in sorted(found.items(), key=itemgetter(0)):
            try:
                _open(opening, by=wish.by)
                things[wish.receipt_id, sort_of(opening)] += 1
            except Foreseen as wrong:
                refused[named(opening)] = _said(wrong)
        context = reread()
    return Opened(things, refused, context)


def _not_there(
    wanted: Sequence[Wanted], programs: Mapping[str, ProgramFacts]
) -> tuple[dict[Named, tuple[Opening, Wanted]], list[Wanted]]:
    """What is to be opened, each once, as the first receipt says it; and what cannot be told yet."""
    found: dict[Named, tuple[Opening, Wanted]] = {}
    left: list[Wanted] = []
    for wish in wanted:
        try:
            opening = verify_opening(wish.body, programs=programs)
        except Rejected:
            left.append(wish)
            continue
        if opening is not None and not is_there(opening, programs):
            found.setdefault(named(opening), (opening, wish))
    return found, left


def _said(wrong: Foreseen) -> Rejected:
    field = str(wrong.values.get("field", ""))
    return schema(field, "", str(wrong), "correct the row, or open it by hand")


@transaction.atomic
def _open(opening: Opening, *, by: Actor) -> None:
    program = Program.objects.get(key=opening.program)
    match opening:
        case PartnerOpening():
            _open_partner(program, opening, by=by)
        case LinkOpening():
            _open_link(program, opening, by=by)
        case CodeOpening():
            owner, placement = _owner(opening)
            open_code(owner, key=opening.key, placement=placement, by=by)


def _open_partner(program: Program, opening: PartnerOpening, *, by: Actor) -> None:
    partner = _known_partner(opening) or _new_partner(opening, by=by)
    is_later = opening.state not in OPENING
    partnership = open_partnership(
        program=program,
        partner=partner,
        # One that is paused or over was active before: what it brought by then counts.
        state=State.ACTIVE if is_later else opening.state,
        tier=opening.tier,
        by=by,
    )
    if is_later:
        step = pause if opening.state is State.PAUSED else end
        step(partnership, reason="as it stood where it was brought along from", by=by)
    if partner.key != opening.key:
        choose(program=program, role=Choice.Role.PARTNER, value=opening.key, to=partnership, by=by)


def _known_partner(opening: PartnerOpening) -> Partner | None:
    """The partner of this name, who may be in another program of the brand: by its key, or as it is remembered."""
    found = Partner.objects.filter(key=opening.key).first()
    if found is not None:
        return found
    named = Choice.objects.filter(role=Choice.Role.PARTNER, value=opening.key, partnership__isnull=False)
    choice = named.select_related("partnership__partner").order_by("id").first()
    return choice.partnership.partner if choice and choice.partnership else None


def _new_partner(opening: PartnerOpening, *, by: Actor) -> Partner:
    return open_partner(
        key=opening.key if is_key(opening.key) else _free_partner_key(opening.name),
        name=opening.name,
        kind=KINDS.get(opening.kind, Kind.AFFILIATE),
        website=opening.website,
        contact=opening.contact,
        by=by,
    )


def _open_link(program: Program, opening: LinkOpening, *, by: Actor) -> None:
    owner, placement = _owner(opening)
    key = opening.key if LINK_KEY.fullmatch(opening.key) else _free_link_key(opening.key)
    open_link(owner, key=key, destination=opening.destination, placement=placement, by=by)
    if key != opening.key:
        choose(program=program, role=Choice.Role.LINK, value=opening.key, to=placement or owner, by=by)


def _owner(opening: LinkOpening | CodeOpening) -> tuple[Partnership, Placement | None]:
    at = opening.placement_id
    return Partnership.objects.get(id=opening.partnership_id), Placement.objects.get(id=at) if at else None


def _free_link_key(name: str) -> str:
    taken = {key.lower() for key in Link.objects.values_list("key", flat=True)}
    return made_key(name, taken=taken, otherwise="link")


def _free_partner_key(name: str) -> str:
    taken = {key.lower() for key in Partner.objects.values_list("key", flat=True)}
    return made_key(name, taken=taken, otherwise="partner")
