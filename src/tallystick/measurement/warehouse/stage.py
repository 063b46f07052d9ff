"""The warehouse's step in the journey: write the days that changed, then let the manifest name them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.facts import FactTable
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import configured, files, rules
from tallystick.measurement.warehouse.models import FactFile


@dataclass(frozen=True, slots=True)
class Draft:
    """The files of one table's changed days, written and durable, named by nobody yet."""

    table: FactTable
    after: Any
    next: Any
    left: int
    rewritten: dict[date, tuple[files.Part, ...]]
    """What takes the place of all that lies there now; days without any file only lose theirs."""
    added: dict[date, tuple[files.Part, ...]]
    """What lies beside the files that are there now."""

    @property
    def name(self) -> str:
        return rules.cursor_name(self.table)

    @property
    def moves(self) -> bool:
        return bool(self.rewritten or self.added) or self.next != self.after

    @property
    def parts(self) -> list[files.Part]:
        return [part for days in (self.rewritten, self.added) for parts in days.values() for part in parts]


def publish(brand_id: UUID, *, limit: int, sources: Sequence[rules.FactSource]) -> Progress:
    """Bring the Parquet files of a brand up to what its sources say now. Identifiers: WH-PUBLISH, EO-PUBLISH.

    1. Ask each source for its changes. 2. Write days in which something is different whole, and what is new of other
    days, outside any transaction.
    3. In one short transaction under the brand's lane: give up if another worker moved a cursor meanwhile,
    else retire the days' old files, name the new ones, move the cursors.
    limit: changes that a source may take. Returns (days published, changes left). Raises BadFact.
    """
    root = configured.warehouse_dir()
    with brand_scope(brand_id):
        drafts = [_draft(source, brand_id=brand_id, root=root, limit=limit) for source in sources]
    # Not the sum: two sources may follow the same rows.
    left = max((draft.left for draft in drafts), default=0)
    moving = [draft for draft in drafts if draft.moves]
    if not moving:
        return Progress(0, left)
    with lane(brand_id):
        published = _unmoved(moving) and _all_there(root, moving)
        if published:
            now = clock.now()
            for draft in moving:
                _name(draft, now)
            reach("warehouse.publishing")
    if not published:
        for draft in moving:
            files.discard(root, draft.parts)
        return Progress(0, max(left, 1))
    reach("warehouse.published")
    return Progress(sum(len(draft.rewritten) + len(draft.added) for draft in moving), left)


def behind(brand_id: UUID, *, sources: Sequence[rules.FactSource]) -> int:
    """How many rows wait to be published; those that several sources follow are counted once."""
    waiting: dict[str, int] = {}
    with brand_scope(brand_id):
        for source in sources:
            rows = source.waiting(position(rules.cursor_name(source.table)))
            waiting[source.follows] = max(rows, waiting.get(source.follows, 0))
    return sum(waiting.values())


def _draft(source: rules.FactSource, *, brand_id: UUID, root: Path, limit: int) -> Draft:
    table = source.table
    after = position(rules.cursor_name(table))
    changed = source.changes(after, limit=limit)
    rewritten = {
        day: files.write_day(
            root, source.rows(day, upto=changed.next), brand_id=brand_id, table=table, day=day
        )
        for day in sorted(changed.rewritten)
    }
    added: dict[date, tuple[files.Part, ...]] = {}
    if changed.added:
        new = source.new_rows(after, upto=changed.next)
        added = files.write_days(root, new, brand_id=brand_id, table=table, days=changed.added)
    return Draft(
        table=table, after=after, next=changed.next, left=changed.left, rewritten=rewritten, added=added
    )


def _unmoved(drafts: Sequence[Draft]) -> bool:
    return all(position(draft.name) == draft.after for draft in drafts)


def _all_there(root: Path, drafts: Sequence[Draft]) -> bool:
    # A sweep may have taken files that lay unnamed too long; it holds the lane, so none can go from here on.
    return all(files.is_whole(root, part.path, part.bytes) for draft in drafts for part in draft.parts)


def _name(draft: Draft, now: datetime) -> None:
    live = FactFile.objects.filter(table=draft.table.name, replaced_at__isnull=True)
    live.filter(day__in=list(draft.rewritten)).update(replaced_at=now)
    FactFile.objects.bulk_create(
        FactFile(
            table=draft.table.name,
            day=day,
            path=part.path,
            rows=part.rows,
            bytes=part.bytes,
            sha256=part.sha256,
            first_at=part.first_at,
            last_at=part.last_at,
            published_at=now,
        )
        for days in (draft.rewritten, draft.added)
        for day, parts in days.items()
        for part in parts
    )
    advance(draft.name, draft.next)
