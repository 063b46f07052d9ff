"""Verified events as rows, in bulk; called by `services.record` in its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tallystick.foundation.bulk import insert_rows
from tallystick.kit import ids
from tallystick.kit.batches import slices
from tallystick.tracking.events.models import Event, Identity
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.inbox.wire import Receipt

COLUMNS: Final = (
    "id",
    "program",
    "receipt_id",
    "leg",
    "batch",
    "kind",
    "source",
    "occurred_at",
    "received_at",
    "recorded_at",
    "visitor",
    "customer",
    "account",
    "session",
    "partnership",
    "placement",
    "link",
    "code",
    "channel",
    "campaign",
    "order",
    "amount_minor",
    "currency",
    "device",
    "browser",
    "country",
    "visitor_type",
    "landing_page",
    "sub_id",
    "label",
    "attributes",
    "lines",
    "from_rows",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of recording: its number in the brand and its instant."""

    batch: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """One verified event and its place in the receipt that claimed it."""

    draft: Draft
    receipt: Receipt
    leg: int


def source_id(receipt: Receipt) -> tuple[str | UUID, ...]:
    """What makes a receipt one thing: its dedupe key, which a second copy has too; without one its own id."""
    if receipt.key is None:
        return (receipt.id,)
    return (receipt.brand_id, receipt.source, receipt.kind, receipt.key)


def write_events(facts: Sequence[Fact], step: Step) -> None:
    """Write events, and the identities that they show and that are not known yet."""
    rows: list[tuple[object, ...]] = []
    pairs: dict[tuple[str, str], UUID] = {}
    for fact in facts:
        draft = fact.draft
        event_id = ids.derive("event", *source_id(fact.receipt), str(fact.leg), at=draft.occurred_at)
        rows.append(_row(event_id, fact, step))
        if draft.visitor and draft.customer:
            pairs.setdefault((draft.visitor, draft.customer), event_id)
    insert_rows(Event, COLUMNS, rows)
    _record_identities(pairs)


def _row(event_id: UUID, fact: Fact, step: Step) -> tuple[object, ...]:
    draft, receipt, origin = fact.draft, fact.receipt, fact.draft.origin
    return (
        event_id,
        draft.program_id,
        receipt.id,
        fact.leg,
        step.batch,
        draft.kind,
        receipt.source,
        draft.occurred_at,
        receipt.received_at,
        step.recorded_at,
        draft.visitor,
        draft.customer,
        draft.account,
        draft.session,
        origin.partnership_id,
        origin.placement_id,
        origin.link_id,
        origin.code_id,
        origin.channel_id,
        draft.campaign_id,
        draft.order,
        draft.amount_minor,
        draft.currency,
        draft.device,
        draft.browser,
        draft.country,
        draft.visitor_type,
        draft.landing_page,
        draft.sub_id,
        draft.label,
        dict(draft.attributes),
        list(draft.lines) or None,
        draft.from_rows,
    )


def _record_identities(pairs: Mapping[tuple[str, str], UUID]) -> None:
    """Write the pairs that are not known yet: an identity is a fact once."""
    known: set[tuple[str, str]] = set()
    for part in slices({visitor for visitor, _ in pairs}):
        known |= set(Identity.objects.filter(visitor__in=part).values_list("visitor", "customer"))
    new = [(ids.new(), *pair, event_id) for pair, event_id in pairs.items() if pair not in known]
    insert_rows(Identity, ("id", "visitor", "customer", "event_id"), new)
