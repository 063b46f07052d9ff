"""How current a page is: what waits for each stage of the journey, and what waits in quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tallystick.foundation.scoping import current_brand
from tallystick.journey import STAGES
from tallystick.measurement.warehouse.queries import freshness
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
    """The strip under an answer."""

    stages: tuple[StageLag, ...]
    waiting: tuple[tuple[str, int], ...]
    published_at: datetime | None


def current() -> Current:
    """How current the figures of the brand in scope are."""
    brand_id = current_brand()
    stages = tuple(StageLag(s.name, s.reads, s.writes, s.behind(brand_id)) for s in STAGES)
    waiting = tuple((reason.value, count) for reason, count in counts_by_reason().items())
    return Current(stages, waiting, max((table.published_at for table in freshness()), default=None))
