"""Write down what is reported. Identifier: EVENT-REPORT."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tallystick.foundation.batches import note
from tallystick.foundation.bulk import insert_rows
from tallystick.kit import clock, ids
from tallystick.kit.facts import PAST_COMMISSIONS, REPORTED_COSTS, REPORTED_TOTALS, SHOP_ORDERS, FactTable
from tallystick.tracking.reported.models import Cost, PastCommission, Reported, ReportedOrder, ReportedTotal
from tallystick.tracking.reported.rules import (
    CommissionDraft,
    CostDraft,
    OrderDraft,
    ReportedDraft,
    TotalDraft,
)


@dataclass(frozen=True, slots=True)
class Report:
    """One verified report and the receipt that said it. source_id: what makes the receipt one thing; leg: the report's
    place in it.
    """

    draft: ReportedDraft
    receipt_id: UUID
    source: str
    source_id: tuple[str | UUID, ...]
    leg: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Table:
    """Where one sort of draft is kept: the facts it becomes, the word its ids are derived from, the columns of its own,
    its day.
    """

    model: type[Reported]
    facts: FactTable
    noun: str
    columns: tuple[str, ...]
    values: Callable[[Any], tuple[object, ...]]
    at: Callable[[Any], datetime]


_COLUMNS: Final = (
    "id",
    "program",
    "receipt_id",
    "leg",
    "batch",
    "source",
    "reference",
    "received_at",
    "recorded_at",
    "attributes",
)


def record_reported(reports: Sequence[Report], *, batch: int, recorded_at: datetime) -> int:
    """Write reports in the caller's lane and transaction, and return how many.

    batch: the step of the journey. Ids are derived from the receipt and the leg, so that a replay and a second copy
    make the same row. A report without a reference stands for itself alone: its reference is its id.
    """
    for kind, table in _TABLES.items():
        of_kind = [report for report in reports if isinstance(report.draft, kind)]
        rows = [_row(report, table, batch, recorded_at) for report in of_kind]
        insert_rows(table.model, (*_COLUMNS, *table.columns), rows)
        note(table.facts.name, batch, received=[report.received_at for report in of_kind])
    return len(reports)


def _row(report: Report, table: _Table, batch: int, recorded_at: datetime) -> tuple[object, ...]:
    draft = report.draft
    row_id = ids.derive(table.noun, *report.source_id, str(report.leg), at=table.at(draft))
    return (
        row_id,
        draft.program_id,
        report.receipt_id,
        report.leg,
        batch,
        report.source,
        draft.reference or row_id.hex,
        report.received_at,
        recorded_at,
        dict(draft.attributes),
        *table.values(draft),
    )


def _total(draft: TotalDraft) -> tuple[object, ...]:
    origin = draft.origin
    return (
        draft.measure,
        draft.on,
        draft.value_millionths,
        draft.amount_minor,
        draft.currency,
        origin.partnership_id,
        origin.placement_id,
        origin.channel_id,
        draft.campaign_id,
    )


def _cost(draft: CostDraft) -> tuple[object, ...]:
    origin = draft.origin
    return (
        draft.kind,
        draft.on,
        draft.amount_minor,
        draft.currency,
        origin.partnership_id,
        origin.channel_id,
        draft.campaign_id,
    )


def _commission(draft: CommissionDraft) -> tuple[object, ...]:
    return (
        draft.origin.partnership_id,
        draft.customer,
        draft.order,
        draft.kind,
        draft.amount_minor,
        draft.sale_minor,
        draft.currency,
        draft.status,
        draft.status_raw,
        draft.earned_at,
        draft.paid_at,
    )


def _order(draft: OrderDraft) -> tuple[object, ...]:
    return (
        draft.order,
        draft.customer,
        draft.amount_minor,
        draft.currency,
        draft.code,
        draft.status,
        draft.status_raw,
        draft.ordered_at,
    )


_TABLES: Final[Mapping[type, _Table]] = MappingProxyType(
    {
        TotalDraft: _Table(
            ReportedTotal,
            REPORTED_TOTALS,
            "total",
            (
                "measure",
                "on",
                "value_millionths",
                "amount_minor",
                "currency",
                "partnership",
                "placement",
                "channel",
                "campaign",
            ),
            _total,
            lambda draft: clock.midnight(draft.on),
        ),
        CostDraft: _Table(
            Cost,
            REPORTED_COSTS,
            "cost",
            ("kind", "on", "amount_minor", "currency", "partnership", "channel", "campaign"),
            _cost,
            lambda draft: clock.midnight(draft.on),
        ),
        CommissionDraft: _Table(
            PastCommission,
            PAST_COMMISSIONS,
            "commission",
            (
                "partnership",
                "customer",
                "order",
                "kind",
                "amount_minor",
                "sale_minor",
                "currency",
                "status",
                "status_raw",
                "earned_at",
                "paid_at",
            ),
            _commission,
            lambda draft: draft.earned_at,
        ),
        OrderDraft: _Table(
            ReportedOrder,
            SHOP_ORDERS,
            "order",
            (
                "order",
                "customer",
                "amount_minor",
                "currency",
                "code",
                "status",
                "status_raw",
                "ordered_at",
            ),
            _order,
            lambda draft: draft.ordered_at,
        ),
    }
)
