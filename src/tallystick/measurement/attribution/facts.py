"""What attribution publishes to the warehouse: current conversions, and the current path of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from tallystick.foundation.batches import waiting, whole_batches
from tallystick.kit.batches import SLICE, chunks
from tallystick.kit.facts import CONVERSIONS, PATHS, Changes, FactTable
from tallystick.measurement.attribution.models import Attribution, Credit, Revision
from tallystick.tracking.events.facts import Reached, days_to_redo, terms, touches_of
from tallystick.tracking.events.queries import find_events


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


def _days_between(after: int, cut: int) -> tuple[frozenset[date], frozenset[date]]:
    """The days on which something else is said than before step `after`, and those that only gain conversions."""
    moved = Revision.objects.filter(batch__gt=after, batch__lte=cut).values("conversion_id")
    known = set(
        Revision.objects.filter(batch__lte=after, conversion_id__in=moved).values_list(
            "conversion_id", flat=True
        )
    )
    rewritten, added = set[date](), set[date]()
    # Every decision there was: a conversion may have lain on another day before.
    said = Attribution.objects.filter(conversion_id__in=moved).values_list("conversion_id", "occurred_at")
    for conversion_id, at in said.iterator(chunk_size=5000):
        (rewritten if conversion_id in known else added).add(at.astimezone(UTC).date())
    return frozenset(rewritten), frozenset(added - rewritten)


def _standing_on(day: date, cut: int) -> Iterator[list[Attribution]]:
    """The decisions that hold at step `cut` on conversions of one UTC day, SLICE at a time, oldest first."""
    start = datetime.combine(day, time.min, UTC)
    end = start + timedelta(days=1)
    said = Attribution.objects.filter(occurred_at__gte=start, occurred_at__lt=end).order_by(
        "occurred_at", "id"
    )
    for part in chunks(said.iterator(chunk_size=SLICE), SLICE):
        held = set(_held({row.conversion_id for row in part}, cut))
        yield [row for row in part if row.id in held]


def _new_between(after: int, cut: int) -> Iterator[list[Attribution]]:
    """The decisions that hold at step `cut` on conversions of which none was written up to step `after`."""
    new = Revision.objects.filter(batch__gt=after, batch__lte=cut).order_by("batch", "id")
    named = dict.fromkeys(new.values_list("conversion_id", flat=True))
    for part in chunks(named, SLICE):
        known = set(
            Revision.objects.filter(batch__lte=after, conversion_id__in=part).values_list(
                "conversion_id", flat=True
            )
        )
        held = _held(set(part) - known, cut)
        yield list(Attribution.objects.filter(id__in=list(held)).order_by("occurred_at", "id"))


def _held(conversion_ids: Iterable[UUID], cut: int) -> list[UUID]:
    """The ids of the attributions that these conversions have at step `cut`; withdrawn ones have none."""
    newest: dict[UUID, tuple[UUID, bool]] = {}
    said = Revision.objects.filter(conversion_id__in=list(conversion_ids), batch__lte=cut).order_by("batch")
    for conversion_id, attribution_id, withdrawn in said.values_list(
        "conversion_id", "attribution_id", "withdrawn"
    ):
        newest[conversion_id] = attribution_id, withdrawn
    return [attribution_id for attribution_id, withdrawn in newest.values() if not withdrawn]


def _day_after(day: date | None) -> date | None:
    said = Attribution.objects.all()
    if day is not None:
        said = said.filter(occurred_at__gte=datetime.combine(day + timedelta(days=1), time.min, UTC))
    at = said.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    return at.astimezone(UTC).date() if at else None


def _conversion_rows(found: Iterable[list[Attribution]]) -> Iterator[tuple[Any, ...]]:
    for current in found:
        events = find_events([attribution.evidence_id for attribution in current])
        for attribution in current:
            yield (
                attribution.conversion_id,
                attribution.evidence_id,
                events[attribution.evidence_id].receipt_id,
                attribution.program_id,
                attribution.definition_id,
                attribution.version,
                attribution.occurred_at,
                attribution.subject,
                attribution.customer_type,
                attribution.value_minor,
                attribution.currency,
                attribution.credited,
            )


def _path_rows(found: Iterable[list[Attribution]]) -> Iterator[tuple[Any, ...]]:
    for standing in found:
        current = {attribution.id: attribution for attribution in standing}
        credits = list(
            Credit.objects.filter(attribution_id__in=list(current)).order_by("attribution_id", "place")
        )
        touches = touches_of({credit.event_id for credit in credits})
        for credit in credits:
            yield _path_row(current[credit.attribution_id], credit, touches[credit.event_id])


def _path_row(attribution: Attribution, credit: Credit, touch: dict[str, Any]) -> tuple[Any, ...]:
    own = {
        "conversion_id": attribution.conversion_id,
        "place": credit.place,
        "program_id": attribution.program_id,
        "definition_id": attribution.definition_id,
        "version": attribution.version,
        "converted_at": attribution.occurred_at,
        "touched_at": touch["occurred_at"],
        "subject": attribution.subject,
        "customer_type": attribution.customer_type,
        "share_ppb": credit.share_ppb,
        "via": attribution.via,
        "value_minor": attribution.value_minor,
        "currency": attribution.currency,
    }
    return tuple(own[column.name] if column.name in own else touch[column.name] for column in PATHS.columns)
