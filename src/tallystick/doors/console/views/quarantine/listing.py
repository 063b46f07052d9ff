"""The list of what waits in quarantine, and what it can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.db.models import Count, QuerySet

from tallystick.foundation.listing import Listing, equals, one_of
from tallystick.kit import ids
from tallystick.kit.listing import BadWish, Wish
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.series import range_of
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import first_of
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Reason

MOST_OFFERED: Final = 30
HELD: Final = tuple(state.value for state in Quarantined.State if state != Quarantined.State.RELEASED)
ROLES: Final = tuple(Choice.Role.values)


def _of_import(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    try:
        import_id = ids.read_as("imp", value)
    except ids.BadId as bad:
        raise BadWish("there is no import %(value)r", value=value) from bad
    row = Import.objects.filter(id=import_id).first()
    first = first_of(row) if row else None
    return rows.filter(receipt_id__range=range_of(first)) if first else rows.none()


QUARANTINED: Final[Listing[Quarantined]] = Listing(
    rows=lambda: Quarantined.objects.exclude(state=Quarantined.State.RELEASED),
    search=("detail", "value", "file", "order"),
    sorts={"since": "receipt_id"},
    sort="since",
    filters={
        "state": one_of("state", HELD),
        "reason": one_of("reason", tuple(Reason)),
        "file": equals("file"),
        "import": _of_import,
        "column": equals("column"),
        "value": equals("value"),
        "unknown": one_of("unknown", ROLES),
    },
    given={"state": Quarantined.State.WAITING.value},
)


def counts(wish: Wish, column: str) -> Mapping[str, int]:
    """How many rows of a wish there are for each value of a column, the most frequent first, at most 30; the filter on
    the column itself is left out.
    """
    rest = {name: value for name, value in wish.filters.items() if name != column}
    rows = QUARANTINED.narrowed(replace(wish, filters=rest, after=""))
    counted = rows.order_by().values_list(column).annotate(number=Count("id")).order_by("-number", column)
    return {value: number for value, number in counted[:MOST_OFFERED] if value}
