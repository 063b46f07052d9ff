"""Who does which kind of job. Filled by `on` when apps are made ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Work: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Does a job, given its payload, with the brand's scope open; raises where it could not.

A job may be done twice, after a crash: work that is repeated must come to the same.
"""

HANDLERS: dict[str, Work] = {}


def on(kind: str, handler: Work) -> None:
    """Have jobs of a kind done by `handler`. Raises ValueError for a kind that somebody else does."""
    if HANDLERS.setdefault(kind, handler) is not handler:
        raise ValueError(f"jobs of kind {kind!r} are done by somebody else already")
