"""Which verb an import allows in which state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tallystick.kit.errors import Exit, Foreseen


class State(StrEnum):
    """Where an import stands. Uploading: bytes are still to come. Arrived: it waits for a person to say what the
    columns mean and to begin. Queued: it waits for its turn. Receiving: rows become receipts. Received: all rows are
    receipts, and the journey makes events of them. Stopped: by a person; it can go on. Failed: the file cannot be read
    (on); what came before is kept.
    """

    UPLOADING = "uploading"
    ARRIVED = "arrived"
    QUEUED = "queued"
    RECEIVING = "receiving"
    RECEIVED = "received"
    STOPPED = "stopped"
    FAILED = "failed"


STEPS: Final[Mapping[str, tuple[State, ...]]] = MappingProxyType(
    {
        "upload": (State.UPLOADING,),
        "map": (State.UPLOADING, State.ARRIVED),
        "start": (State.ARRIVED,),
        "run": (State.QUEUED, State.RECEIVING),
        "stop": (State.QUEUED, State.RECEIVING),
        "resume": (State.STOPPED, State.FAILED),
        "discard": (State.UPLOADING, State.ARRIVED, State.QUEUED, State.STOPPED, State.FAILED),
    }
)
"""Verb → the states in which it can be done. Discarded is only what nothing was received of."""

_WHY_NOT: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.UPLOADING: "%(name)s is still being uploaded: bring the rest of it first.",
        State.ARRIVED: "%(name)s has arrived and was not begun: say what its columns mean, and start it.",
        State.QUEUED: "%(name)s waits for its turn: stop it first.",
        State.RECEIVING: "%(name)s is being received: stop it first.",
        State.RECEIVED: "%(name)s was received: all its rows are kept, and nothing is left to do to the file.",
        State.STOPPED: "%(name)s was stopped: resume it, and it goes on where it stood.",
        State.FAILED: "%(name)s could not be read on: resume it once the cause is mended.",
    }
)


class StepRefused(Foreseen):
    """Something that cannot be done to an import where it stands; the message says what can."""

    exit = Exit.REFUSED


def possible(state: State) -> tuple[str, ...]:
    """The verbs that can be done in a state, in the order of the table."""
    return tuple(verb for verb, states in STEPS.items() if state in states)


def refuse_unless(verb: str, state: str, *, name: str) -> None:
    """Raise StepRefused where a verb cannot be done in a state. name: of the file, for the message."""
    if state not in STEPS[verb]:
        raise StepRefused(_WHY_NOT[State(state)], name=name)
