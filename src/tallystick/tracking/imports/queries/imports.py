"""Which imports there are, and what waits of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from tallystick.foundation.batches import Waiting
from tallystick.foundation.listing import Listing, one_of
from tallystick.foundation.scoping import across_brands
from tallystick.kit import ids
from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.events.series import range_of
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.inbox.models import Quarantined

IMPORTS: Final = Listing(
    rows=Import.objects.all,
    search=("name", "mapping_name", "by_name"),
    sorts={"created": "created_at", "name": "name", "rows": "rows"},
    sort="-created",
    filters={"state": one_of("state", [state.value for state in State])},
)
"""All imports of the brand in scope, the newest first."""

_UNFINISHED: Final = (State.QUEUED, State.RECEIVING, State.STOPPED, State.FAILED)


class NoImport(Foreseen, LookupError):
    """An import that is not there, or was discarded."""

    exit = Exit.NOT_FOUND


def find_import(import_id: UUID) -> Import:
    """The import with an id, in the brand in scope. Raises NoImport."""
    found = Import.objects.filter(id=import_id).first()
    if found is None:
        raise NoImport("There is no such import; perhaps it was discarded.")
    return found


def there(row: Import) -> Import:
    """An import as it stands now. Raises NoImport."""
    return find_import(row.id)


def brought_before(row: Import) -> Import | None:
    """The newest other import of the same bytes with the same mapping that was begun; None where there is none.

    Nothing comes of importing it again: its rows are duplicates.
    """
    begun = _same_bytes(row).exclude(state__in=(State.UPLOADING, State.ARRIVED))
    return begun.filter(mapping_text=row.mapping_text).order_by("-created_at").first()


def unfinished(row: Import) -> Import | None:
    """The newest other import of the same bytes with the same mapping that was begun, did not end and can go on.

    One that reads somebody's file goes on with that, where it lay; what lies elsewhere is brought anew.
    """
    begun = _same_bytes(row).filter(state__in=_UNFINISHED, mapping_text=row.mapping_text)
    readable = begun.exclude(path="").filter(Q(path=row.path) | ~Q(path__startswith="/"))
    return readable.order_by("-created_at").first()


def ahead_of(import_: Import) -> int:
    """How many imports of its brand come before one that waits for its turn, the one at work included."""
    if import_.state != State.QUEUED or import_.received_at is None:
        return 0
    earlier = Q(state=State.RECEIVING) | Q(state=State.QUEUED, received_at__lt=import_.received_at)
    return Import.objects.filter(earlier).exclude(id=import_.id).count()


def next_in_turn(now: datetime, *, but: Collection[UUID] = ()) -> Import | None:
    """The oldest import that waits for its turn, or whose worker has not been heard of for its lease.

    but: brands whose imports are passed by.
    """
    waiting = Q(state=State.QUEUED) | Q(state=State.RECEIVING, held_until__lt=now)
    found = across_brands(Import).filter(waiting).exclude(brand_id__in=but)
    return found.order_by("received_at", "id").first()


def at_work() -> Waiting:
    """The imports of the brand in scope that were begun and of which not every row is a receipt yet."""
    begun = Import.objects.filter(state__in=(State.QUEUED, State.RECEIVING))
    found = begun.aggregate(count=Count("id"), oldest=Min("received_at"))
    return Waiting(found["count"], found["oldest"])


def first_of(import_: Import) -> UUID | None:
    """The id of the first receipt of an import, with which its series begins; None before it was begun."""
    if import_.received_at is None:
        return None
    return ids.in_series(import_.id, 0, at=import_.received_at)


def problems_of(import_: Import) -> QuerySet[Quarantined]:
    """The receipts of an import that wait in quarantine, in the order of the file; whoever asks pages them."""
    first = first_of(import_)
    waiting = Quarantined.objects.filter(state=Quarantined.State.WAITING)
    if first is None:
        return waiting.none()
    return waiting.filter(receipt_id__range=range_of(first)).order_by("line", "receipt_id")


def _same_bytes(row: Import) -> QuerySet[Import]:
    same = Import.objects.exclude(id=row.id).exclude(sha256="")
    return same.filter(sha256=row.sha256)
