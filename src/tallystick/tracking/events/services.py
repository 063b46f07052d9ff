"""Verbs of events: record receipts as events, import a file, publish a mapping, replay what waits in quarantine."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from tallystick.foundation.audit import services as audit
from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.bulk import insert_rows
from tallystick.foundation.lanes import advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.batches import slices
from tallystick.kit.failpoints import reach
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.models import Event, Identity
from tallystick.tracking.events.models import Mapping as SavedMapping
from tallystick.tracking.events.queries import context
from tallystick.tracking.events.receipts import Context, drafts_of
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.inbox import queries as quarantine
from tallystick.tracking.inbox import services as inbox
from tallystick.tracking.inbox.rules import Finding, Reason
from tallystick.tracking.inbox.stores.port import Store, Stored
from tallystick.tracking.inbox.wire import Receipt

log = structlog.get_logger(__name__)

BATCH = "events.batch"
REPLAY_STEP = 500

COLUMNS = (
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
    "order",
    "amount_minor",
    "currency",
    "device",
    "country",
    "visitor_type",
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
class Recorded:
    """What recording made: the receipts that became events (or were erased), and how many events."""

    receipts: frozenset[UUID]
    events: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many quarantined receipts became events, and how many wait on."""

    released: int
    waiting: int


def record(receipts: Sequence[Stored], *, context: Context) -> Recorded:
    """Make events of receipts, in the caller's lane and transaction; those that cannot be go to quarantine.

    One bad receipt never stops the others: an error that was not foreseen puts its receipt into quarantine as
    `processing_error`, with the traceback, and is logged. Another body under a known key is a conflict - unless
    the first one waits in quarantine: then it corrects it, becomes the events, and the first waits no longer.
    Identifier: EVENT-CORRECT.
    """
    step = Step((position(BATCH) or 0) + 1, clock.now())
    rows: list[tuple[object, ...]] = []
    pairs: dict[tuple[str, str], UUID] = {}
    findings: list[Finding] = []
    passed: set[UUID] = set()
    corrected: set[UUID] = set()
    refused = quarantine.uncounted({stored.conflict_of for stored in receipts if stored.conflict_of})
    for stored in sorted(receipts, key=lambda one: one.conflict_of is not None):
        drafts = _drafts(stored, context, corrects=stored.conflict_of in refused)
        if isinstance(drafts, Finding):
            findings.append(drafts)
            refused.add(stored.receipt.id)
            continue
        passed.add(stored.receipt.id)
        refused.discard(stored.receipt.id)
        if stored.conflict_of and stored.erased_at is None:
            # An erased body corrects nothing: what it was is not known.
            corrected.add(stored.conflict_of)
            refused.discard(stored.conflict_of)
        for leg, draft in enumerate(drafts):
            event_id = ids.derive("event", *_source_id(stored.receipt), str(leg), at=draft.occurred_at)
            rows.append(_row(event_id, stored, draft, step, leg))
            if draft.visitor and draft.customer:
                pairs.setdefault((draft.visitor, draft.customer), event_id)
    insert_rows(Event, COLUMNS, rows)
    _record_identities(pairs)
    inbox.quarantine(findings, at=step.recorded_at)
    inbox.release(passed | corrected, at=step.recorded_at)
    if rows:
        advance(BATCH, step.batch)
    return Recorded(frozenset(passed), len(rows))


def publish_mapping(*, name: str, text: str, by: Actor) -> SavedMapping:
    """Save a mapping; the same text again is the same version. Raises BadMapping for one that cannot be used."""
    read_mapping(text)
    with transaction.atomic():
        newest = SavedMapping.objects.filter(name=name).order_by("-version").first()
        if newest and newest.text == text:
            return newest
        mapping = SavedMapping(name=name, version=newest.version + 1 if newest else 1, text=text)
        mapping.save()
        said = {
            "version": (newest and newest.version, mapping.version),
            "text": (newest and newest.text, text),
        }
        audit.record(Act("mapping.published", Subject("brd", mapping.brand_id, name), by=by, changes=said))
        return mapping


def replay(brand_id: UUID, *, store: Store, reasons: Collection[Reason] | None = None, by: Actor) -> Replayed:
    """Verify quarantined receipts again, with their original time of receipt; what passes becomes events.

    reasons: only those that wait for one of these. Works in steps of one short transaction each, so a crash
    loses no step that was done. What fails again waits on with its newest reason.
    """
    with brand_scope(brand_id):
        asked = _waiting_ids(reasons)
    released = 0
    for start in range(0, len(asked), REPLAY_STEP):
        with lane(brand_id):
            # Since it was asked for, a receipt may have been corrected by another, or replayed by somebody else.
            waiting = quarantine.still_waiting(asked[start : start + REPLAY_STEP])
            receipts = sorted(store.get_many(waiting), key=lambda one: one.receipt.id)
            recorded = record(receipts, context=context())
            reach("replay.releasing")
        reach("replay.released")
        released += len(recorded.receipts)
    with brand_scope(brand_id), transaction.atomic():
        if asked:
            said = {"asked": (None, len(asked)), "released": (None, released)}
            subject = Subject("brd", brand_id, f"{released} of {len(asked)} receipts")
            audit.record(Act("receipts.replayed", subject, by=by, changes=said))
        return Replayed(released, len(quarantine.still_waiting(asked)))


def _waiting_ids(reasons: Collection[Reason] | None) -> list[UUID]:
    found: list[UUID] = []
    while page := quarantine.waiting(
        reasons=reasons, after=found[-1] if found else None, limit=quarantine.PAGE_LIMIT
    ):
        found += [row.receipt_id for row in page]
    return found


def _drafts(stored: Stored, context: Context, *, corrects: bool) -> list[Draft] | Finding:
    try:
        return drafts_of(stored, context, corrects=corrects)
    except Rejected as rejected:
        return _finding(stored, rejected)
    except Exception:
        log.exception("a receipt could not be verified", receipt=ids.show("rcp", stored.receipt.id))
        trace = traceback.format_exc(limit=-3)
        return _finding(
            stored, Rejected(Reason.PROCESSING_ERROR, trace, fix="report this fault, then replay")
        )


def _finding(stored: Stored, rejected: Rejected) -> Finding:
    origin = stored.receipt.origin
    return Finding(
        receipt_id=stored.receipt.id,
        reason=rejected.reason,
        detail=rejected.detail,
        fix=rejected.fix,
        file=origin.file or "",
        line=origin.line,
        column=rejected.column,
        value=rejected.value,
        rows=len(origin.lines) or 1,
        program=rejected.program,
        unknown=rejected.unknown,
    )


def _source_id(receipt: Receipt) -> tuple[str | UUID, ...]:
    """What makes a receipt one thing: its dedupe key, which a second copy has too; without one its own id."""
    if receipt.key is None:
        return (receipt.id,)
    return (receipt.brand_id, receipt.source, receipt.kind, receipt.key)


def _row(event_id: UUID, stored: Stored, draft: Draft, step: Step, leg: int) -> tuple[object, ...]:
    receipt, origin = stored.receipt, draft.origin
    return (
        event_id,
        draft.program_id,
        receipt.id,
        leg,
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
        draft.order,
        draft.amount_minor,
        draft.currency,
        draft.device,
        draft.country,
        draft.visitor_type,
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
