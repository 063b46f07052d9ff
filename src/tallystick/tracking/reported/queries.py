"""Reads of what is reported, in the brand in scope: of one thing the latest report counts."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from tallystick.foundation.listing import Listing, equals, one_of
from tallystick.tracking.reported.models import Cost, PastCommission, Reported, ReportedOrder, ReportedTotal
from tallystick.tracking.reported.rules import COMMISSION_STATES, COST_KINDS, ORDER_STATES

Row = TypeVar("Row", bound=Reported)


def current(model: type[Row], *, upto: int | None = None) -> QuerySet[Row]:
    """The reports of one sort that count: of each source and reference the latest received.

    Received at one time, as all rows of a file are, the later receipt goes before the earlier, and in one receipt the
    later leg. Which one that is does not depend on the order in which they were recorded. upto: as of that step; None:
    as of now. Identifier: EVENT-REPORT.
    """
    known = model._default_manager.all() if upto is None else model._default_manager.filter(batch__lte=upto)
    same = known.filter(source=OuterRef("source"), reference=OuterRef("reference"))
    later = same.filter(
        Q(received_at__gt=OuterRef("received_at"))
        | Q(received_at=OuterRef("received_at"), receipt_id__gt=OuterRef("receipt_id"))
        | Q(receipt_id=OuterRef("receipt_id"), leg__gt=OuterRef("leg"))
    )
    found: QuerySet[Any] = known.filter(~Exists(later))
    return found


_PARTNER: Final = {"program": equals("program__key"), "partner": equals("partnership__partner__key")}
_SPENT_ON: Final = ("partnership__partner", "channel", "campaign", "program")

TOTALS: Final = Listing(
    rows=lambda: current(ReportedTotal).select_related(*_SPENT_ON, "placement"),
    search=("measure", "source", "partnership__partner__name", "channel__name", "campaign__name"),
    sorts={"on": "on", "measure": "measure", "received": "received_at"},
    sort="-on",
    filters={
        **_PARTNER,
        "measure": equals("measure"),
        "source": equals("source"),
        "channel": equals("channel__key"),
    },
)

COSTS: Final = Listing(
    rows=lambda: current(Cost).select_related(*_SPENT_ON),
    search=("kind", "source", "partnership__partner__name", "channel__name", "campaign__name"),
    sorts={"on": "on", "kind": "kind", "amount": "amount_minor", "received": "received_at"},
    sort="-on",
    filters={**_PARTNER, "kind": one_of("kind", COST_KINDS), "channel": equals("channel__key")},
)

COMMISSIONS: Final = Listing(
    rows=lambda: current(PastCommission).select_related("partnership__partner", "program"),
    search=("order", "customer", "reference", "status_raw", "partnership__partner__name"),
    sorts={"earned": "earned_at", "amount": "amount_minor", "status": "status", "received": "received_at"},
    sort="-earned",
    filters={**_PARTNER, "status": one_of("status", COMMISSION_STATES), "source": equals("source")},
)

ORDERS: Final = Listing(
    rows=lambda: current(ReportedOrder).select_related("program"),
    search=("order", "customer", "code", "status_raw"),
    sorts={"ordered": "ordered_at", "order": "order", "status": "status", "received": "received_at"},
    sort="-ordered",
    filters={
        "program": equals("program__key"),
        "status": one_of("status", ORDER_STATES),
        "source": equals("source"),
    },
)
