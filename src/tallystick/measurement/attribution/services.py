"""Write down what was decided: new attributions, credits, revisions and bindings - only where something differs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Max

from tallystick.foundation.batches import note
from tallystick.foundation.bulk import insert_rows
from tallystick.kit import clock, ids
from tallystick.kit.batches import slices
from tallystick.measurement.attribution.gathering import conversions_of, gather
from tallystick.measurement.attribution.models import Attribution, Binding, Conversion, Credit, Revision
from tallystick.measurement.attribution.rules.concern import Met
from tallystick.measurement.attribution.rules.evidence import ConversionKey
from tallystick.measurement.attribution.rules.outcomes import (
    Known,
    Outcome,
    Ties,
    evidence_by_conversion,
    outcomes,
)


def credit(events: Collection[Met], *, max_customers: int, received_from: datetime) -> int:
    """Decide anew every conversion that these events may concern, in the caller's lane and transaction.

    received_from: when the oldest receipt was received on which a change of a decision may rest. Writes a revision
    where the decision differs from the current one, and nothing where it does not: crediting twice is crediting once.
    Returns the number of conversions whose decision changed. Identifier: ATTR-STAGE.
    """
    if not events:
        return 0
    known = gather(events, max_customers=max_customers)
    keys = evidence_by_conversion(known)
    decided, ties = outcomes(known, ids={key: conversion_id(key) for key in keys})
    standing = _standing(known, keys)
    changed = [o for o in decided.values() if _differs(o, standing.get(o.key))]
    withdrawn = [row for key, row in standing.items() if key not in decided and not row.withdrawn]
    _write(changed, withdrawn, standing, received=[received_from])
    _bind(ties, known.customers)
    return len(changed) + len(withdrawn)


def conversion_id(key: ConversionKey) -> UUID:
    """The id a conversion has for ever: of its definition and dedupe key, without a time, which evidence may move."""
    definition_id, dedupe_key = key
    return ids.derive("conversion", definition_id, dedupe_key)


def attribution_id(outcome: Outcome) -> UUID:
    """The id of a decision by all that it says: the same decision made again is the same row."""
    content = msgspec.json.encode(
        [
            outcome.version.version,
            outcome.evidence.event_id,
            outcome.corroborating,
            outcome.subject,
            outcome.customer_type,
            outcome.via,
            outcome.reason,
            [(share.event_id, share.share_ppb, share.reason) for share in outcome.shares],
        ]
    )
    return ids.derive("attribution", outcome.conversion_id, content, at=outcome.evidence.occurred_at)


def _differs(outcome: Outcome, row: Conversion | None) -> bool:
    return row is None or row.withdrawn or row.attribution_id != attribution_id(outcome)


def _standing(known: Known, keys: Iterable[ConversionKey]) -> dict[ConversionKey, Conversion]:
    """The conversions already written: those of the keys, and others of the same subjects."""
    rows = conversions_of(known)
    for part in slices([conversion_id(key) for key in keys]):
        rows += Conversion.objects.filter(id__in=part)
    return {(row.definition_id, row.dedupe_key): row for row in rows}


def _write(
    changed: Sequence[Outcome],
    withdrawn: Sequence[Conversion],
    standing: Mapping[ConversionKey, Conversion],
    *,
    received: Collection[datetime],
) -> None:
    if not changed and not withdrawn:
        return
    now = clock.now()
    batch = (Revision.objects.aggregate(newest=Max("batch"))["newest"] or 0) + 1
    _insert_attributions(changed, now)
    insert_rows(
        Conversion,
        ("id", "definition", "dedupe_key", "attribution", "subject", "occurred_at", "withdrawn"),
        [_conversion_row(outcome) for outcome in changed if outcome.key not in standing],
    )
    for outcome in changed:
        if outcome.key in standing:
            Conversion.objects.filter(id=outcome.conversion_id).update(
                attribution=attribution_id(outcome),
                subject=outcome.subject,
                occurred_at=outcome.evidence.occurred_at,
                withdrawn=False,
            )
    for row in withdrawn:
        Conversion.objects.filter(id=row.id).update(withdrawn=True)
    revisions = [(ids.new(), o.conversion_id, attribution_id(o), batch, False, now) for o in changed]
    revisions += [(ids.new(), row.id, row.attribution_id, batch, True, now) for row in withdrawn]
    insert_rows(
        Revision, ("id", "conversion_id", "attribution", "batch", "withdrawn", "decided_at"), revisions
    )
    # Not when their evidence was received: a click that comes late may be what moves them.
    note("revisions", batch, received=received, rows=len(revisions))


def _insert_attributions(changed: Sequence[Outcome], now: datetime) -> None:
    by_id = {attribution_id(outcome): outcome for outcome in changed}
    there: set[UUID] = set()
    for part in slices(list(by_id)):
        there |= set(Attribution.objects.filter(id__in=part).values_list("id", flat=True))
    new = {key: outcome for key, outcome in by_id.items() if key not in there}
    insert_rows(Attribution, ATTRIBUTION_COLUMNS, [_attribution_row(key, o, now) for key, o in new.items()])
    insert_rows(
        Credit,
        ("id", "attribution", "place", "event_id", "share_ppb", "reason"),
        [
            (
                ids.derive("credit", key, share.event_id, at=outcome.evidence.occurred_at),
                key,
                place,
                share.event_id,
                share.share_ppb,
                share.reason,
            )
            for key, outcome in new.items()
            for place, share in enumerate(outcome.shares)
        ],
    )


ATTRIBUTION_COLUMNS = (
    "id",
    "conversion_id",
    "definition",
    "program",
    "version",
    "model",
    "evidence_id",
    "corroborating",
    "occurred_at",
    "subject",
    "customer_type",
    "value_minor",
    "currency",
    "via",
    "credited",
    "reason",
    "decided_at",
)


def _attribution_row(key: UUID, outcome: Outcome, now: datetime) -> tuple[object, ...]:
    event, version = outcome.evidence, outcome.version
    return (
        key,
        outcome.conversion_id,
        version.definition_id,
        version.program_id,
        version.version,
        version.meaning.model,
        event.event_id,
        outcome.corroborating,
        event.occurred_at,
        outcome.subject,
        outcome.customer_type,
        event.amount_minor,
        event.currency,
        outcome.via,
        outcome.credited,
        outcome.reason,
        now,
    )


def _conversion_row(outcome: Outcome) -> tuple[object, ...]:
    definition_id, dedupe_key = outcome.key
    return (
        outcome.conversion_id,
        definition_id,
        dedupe_key,
        attribution_id(outcome),
        outcome.subject,
        outcome.evidence.occurred_at,
        False,
    )


def _bind(ties: Sequence[Ties], customers: Collection[str]) -> None:
    """Write the bindings that differ from the last row of their customer; the row of the highest batch holds.

    A tie whose conversion lost its credit, with no other to take its place, is ended by a row without shares.
    """
    newest: dict[tuple[UUID, str], Binding] = {}
    for part in slices(customers):
        for row in Binding.objects.filter(customer__in=part).order_by("batch"):
            newest[row.program_id, row.customer] = row
    said = {(tie.program_id, tie.customer): _said(tie) for tie in ties}
    for key, row in newest.items():
        said.setdefault(key, {name: getattr(row, name) for name in BINDING_COLUMNS} | {"shares": []})
    now = clock.now()
    batch = (Binding.objects.aggregate(newest=Max("batch"))["newest"] or 0) + 1
    rows = [
        (ids.new(), *key, batch, now, *fields.values())
        for key, fields in said.items()
        if key not in newest or any(getattr(newest[key], name) != value for name, value in fields.items())
    ]
    insert_rows(Binding, ("id", "program", "customer", "batch", "decided_at", *BINDING_COLUMNS), rows)


BINDING_COLUMNS = ("conversion_id", "event_id", "since", "shares", "duration_days", "break_after_days")


def _said(tie: Ties) -> dict[str, Any]:
    made_by = tie.binding.conversion_id
    values = (
        None if tie.is_brought else made_by,
        made_by if tie.is_brought else None,
        tie.binding.since,
        [[share.event_id.hex, share.share_ppb] for share in tie.shares],
        tie.binding.policy.duration_days,
        tie.binding.policy.breaks_after_days,
    )
    return dict(zip(BINDING_COLUMNS, values, strict=True))
