"""The warehouse's step in the journey: write the days that changed, then let the manifest name them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tallystick.foundation import batches
from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.facts import Changes, FactTable
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import configured, files, manifest, rollups, rules
from tallystick.measurement.warehouse.compaction import compact

MOST_DAYS = 500
"""How many days one table may change in one step, where its source can take less."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The files of one table's changed days and of what is counted from it, written and durable, named by nobody."""

    table: FactTable
    after: Any
    changed: Changes
    parts: tuple[files.Part, ...]
    """Those of a rewritten day take the place of all that lies there now; those of another lie beside it."""

    @property
    def name(self) -> str:
        return rules.cursor_name(self.table)

    @property
    def days(self) -> int:
        return len(self.changed.rewritten) + len(self.changed.added)

    @property
    def moves(self) -> bool:
        return bool(self.days) or self.changed.next != self.after


def run(brand_id: UUID, *, limit: int, sources: Sequence[rules.FactSource]) -> Progress:
    """Publish what waits; where nothing does, merge small files, and before a day has too many of them in any case."""
    published = publish(brand_id, limit=limit, sources=sources)
    if published.done or published.left:
        compact(brand_id, limit=limit, at_least=rules.CROWDED)
        return published
    return compact(brand_id, limit=limit)


def publish(brand_id: UUID, *, limit: int, sources: Sequence[rules.FactSource]) -> Progress:
    """Bring the Parquet files of a brand up to what its sources say now. Identifiers: WH-PUBLISH, EO-PUBLISH.

    1. Ask each source for its changes. 2. Write days in which something is different whole, and what is new of other
    days, outside any transaction.
    What is counted from the rows is written with them. 3. In one short transaction under the brand's lane: give up if
    another worker moved a cursor meanwhile, else retire the old files of rewritten days, name the new ones, move the
    cursors.
    limit: changes that a source may take. Returns (days published, changes left). Raises BadFact.
    """
    root = configured.warehouse_dir()
    with brand_scope(brand_id):
        drafts = [_draft(source, brand_id=brand_id, root=root, limit=limit) for source in sources]
    # Not the sum: two sources may follow the same rows.
    left = max((draft.changed.left for draft in drafts), default=0)
    moving = [draft for draft in drafts if draft.moves]
    if not moving:
        return Progress(0, left)
    parts = [part for draft in moving for part in draft.parts]
    with lane(brand_id):
        published = _unmoved(moving) and files.are_whole(root, parts)
        if published:
            now = clock.now()
            for draft in moving:
                _name(draft, now)
            reach("warehouse.publishing")
    if not published:
        files.discard(root, parts)
        return Progress(0, max(left, 1))
    reach("warehouse.published")
    return Progress(sum(draft.days for draft in moving), left)


def behind(brand_id: UUID, *, sources: Sequence[rules.FactSource]) -> batches.Waiting:
    """The rows that wait to be published; those that several sources follow are counted once."""
    rows: dict[str, int] = {}
    received = []
    with brand_scope(brand_id):
        for source in sources:
            after = position(rules.cursor_name(source.table))
            rows[source.follows] = max(source.waiting(after), rows.get(source.follows, 0))
            received.append(batches.waiting(source.follows, rules.step_of(after)))
    return batches.Waiting(sum(rows.values()), batches.oldest(received))


def _draft(source: rules.FactSource, *, brand_id: UUID, root: Path, limit: int) -> Draft:
    table = source.table
    after = position(rules.cursor_name(table))
    changed = _bounded(source, after, limit)
    parts: list[files.Part] = []
    for day in sorted(changed.rewritten):
        rows = source.rows(day, upto=changed.next)
        parts += files.write_day(root, rows, brand_id=brand_id, table=table, day=day)
    if changed.added:
        rows = source.new_rows(after, upto=changed.next)
        parts += files.write_days(
            root, rows, brand_id=brand_id, table=table, days=changed.added, but=changed.rewritten
        )
    return Draft(table, after, changed, tuple(parts))


def _bounded(source: rules.FactSource, after: Any, limit: int) -> Changes:
    """The next changes of not too many days: each is a file to be synced, and an unnamed file is swept in the end."""
    changed = source.changes(after, limit=limit)
    while len(changed.added) + len(changed.rewritten) > MOST_DAYS and limit > 1:
        limit //= 4
        changed = source.changes(after, limit=max(1, limit))
    return changed


def _unmoved(drafts: Sequence[Draft]) -> bool:
    return all(position(draft.name) == draft.after for draft in drafts)


def _name(draft: Draft, now: datetime) -> None:
    tables = [draft.table.name, *(rollup.table.name for rollup in rollups.counted_from(draft.table))]
    gone = manifest.live().filter(table__in=tables, day__in=list(draft.changed.rewritten))
    gone.update(replaced_at=now)
    manifest.name(draft.parts, at=now)
    advance(draft.name, draft.changed.next)
