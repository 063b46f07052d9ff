"""Who acts, and what an act says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from tallystick.kit import ids


class ActorKind(StrEnum):
    """What sort of actor: a person signed in, a program with an API key, a command on the machine, a rule of ours."""

    PERSON = "person"
    API_KEY = "api_key"
    COMMAND = "command"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. id: of the person or API key. name: as it was at the time. address: the client's, if there is one."""

    kind: ActorKind
    name: str
    id: UUID | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act is about: the prefix of its kind of id, the id, and how people call it."""

    prefix: str
    id: UUID
    label: str

    @property
    def text(self) -> str:
        """The id as doors write it."""
        return ids.show(self.prefix, self.id)


@dataclass(frozen=True, slots=True)
class Act:
    """What was done: `partnership.paused`, about what, by whom, with what changed and why.

    changes: field → (before, after), JSON values; before is None for what is new. Never a secret.
    """

    name: str
    subject: Subject
    by: Actor
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    reason: str = ""
