"""The kinds of mail there are. Each is registered by the module that it speaks for, when apps are made ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind: the templates `mail/<name>.subject.txt`, `mail/<name>.txt` and `mail/<name>.html`.

    says: when it is sent, for the person who may decline it. is_optional: whether people may decline it; what is about
    their own account always goes. has_secret: whether its text lets somebody in, so that it is removed after sending.
    sample: a context such as `post` is given, for the preview and the tests: its names are what the templates use.
    """

    name: str
    says: Text
    sample: Mapping[str, Any]
    is_optional: bool = False
    has_secret: bool = False


KINDS: Final[dict[str, MailKind]] = {}


def register(*kinds: MailKind) -> None:
    """Make kinds of mail known. Raises ValueError where a name is taken by another kind."""
    for kind in kinds:
        if KINDS.setdefault(kind.name, kind) != kind:
            raise ValueError(f"there are two kinds of mail called {kind.name!r}")


def optional_kinds() -> list[MailKind]:
    """The kinds that people may decline, in the order in which they were registered."""
    return [kind for kind in KINDS.values() if kind.is_optional]
