"""What became of the rows of an import, asked of what the journey has written. Identifier: IMPORT-TALLY."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db.models import Count, Max, Min, QuerySet, Sum

from tallystick.kit import clock
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.series import COUNTED, VERIFIED, added_up, range_of
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import first_of
from tallystick.tracking.imports.rules import tally as rules
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.reported.models import Cost, PastCommission, ReportedOrder, ReportedTotal


class _Table(NamedTuple):
    """Where one sort of thing is kept: what it is called, or the column that says it; its time, if it has one."""

    model: Any
    what: str
    at: str


_EVENTS: Final = _Table(Event, "", "occurred_at")
_REPORTED: Final = (
    _Table(ReportedTotal, rules.TOTALS, "on"),
    _Table(Cost, rules.COSTS, "on"),
    _Table(PastCommission, rules.COMMISSIONS, "earned_at"),
    _Table(ReportedOrder, rules.ORDERS, "ordered_at"),
)


def tally_of(import_: Import) -> Tally:
    """What became of an import's rows so far, and what stands behind them now. Exact once the journey is through.

    Costs what reading everything that came of the file costs, so pages ask it when it is needed and not all the time.
    """
    first = first_of(import_)
    if first is None:
        return Tally()
    series = {"receipt_id__range": range_of(first)}
    added = added_up(first)
    verified, counted = added.get(VERIFIED, 0), added.get(COUNTED, 0)
    # The journey may have read a step that is not counted yet.
    kept = max(import_.rows_accepted + import_.rows_conflict, verified)
    waits = Quarantined.objects.filter(**series, state=Quarantined.State.WAITING)
    reasons = _rows_by(waits, "reason")
    quarantined = sum(reasons.values())
    things, money = _things(series)
    opened = {what: added[what] for what in rules.OPENED if what in added}
    first_at, last_at = _span(series)
    return Tally(
        rows=kept + import_.rows_duplicate,
        counted=counted,
        duplicate=import_.rows_duplicate,
        ignored=max(verified - counted - quarantined, 0),
        quarantined=quarantined,
        waiting=kept - verified,
        reasons={Reason(reason): rows for (reason,), rows in reasons.items()},
        things=dict(sorted({**things, **opened}.items())),
        money=dict(sorted(money.items())),
        unknown=_rows_by(waits.exclude(unknown=""), "program", "unknown", "value"),
        first_at=first_at,
        last_at=last_at,
    )


def _rows_by(waits: QuerySet[Quarantined], *columns: str) -> dict[Any, int]:
    found = waits.order_by(*columns).values_list(*columns).annotate(together=Sum("rows"))
    return {tuple(row[:-1]): row[-1] for row in found}


def _things(series: Mapping[str, Any]) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """How many there are of what, and how much money they are together."""
    things: dict[str, int] = {}
    money: dict[tuple[str, str], int] = {}
    of_events = Event.objects.filter(**series).order_by("kind", "currency")
    for what, currency, number, minor in of_events.values_list("kind", "currency").annotate(
        Count("id"), Sum("amount_minor")
    ):
        things[what] = things.get(what, 0) + number
        if minor is not None:
            money[what, currency] = minor
    for table in _REPORTED:
        of_table = table.model.objects.filter(**series).order_by("currency")
        for currency, number, minor in of_table.values_list("currency").annotate(
            Count("id"), Sum("amount_minor")
        ):
            things[table.what] = things.get(table.what, 0) + number
            if minor is not None:
                money[table.what, currency] = minor
    return things, money


def _span(series: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    ends: list[datetime] = []
    for table in (_EVENTS, *_REPORTED):
        found = table.model.objects.filter(**series).aggregate(first=Min(table.at), last=Max(table.at))
        ends += [_instant(end) for end in found.values() if end is not None]
    return (min(ends), max(ends)) if ends else (None, None)


def _instant(at: datetime | date) -> datetime:
    return at if isinstance(at, datetime) else clock.midnight(at)
