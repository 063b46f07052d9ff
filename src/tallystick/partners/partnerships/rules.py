"""How a partnership goes from state to state, when it stands, and who is behind a key that a receipt names. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

from tallystick.kit.errors import Exit, Foreseen

Key = TypeVar("Key", str, tuple[str, str])


class State(StrEnum):
    """Where a partnership stands."""

    APPLIED = "applied"
    INVITED = "invited"
    ONBOARDING = "onboarding"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Step:
    """A verb of a partnership: from which states it leads to which, what it is called afterwards (`paused`), and
    whether it must say why.
    """

    verb: str
    done: str
    sources: tuple[State, ...]
    target: State
    asks_reason: bool = False


_STEPS: Final = (
    Step("invite", "invited", (State.APPLIED, State.ENDED), State.INVITED),
    Step("accept", "accepted", (State.INVITED,), State.ONBOARDING),
    Step("activate", "activated", (State.APPLIED, State.ONBOARDING), State.ACTIVE),
    Step("pause", "paused", (State.ACTIVE,), State.PAUSED, asks_reason=True),
    Step("resume", "resumed", (State.PAUSED,), State.ACTIVE),
    Step(
        "end", "ended", tuple(state for state in State if state != State.ENDED), State.ENDED, asks_reason=True
    ),
)

STEPS: Final[Mapping[str, Step]] = MappingProxyType({step.verb: step for step in _STEPS})
"""Verb → step: how a partnership moves. One that was ended can be offered again; nothing else leads back."""


class StepRefused(Foreseen):
    """A step that does not lead on from where the partnership stands; the message says which steps do."""

    exit = Exit.REFUSED


class ReasonMissing(Foreseen, ValueError):
    """A step that must say why, without a reason."""

    exit = Exit.USAGE


def possible(state: State) -> tuple[str, ...]:
    """The verbs that lead on from a state, in the order of the table."""
    return tuple(step.verb for step in _STEPS if state in step.sources)


def step_from(state: State, verb: str, *, reason: str) -> Step:
    """The step that a verb takes from a state. Raises StepRefused and says what is possible; ReasonMissing."""
    step = STEPS[verb]
    if state not in step.sources:
        raise StepRefused(
            "the partnership is %(state)s, so it cannot be %(done)s; possible now: %(possible)s",
            state=state.value,
            done=step.done,
            possible=", ".join(possible(state)),
        )
    if step.asks_reason and not reason.strip():
        raise ReasonMissing("a partnership is not %(done)s without a reason: say why", done=step.done)
    return step


@dataclass(frozen=True, slots=True)
class Standing:
    """When a partnership was active. Identifier: ATTR-STANDING.

    from_the_start: whether it was active before the first turn. turns: the instants, in order, at which it became
    active or ceased to be; each holds from its own instant on.
    """

    from_the_start: bool = True
    turns: tuple[datetime, ...] = ()

    def is_active_at(self, at: datetime) -> bool:
        """Whether the partnership was active at an instant; the answer does not depend on when it is asked."""
        return self.from_the_start is (bisect_right(self.turns, at) % 2 == 0)


ALWAYS: Final = Standing()
"""The standing of what cannot be paused: a house channel."""


def standing_of(changes: Iterable[tuple[datetime, State]]) -> Standing:
    """When a partnership was active, from all its changes, oldest first. Identifier: ATTR-STANDING.

    changes: since when it is in which state. The first state also holds for all time before it: a partnership that
    was opened active has been active since ever, so that imported history counts, and one that was opened by an
    invitation earns nothing until it is activated. A change that was dated before the one it follows holds from that
    one on.
    """
    history = list(changes)
    if not history:
        return ALWAYS
    opened_active = is_active = history[0][1] is State.ACTIVE
    turns: list[datetime] = []
    for at, state in history[1:]:
        if is_active is not (state is State.ACTIVE):
            turns.append(max(at, turns[-1]) if turns else at)
            is_active = not is_active
    return Standing(opened_active, tuple(turns))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a touchpoint came from: a partnership (with placement, link, code where known) or a house channel.

    campaign_id: that of the link or code.
    """

    partnership_id: UUID | None = None
    placement_id: UUID | None = None
    link_id: UUID | None = None
    code_id: UUID | None = None
    channel_id: UUID | None = None
    campaign_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Every key of one program that a receipt may name. Codes are looked up in upper case.

    partners: partner key → origin. placements: (partner key, placement key) → origin. links, codes: key → origin.
    channels: channel key → origin. campaigns: key → id.
    """

    program_id: UUID
    partners: Mapping[str, Origin] = field(default_factory=dict)
    placements: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    links: Mapping[str, Origin] = field(default_factory=dict)
    codes: Mapping[str, Origin] = field(default_factory=dict)
    channels: Mapping[str, Origin] = field(default_factory=dict)
    campaigns: Mapping[str, UUID] = field(default_factory=dict)


class UnknownOrigin(LookupError):
    """A key that nobody has; the message says which.

    role: partner, placement, link, code or channel. value: the key; of a placement with its partner's, `alice/blog`.
    """

    def __init__(self, role: str, value: str, what: str) -> None:
        super().__init__(f"there is no {what} in this program")
        self.role = role
        self.value = value


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What verification needs to know of a program.

    choices: (role, value) → whose a name is that is no key of ours; None: it counts for nothing.
    """

    key: str
    currency: str
    directory: Directory
    choices: Mapping[tuple[str, str], Origin | None] = field(default_factory=dict)


def find_origin(
    directory: Directory,
    *,
    partner: str | None = None,
    placement: str | None = None,
    link: str | None = None,
    code: str | None = None,
    channel: str | None = None,
) -> Origin:
    """The origin that the keys name; the most particular one wins: code, link, placement, partner, channel.

    Raises UnknownOrigin when a key is given that does not exist; gives an empty Origin when no key is given.
    """
    if code:
        return _found(directory.codes, code.strip().upper(), ("code", code, f"code {code!r}"))
    if link:
        return _found(directory.links, link, ("link", link, f"link {link!r}"))
    if partner and placement:
        named = ("placement", f"{partner}/{placement}", f"placement {placement!r} of partner {partner!r}")
        return _found(directory.placements, (partner, placement), named)
    if partner:
        return _found(directory.partners, partner, ("partner", partner, f"partner {partner!r}"))
    if channel:
        return _found(directory.channels, channel, ("channel", channel, f"house channel {channel!r}"))
    return Origin()


def _found(known: Mapping[Key, Origin], key: Key, named: tuple[str, str, str]) -> Origin:
    try:
        return known[key]
    except KeyError:
        raise UnknownOrigin(*named) from None
