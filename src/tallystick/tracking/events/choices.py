"""What people say about names that nobody knows: whose they are, or that they count for nothing.

Identifier: EVENT-CHOICE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from tallystick.foundation.audit import services as audit
from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.partnerships.models import Partner, Partnership, Placement
from tallystick.partners.partnerships.rules import Origin, State
from tallystick.partners.partnerships.services.partners import open_partner
from tallystick.partners.partnerships.services.partnerships import open_partnership
from tallystick.partners.partnerships.services.placements import open_placement
from tallystick.partners.programs.models import Channel, Program
from tallystick.partners.programs.rules import is_key
from tallystick.partners.programs.services.channels import open_channel
from tallystick.tracking.claims.rules import NAME_LIMIT
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.opening_rules import made_key
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Reason

IGNORED = "counts for nothing"
"""How the audit trail shows a choice of nobody."""


class BadChoice(Foreseen, ValueError):
    """A choice that cannot be meant; the message says why."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that nobody knows, and how many rows of files wait for it. program: its key; empty where none is known."""

    program: str
    role: str
    value: str
    rows: int


def unknown_names() -> list[UnknownName]:
    """Every name that receipts in quarantine wait for, the one with the most rows first."""
    waiting = Quarantined.objects.filter(
        state=Quarantined.State.WAITING, reason=Reason.UNKNOWN_PARTNER.value
    ).exclude(unknown="")
    counted = waiting.order_by().values_list("program", "unknown", "value").annotate(Sum("rows"))
    return sorted(
        (UnknownName(*row) for row in counted), key=lambda name: (-name.rows, name.value, name.role)
    )


def origins_chosen(program_id: UUID) -> dict[tuple[str, str], Origin | None]:
    """(role, value) → whose the name is in a program; None: it counts for nothing."""
    chosen = Choice.objects.filter(program_id=program_id).select_related("placement")
    return {(choice.role, choice.value): _origin(choice) for choice in chosen}


def choose(
    *, program: Program, role: str, value: str, to: Partnership | Placement | Channel | None, by: Actor
) -> Choice:
    """Say whose a name is, for all receipts of the program that come, and for those that wait once they are replayed.

    to: None: what bears the name counts for nothing. A later choice stands for an earlier one; what became an event by
    it stays. Raises BadChoice: for a partnership or placement of another program, and for what is no name.
    """
    value = _checked(program, role, value, to)
    with transaction.atomic():
        row = Choice.objects.select_for_update().filter(program=program, role=role, value=value).first()
        was = _said(row) if row else None
        said = {
            "partnership": to if isinstance(to, Partnership) else None,
            "placement": to if isinstance(to, Placement) else None,
            "channel": to if isinstance(to, Channel) else None,
            "by_name": by.name[:254],
            "created_at": clock.now(),
        }
        if row is None:
            row = Choice(program=program, role=role, value=value, **said)
            row.save(force_insert=True)
        elif was != (to.handle if to else IGNORED):
            Choice.objects.filter(id=row.id).update(**said)
            row = Choice.objects.get(id=row.id)
        if was != _said(row):
            _note("choice.made", row, {"to": (was, _said(row))}, by=by)
    return row


@transaction.atomic
def open_and_choose(*, program: Program, role: str, value: str, name: str, kind: str, by: Actor) -> Choice:
    """Open what a name stands for, and remember that it does.

    role partner, link or code: a partner, new unless the name is the key of one, with an active partnership.
    placement: a placement of the partner before the slash of the value. channel: a house channel. kind: of the partner,
    or the placement's type. Raises BadValue, KeyTaken, BadChoice.
    """
    opened: Partnership | Placement | Channel
    match role:
        case Choice.Role.PLACEMENT:
            opened = _open_placement(program, value, name, kind, by=by)
        case Choice.Role.CHANNEL:
            opened = open_channel(key=_key(value, name, "channel", _keys(Channel)), name=name, by=by)
        case _:
            partner = _partner(role, value, name, kind, by=by)
            opened = open_partnership(program=program, partner=partner, state=State.ACTIVE, by=by)
    return choose(program=program, role=role, value=value, to=opened, by=by)


@transaction.atomic
def forget(choice: Choice, *, by: Actor) -> None:
    """Take a choice back: the name is unknown again to receipts that come; what became an event by it stays."""
    deleted, _ = Choice.objects.filter(id=choice.id).delete()
    if deleted:
        _note("choice.forgotten", choice, {"to": (_said(choice), None)}, by=by)


def _partner(role: str, value: str, name: str, kind: str, *, by: Actor) -> Partner:
    """A new partner; the one that bears the name as its key in another program of the brand is no new one."""
    there = Partner.objects.filter(key=value).first() if role == Choice.Role.PARTNER else None
    if there is not None:
        return there
    wanted = value if role == Choice.Role.PARTNER else ""
    return open_partner(key=_key(wanted, name, "partner", _keys(Partner)), name=name, kind=kind, by=by)


def _open_placement(program: Program, value: str, name: str, kind: str, *, by: Actor) -> Placement:
    partner_key, _, placement = value.partition("/")
    owner = Partnership.objects.filter(program=program, partner__key=partner_key).first()
    if owner is None:
        chosen = Choice.objects.filter(program=program, role=Choice.Role.PARTNER, value=partner_key)
        found = chosen.select_related("partnership").first()
        owner = found.partnership if found else None
    if owner is None:
        raise BadChoice(
            "there is no partner %(partner)r in this program: say first who that is", partner=partner_key
        )
    taken = {key.lower() for key in Placement.objects.filter(partnership=owner).values_list("key", flat=True)}
    key = _key(placement, name, "placement", taken)
    return open_placement(owner, key=key, name=name, type=kind, by=by)


def _key(value: str, name: str, otherwise: str, taken: set[str]) -> str:
    """The name itself where it can be a key, else one made from what it shall be called."""
    is_own = is_key(value) and value.lower() not in taken
    return value if is_own else made_key(name, taken=taken, otherwise=otherwise)


def _keys(model: type[Partner] | type[Channel]) -> set[str]:
    return {key.lower() for key in model.objects.values_list("key", flat=True)}


def _checked(program: Program, role: str, value: str, to: Partnership | Placement | Channel | None) -> str:
    if role not in Choice.Role.values:
        raise BadChoice(
            "%(role)r is no kind of name; it is one of: %(known)s",
            role=role,
            known=", ".join(Choice.Role.values),
        )
    owner = to.partnership if isinstance(to, Placement) else to
    if isinstance(owner, Partnership) and owner.program_id != program.id:
        raise BadChoice(
            "%(to)s is not in the program %(program)s", to=to.handle if to else "", program=program.key
        )
    value = value.strip().upper() if role == Choice.Role.CODE else value
    if not value or len(value) > NAME_LIMIT or "\0" in value:
        raise BadChoice("a name has 1 to %(most)s characters and no NUL", most=NAME_LIMIT)
    return value


def _origin(choice: Choice) -> Origin | None:
    if choice.placement:
        return Origin(choice.placement.partnership_id, choice.placement_id)
    if choice.partnership_id or choice.channel_id:
        return Origin(partnership_id=choice.partnership_id, channel_id=choice.channel_id)
    return None


def _said(choice: Choice) -> str:
    to = choice.placement or choice.partnership or choice.channel
    return to.handle if to else IGNORED


def _note(act: str, choice: Choice, changes: Mapping[str, tuple[object, object]], *, by: Actor) -> None:
    subject = Subject("cho", choice.id, f"{choice.role} {choice.value}")
    audit.record(Act(act, subject, by=by, changes=changes))
