"""READ FIRST: the journey that every receipt makes, as a list of stages in order.

    money    click → receipt → event → touchpoint path → credit → commission → ledger → payout
    quality  event → fact → KPI → scorecard → decision

What arrives becomes a receipt before it is answered (`tracking.inbox`). From there the stages below carry it on,
brand by brand, each in short transactions that hold its effects and its cursor together. A stage reads only what
the stages before it have written. The worker runs this list, `tallystick journey` prints it with how far each
stage is behind, the documentation's diagram is made from it.

The commission, the ledger, the payout, the scorecard and the decision are not built yet and therefore not in the list.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings

from tallystick.foundation.batches import Waiting, oldest
from tallystick.foundation.lanes import Progress, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.measurement.attribution import stage as attribution
from tallystick.measurement.attribution.facts import ConversionFacts, PathFacts
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.warehouse import stage as warehouse
from tallystick.measurement.warehouse.queries import last_published
from tallystick.tracking.events import stage as events
from tallystick.tracking.events.facts import OutcomeFacts, TouchpointFacts
from tallystick.tracking.imports.queries.imports import at_work as imports_at_work
from tallystick.tracking.inbox.queries import counts_by_reason
from tallystick.tracking.inbox.stores.choice import open_store
from tallystick.tracking.inbox.stores.port import Store
from tallystick.tracking.reported.facts import REPORT_FACTS


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its name, what it reads and writes in words, and the function that does some of it."""

    name: str
    step: Callable[[UUID, int], Progress]
    reads: str
    writes: str
    waits: Callable[[UUID], Waiting]
    """What waits for the stage, in a brand; nothing is changed by asking."""

    def run(self, brand_id: UUID, /, *, limit: int) -> Progress:
        """Do the next part of the work of one brand: about `limit` rows in one short transaction."""
        return self.step(brand_id, limit)

    def behind(self, brand_id: UUID, /) -> int:
        """How many rows wait for the stage, in a brand."""
        return self.waits(brand_id).rows

    def oldest(self, brand_id: UUID, /) -> datetime | None:
        """When the oldest receipt was received that what waits rests on; None where nothing waits."""
        return self.waits(brand_id).oldest


SOURCES = (TouchpointFacts(), OutcomeFacts(), ConversionFacts(), PathFacts(), *REPORT_FACTS)

PUBLISH_ROWS = 100_000
"""A day's file is written whole, so the warehouse takes more steps at once than the stages before it."""


def inbox() -> Store:
    """This thread's receipt store: SQLite files beside the database, or a table of the same PostgreSQL."""
    store: Store | None = getattr(_OF_THREAD, "store", None)
    if store is None:
        config = _config()
        store = open_store(
            directory=config.inbox_dir, database_url=config.database_url, file_mb=config.inbox_file_mb
        )
        _OF_THREAD.store = store
    return store


def _record(brand_id: UUID, limit: int) -> Progress:
    return events.run(brand_id, limit=limit, store=inbox())


def _receipts_behind(brand_id: UUID) -> Waiting:
    with brand_scope(brand_id):
        after = position(events.NAME)
    rows = inbox().backlog(brand_id, after)
    return Waiting(rows, inbox().oldest(brand_id, after) if rows else None)


def _credit(brand_id: UUID, limit: int) -> Progress:
    return attribution.run(brand_id, max_customers=_config().identity_max_customers, limit=limit)


def _events_behind(brand_id: UUID) -> Waiting:
    return attribution.behind(brand_id, max_customers=_config().identity_max_customers)


def _publish(brand_id: UUID, limit: int) -> Progress:
    return warehouse.run(brand_id, limit=max(limit, PUBLISH_ROWS), sources=SOURCES)


def _facts_behind(brand_id: UUID) -> Waiting:
    return warehouse.behind(brand_id, sources=SOURCES)


STAGES = (
    Stage(
        "events",
        _record,
        reads="receipts",
        writes="events, identities, reports, partners, quarantine",
        waits=_receipts_behind,
    ),
    Stage(
        "attribution",
        _credit,
        reads="events, definitions",
        writes="conversions, credits",
        waits=_events_behind,
    ),
    Stage(
        "warehouse",
        _publish,
        reads="events, reports, conversions, credits",
        writes="facts",
        waits=_facts_behind,
    ),
)


IMPORTS = "imports"
"""What waits before the first stage: files of which not every row is a receipt yet."""


def completeness(brand_id: UUID, *, as_of: datetime | None = None) -> Completeness:
    """How much of what a brand has received stands in a snapshot of its facts that is taken after this. KPI-COMPLETE.

    as_of: when it is asked; None for now. Asked in the order of the journey: what moves on meanwhile is met again
    further down, at worst twice, and what has passed the last stage is in every later snapshot. What waits
    for a person is counted before and after: it may be released in between.
    """
    as_of = as_of or clock.now()
    with brand_scope(brand_id):
        quarantined = sum(counts_by_reason().values())
        waits = {IMPORTS: imports_at_work()}
        waits |= {stage.name: stage.waits(brand_id) for stage in STAGES}
        return Completeness(
            as_of=as_of,
            complete_through=min(as_of, oldest(waits.values()) or as_of),
            behind={name: each.rows for name, each in waits.items()},
            quarantined=max(quarantined, sum(counts_by_reason().values())),
            published_at=last_published(),
        )


PATIENCE = 20
PAUSE_SECONDS = 0.1


def run_until_done(
    brand_id: UUID, *, limit: int, seen: Callable[[str, Progress], None] = lambda _name, _progress: None
) -> None:
    """Run all stages of one brand, in order, until none has anything left. `seen` is told of every step.

    Another worker may hold the lane or have half-committed receipts: what waits then is asked for again,
    for two seconds.
    """
    for stage in STAGES:
        waited = 0
        while waited < PATIENCE:
            progress = stage.run(brand_id, limit=limit)
            seen(stage.name, progress)
            if not progress.left:
                break
            if not progress.done:
                waited += 1
                time.sleep(PAUSE_SECONDS)


class _Config(Protocol):
    """The part of the configuration that the journey reads."""

    @property
    def inbox_dir(self) -> Path: ...

    @property
    def database_url(self) -> str | None: ...

    @property
    def inbox_file_mb(self) -> int: ...

    @property
    def identity_max_customers(self) -> int: ...


_OF_THREAD = threading.local()


def _config() -> _Config:
    return cast("_Config", settings.TALLYSTICK)
