"""What is said about a name that nobody knows, from the words of a command or a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tallystick.foundation.audit.acts import Actor
from tallystick.journey import inbox
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.partnerships.models import Partnership, Placement
from tallystick.partners.programs.models import Channel, Program
from tallystick.partners.programs.queries import find_program
from tallystick.tracking.events import choices
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.services import Replayed, replay


class NoTarget(Foreseen, LookupError):
    """What a name was to stand for is not there."""

    exit = Exit.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Name:
    """A name that nobody knows: in which program, what it stands for, and how files write it."""

    program: Program
    role: str
    value: str


def name_of(program: str | None, role: str, value: str) -> Name:
    """A name in a program, or in the only one there is. Raises NotThere."""
    return Name(find_program(program), role, value)


def map_to(name: Name, target: str, *, by: Actor) -> Choice:
    """Say that a name is a partner's (`alice`) or a placement's (`alice/blog`). Raises NoTarget, BadChoice."""
    partner, slash, placement = target.partition("/")
    found: Partnership | Placement | None
    if slash:
        of_partner = Placement.objects.filter(partnership__partner__key=partner, key=placement)
        found = of_partner.filter(partnership__program=name.program).select_related("partnership").first()
    else:
        found = Partnership.objects.filter(partner__key=partner, program=name.program).first()
    if found is None:
        what = "placement" if slash else "partner"
        raise NoTarget(
            "There is no %(what)s %(target)r in the program %(program)s.",
            what=what,
            target=target,
            program=name.program.key,
        )
    return choices.choose(program=name.program, role=name.role, value=name.value, to=found, by=by)


def map_to_channel(name: Name, channel: str, *, by: Actor) -> Choice:
    """Say that a name is one of our own channels. Raises NoTarget, BadChoice."""
    found = Channel.objects.filter(key=channel).first()
    if found is None:
        raise NoTarget("There is no house channel %(channel)r.", channel=channel)
    return choices.choose(program=name.program, role=name.role, value=name.value, to=found, by=by)


def ignore(name: Name, *, by: Actor) -> Choice:
    """Say that a name counts for nothing."""
    return choices.choose(program=name.program, role=name.role, value=name.value, to=None, by=by)


def open_for(name: Name, *, called: str, kind: str, by: Actor) -> Choice:
    """Open what a name stands for, and remember that it does. called: what it shall be called; empty for the name."""
    return choices.open_and_choose(
        program=name.program, role=name.role, value=name.value, name=called or name.value, kind=kind, by=by
    )


def replay_waiting(choice: Choice, *, by: Actor) -> Replayed:
    """Verify again what waits for the name that something was said about."""
    name = (choice.program.key, choice.role, choice.value)
    return replay(choice.program.brand_id, store=inbox(), names=[name], by=by)


def choice_about(name: Name) -> Choice:
    """What was said about a name. Raises NoTarget."""
    same = {"program": name.program, "role": name.role}
    values = {name.value, name.value.strip().upper()} if name.role == "code" else {name.value}
    found = Choice.objects.filter(**same, value__in=values).first()
    if found is None:
        raise NoTarget("Nothing was said about the %(role)s %(value)r.", role=name.role, value=name.value)
    return found


def newest_choices(most: int) -> list[Choice]:
    """What was said about names, the newest first."""
    rows = Choice.objects.select_related(
        "program", "placement__partnership__program", "placement__partnership__partner", "channel"
    )
    return list(
        rows.select_related("partnership__program", "partnership__partner").order_by("-created_at")[:most]
    )


def choice_values(choice: Choice) -> dict[str, Any]:
    """A choice, in words. to: a handle; null where the name counts for nothing."""
    to = choice.placement or choice.partnership or choice.channel
    return {
        "program": choice.program.key,
        "role": choice.role,
        "value": choice.value,
        "to": to.handle if to else None,
        "by": choice.by_name,
        "at": choice.created_at.isoformat(),
    }
