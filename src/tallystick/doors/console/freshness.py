"""How current a page is: what waits for each stage of the journey, and what waits in quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tallystick.journey import IMPORTS, STAGES
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.tracking.inbox.queries import counts_by_reason


@dataclass(frozen=True, slots=True)
class StageLag:
    """A stage of the journey with the number of rows that wait for it."""

    name: str
    reads: str
    writes: str
    behind: int


@dataclass(frozen=True, slots=True)
class Current:
    """The strip under an answer. imports: files of which not every row has arrived yet."""

    complete_through: datetime
    imports: int
    stages: tuple[StageLag, ...]
    waiting: tuple[tuple[str, int], ...]
    published_at: datetime | None


def current(found: Completeness) -> Current:
    """How current the figures of the brand in scope are."""
    stages = tuple(StageLag(s.name, s.reads, s.writes, found.behind[s.name]) for s in STAGES)
    waiting = tuple((reason.value, count) for reason, count in counts_by_reason().items())
    return Current(found.complete_through, found.behind[IMPORTS], stages, waiting, found.published_at)
