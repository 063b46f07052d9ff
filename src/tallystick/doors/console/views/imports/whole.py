"""The trial of a whole file: a job, because it may take minutes; what it came to is kept for a day.

Where it stands and what it found lie in the cache that all processes share, under the import and its mapping: a changed
mapping has not been tried.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from uuid import UUID

from django.core.cache import cache

from tallystick.doors import wording
from tallystick.foundation.jobs.services import enqueue
from tallystick.journey import inbox
from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import find_import
from tallystick.tracking.imports.services import files
from tallystick.tracking.imports.services.lifecycle import written_mapping
from tallystick.tracking.imports.services.trial import Trial, try_out

JOB: Final = "imports.try"
KEPT_SECONDS: Final = 24 * 3600
MOST_SECONDS: Final = 480
"""A job has its worker for ten minutes: a trial ends before that, and says so."""

TOLD_EVERY: Final = 1.0


class TooLong(Foreseen):
    """A file that takes longer to try than a trial may."""

    exit = Exit.REFUSED


@dataclass(frozen=True, slots=True)
class Going:
    """A trial that was asked for or is under way. rows: how many were tried so far."""

    rows: int = 0


def ask(row: Import) -> None:
    """Have a whole file tried, unless it was or is being tried with the same mapping."""
    if cache.add(_key(row), Going(), KEPT_SECONDS):
        enqueue(JOB, payload={"import": row.id.hex})


def progress(row: Import) -> Going | None:
    """How far the trial of a whole file is; None where it ended, or nobody asked for it."""
    state = cache.get(_key(row))
    return state if isinstance(state, Going) else None


def found(row: Import) -> Trial | None:
    """What the trial of a whole file came to; None while there is nothing. Raises what stood in its way."""
    state = cache.get(_key(row))
    if isinstance(state, str):
        raise TooLong(state)
    return state if isinstance(state, Trial) else None


def run(payload: Mapping[str, Any]) -> None:
    """Try a whole file: the job. What stands in its way is its outcome, and shown to whoever asked."""
    row = find_import(UUID(payload["import"]))
    key, began, told, rows = _key(row), time.monotonic(), time.monotonic(), 0

    def seen(more: int) -> None:
        nonlocal told, rows
        now, rows = time.monotonic(), rows + more
        if now - began > MOST_SECONDS:
            raise TooLong(
                "After %(rows)s rows the trial was ended: it takes longer than %(minutes)s minutes. The first rows "
                "show what the file does; import it, and look at the reconciliation.",
                rows=f"{rows:,}",
                minutes=MOST_SECONDS // 60,
            )
        if now - told >= TOLD_EVERY:
            told = now
            cache.set(key, Going(rows), KEPT_SECONDS)

    try:
        cache.set(key, _tried(row, seen), KEPT_SECONDS)
    except Foreseen as wrong:
        cache.set(key, wording.sentence(wrong), KEPT_SECONDS)
    except BaseException:
        # It failed or was ended: whoever looks is to be offered the trial again.
        cache.delete(key)
        raise


def _tried(row: Import, seen: Callable[[int], None]) -> Trial:
    mapping = written_mapping(row)
    trial = try_out(files.path_of(row), name=row.name, mapping=mapping, store=inbox(), seen=seen)
    tally = trial.tally
    plain = {name: dict(getattr(tally, name)) for name in ("reasons", "things", "money", "unknown")}
    return replace(trial, tally=replace(tally, **cast("Any", plain)))


def _key(row: Import) -> str:
    digest = hashlib.sha256(row.mapping_text.encode()).hexdigest()[:32]
    return f"import-trial:{row.id.hex}:{digest}"
