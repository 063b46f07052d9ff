"""What attribution publishes to the warehouse: current conversions, and the current path of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from tallystick.foundation.batches import waiting, whole_batches
from tallystick.foundation.bulk import days_of, stored_rows
from tallystick.kit import clock
from tallystick.kit.batches import SLICE, chunks
from tallystick.kit.facts import CONVERSIONS, PATHS, Changes, FactTable
from tallystick.measurement.attribution.models import Attribution, Credit, Revision
from tallystick.tracking.events.facts import (
    Reached,
    days_to_redo,
    receipts_of_events,
    terms,
    touches_of,
)

_PATH_COLUMNS: Final = tuple(column.name for column in PATHS.columns)


class ConversionFacts:
    """Conversions by the UTC day on which they occurred, as decided up to a step of the stage."""

    table: FactTable = CONVERSIONS
    follows = "revisions"

    def changes(self, after: int | None, *, limit: int) -> Changes:
        """The days on which conversions lie, or lay before, whose decision changed after a step of the stage."""
        cut, left = whole_batches(Revision.objects.all(), after=after or 0, limit=limit)
        rewritten, added = _days_between(after or 0, cut)
        return Changes(rewritten, added, cut, left)

    def waiting(self, after: int | None) -> int:
        """How many decisions were written after a step of the stage."""
        return waiting(self.follows, after or 0).rows

    def rows(self, day: date, *, upto: int | None) -> Iterator[tuple[Any, ...]]:
        """The conversions of one UTC day that stand, in the order of the columns."""
        return _conversion_rows(_standing_on(day, upto or 0))

    def new_rows(self, after: int | None, *, upto: int | None) -> Iterator[tuple[Any, ...]]:
        """The conversions decided for the first time after one step up to another, of any day."""
        return _conversion_rows(_new_between(after or 0, upto or 0))


class PathFacts:
    """Paths by the UTC day on which their conversion occurred; partners and placements are named in them as well."""

    table: FactTable = PATHS
    follows = "revisions"

    def changes(self, after: dict[str, Any] | None, *, limit: int) -> Changes:
        """As of conversions; and all days, a few in each step, where partners or placements are called otherwise."""
        stood = Reached.read(after, terms())
        cut, left = whole_batches(Revision.objects.all(), after=stood.batch, limit=limit)
        rewritten, added = _days_between(stood.batch, cut)
        redone, days = days_to_redo(stood.redone, _day_after)
        reached = Reached(cut, stood.terms, redone).cursor() if cut else after
        rewritten |= frozenset(days)
        return Changes(rewritten, added - rewritten, reached, max(left, int(redone is not None)))

    def waiting(self, after: dict[str, Any] | None) -> int:
        """How many decisions were written after a step of the stage; all where names have changed."""
        stood = Reached.read(after, terms())
        return waiting(self.follows, stood.batch if stood.redone is None else 0).rows

    def rows(self, day: date, *, upto: dict[str, Any] | None) -> Iterator[tuple[Any, ...]]:
        """The paths of the conversions of one UTC day, contenders included, in the order of the columns."""
        return _path_rows(_standing_on(day, upto["batch"] if upto else 0))

    def new_rows(
        self, after: dict[str, Any] | None, *, upto: dict[str, Any] | None
    ) -> Iterator[tuple[Any, ...]]:
        """The paths of conversions decided for the first time after one cursor up to another, of any day."""
        return _path_rows(_new_between(after["batch"] if after else 0, upto["batch"] if upto else 0))


class _Said(NamedTuple):
    """A decision as the database gives it (`stored_rows`): ids are compared and written, never read."""

    id: Any
    conversion_id: Any
    evidence_id: Any
    program_id: Any
    definition_id: Any
    version: int
    occurred_at: Any
    subject: str
    customer_type: str
    value_minor: int | None
    currency: str | None
    credited: Any
    via: str


def _said(decisions: QuerySet[Attribution]) -> Iterator[_Said]:
    return map(_Said._make, stored_rows(decisions.order_by("occurred_at", "id"), *_Said._fields))


def _days_between(after: int, cut: int) -> tuple[frozenset[date], frozenset[date]]:
    """The days on which something else is said than before step `after`, and those that only gain conversions."""
    moved = Revision.objects.filter(batch__gt=after, batch__lte=cut).values("conversion_id")
    earlier = Revision.objects.filter(batch__lte=after, conversion_id__in=moved)
    known = {conversion_id for (conversion_id,) in stored_rows(earlier, "conversion_id")}
    rewritten, added = set[Any](), set[Any]()
    # Every decision there was: a conversion may have lain on another day before.
    said = Attribution.objects.filter(conversion_id__in=moved)
    for conversion_id, at in stored_rows(said, "conversion_id", "occurred_at"):
        (rewritten if conversion_id in known else added).add(at)
    changed = frozenset(days_of(rewritten))
    return changed, frozenset(days_of(added)) - changed


def _standing_on(day: date, cut: int) -> Iterator[list[_Said]]:
    """The decisions that hold at step `cut` on conversions of one UTC day, SLICE at a time, oldest first."""
    start = clock.midnight(day)
    end = start + timedelta(days=1)
    said = Attribution.objects.filter(occurred_at__gte=start, occurred_at__lt=end)
    for part in chunks(_said(said), SLICE):
        held = set(_held({row.conversion_id for row in part}, cut))
        yield [row for row in part if row.id in held]


def _new_between(after: int, cut: int) -> Iterator[list[_Said]]:
    """The decisions that hold at step `cut` on conversions of which none was written up to step `after`."""
    new = Revision.objects.filter(batch__gt=after, batch__lte=cut).order_by("batch", "id")
    named = dict.fromkeys(conversion_id for (conversion_id,) in stored_rows(new, "conversion_id"))
    for part in chunks(named, SLICE):
        earlier = Revision.objects.filter(batch__lte=after, conversion_id__in=part)
        known = {conversion_id for (conversion_id,) in stored_rows(earlier, "conversion_id")}
        held = _held(set(part) - known, cut)
        yield list(_said(Attribution.objects.filter(id__in=held)))


def _held(conversion_ids: Iterable[Any], cut: int) -> list[Any]:
    """The ids of the attributions that these conversions have at step `cut`; withdrawn ones have none."""
    newest: dict[Any, tuple[Any, Any]] = {}
    said = Revision.objects.filter(conversion_id__in=list(conversion_ids), batch__lte=cut).order_by("batch")
    for conversion_id, attribution_id, withdrawn in stored_rows(
        said, "conversion_id", "attribution_id", "withdrawn"
    ):
        newest[conversion_id] = attribution_id, withdrawn
    return [attribution_id for attribution_id, withdrawn in newest.values() if not withdrawn]


def _day_after(day: date | None) -> date | None:
    said = Attribution.objects.all()
    if day is not None:
        said = said.filter(occurred_at__gte=clock.midnight(day + timedelta(days=1)))
    at = said.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    return at.astimezone(UTC).date() if at else None


def _conversion_rows(found: Iterable[list[_Said]]) -> Iterator[tuple[Any, ...]]:
    for current in found:
        receipts = receipts_of_events([said.evidence_id for said in current])
        for said in current:
            yield (
                said.conversion_id,
                said.evidence_id,
                receipts[said.evidence_id],
                said.program_id,
                said.definition_id,
                said.version,
                said.occurred_at,
                said.subject,
                said.customer_type,
                said.value_minor,
                said.currency,
                bool(said.credited),
            )


def _path_rows(found: Iterable[list[_Said]]) -> Iterator[tuple[Any, ...]]:
    for standing in found:
        current = {said.id: said for said in standing}
        credits = Credit.objects.filter(attribution_id__in=list(current)).order_by("attribution_id", "place")
        path = list(stored_rows(credits, "attribution_id", "event_id", "place", "share_ppb"))
        touches = touches_of({event_id for _, event_id, _, _ in path})
        for attribution_id, event_id, place, share_ppb in path:
            yield _path_row(current[attribution_id], touches[event_id], place=place, share_ppb=share_ppb)


def _path_row(said: _Said, touch: dict[str, Any], *, place: int, share_ppb: int) -> tuple[Any, ...]:
    own = {
        "conversion_id": said.conversion_id,
        "place": place,
        "program_id": said.program_id,
        "definition_id": said.definition_id,
        "version": said.version,
        "converted_at": said.occurred_at,
        "touched_at": touch["occurred_at"],
        "subject": said.subject,
        "customer_type": said.customer_type,
        "share_ppb": share_ppb,
        "via": said.via,
        "value_minor": said.value_minor,
        "currency": said.currency,
    }
    return tuple(own[name] if name in own else touch[name] for name in _PATH_COLUMNS)
