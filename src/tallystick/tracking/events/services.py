"""Verbs of events: record what receipts stand for, publish a mapping, replay what waits in quarantine."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import transaction

from tallystick.foundation.audit import services as audit
from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.batches import note
from tallystick.foundation.lanes import advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.failpoints import reach
from tallystick.tracking.claims.rules import Rejected, schema
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.models import Mapping as SavedMapping
from tallystick.tracking.events.opening import open_wanted, wanted_by
from tallystick.tracking.events.opening_rules import OPENINGS, Named, is_there, named
from tallystick.tracking.events.queries import context
from tallystick.tracking.events.receipts import AnyDraft, Claims, Context, claims_of
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.events.series import COUNTED, add_up, is_in_series
from tallystick.tracking.events.writing import Fact, Step, source_id, write_events
from tallystick.tracking.inbox import queries as quarantine
from tallystick.tracking.inbox import services as inbox
from tallystick.tracking.inbox.rules import Finding, Reason
from tallystick.tracking.inbox.stores.port import Store, Stored
from tallystick.tracking.reported.rules import CommissionDraft, CostDraft, OrderDraft, TotalDraft
from tallystick.tracking.reported.services import Report, record_reported

log = structlog.get_logger(__name__)

BATCH = "events.batch"
NAMES = "events.names"
"""Where asking stands whether names that receipts wait for are known by now: the receipt after which to go on, empty
for the first; None where nothing was opened since the last one was asked.
"""
REPLAY_STEP = 500
CORRECTED = "a corrected body under the same key took its place"

Name = tuple[str, str, str]
"""(program, role, value) of a name that nobody knew, as `choices.UnknownName` has it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording made: the receipts that passed (what they stand for is recorded, be it nothing), and how many
    events, reports, and things opened.
    """

    receipts: frozenset[UUID]
    events: int
    reports: int = 0
    opened: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many quarantined receipts became events, and how many wait on."""

    released: int
    waiting: int


@dataclass(slots=True)
class _Recording:
    """What one step makes of its receipts, until it is written. refused: receipts that never came to count."""

    context: Context
    refused: set[UUID]
    facts: list[Fact] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    passed: set[UUID] = field(default_factory=set)
    corrected: set[UUID] = field(default_factory=set)
    opened: Counter[tuple[UUID, str]] = field(default_factory=Counter)
    counted: Counter[tuple[UUID, str]] = field(default_factory=Counter)

    def take(self, receipts: Sequence[Stored]) -> None:
        """Open what these want to be there, then verify them one by one."""
        unmet = self._open(receipts)
        for stored in receipts:
            claims = _claims(stored, self.context, corrects=stored.conflict_of in self.refused)
            if not isinstance(claims, Rejected):
                claims = self._unopened(claims.drafts, unmet) or claims
            if isinstance(claims, Rejected):
                self.findings.append(_finding(stored, claims))
                self.refused.add(stored.receipt.id)
            else:
                self._pass(stored, claims.drafts)
                if is_in_series(stored.receipt.id):
                    self.counted[stored.receipt.id, COUNTED] += claims.rows

    def _open(self, receipts: Sequence[Stored]) -> Mapping[Named, Rejected]:
        """Open partners, links and codes; returns what could not be, and why."""
        counting = [one for one in receipts if one.conflict_of is None or one.conflict_of in self.refused]
        opened = open_wanted(wanted_by(counting, self.context), self.context, reread=context)
        self.opened += opened.things
        self.context = opened.context
        return opened.refused

    def _unopened(self, drafts: Sequence[AnyDraft], unmet: Mapping[Named, Rejected]) -> Rejected | None:
        """Why something that a receipt wants to be there is not there."""
        for draft in drafts:
            if isinstance(draft, OPENINGS) and not is_there(draft, self.context.programs):
                return unmet.get(named(draft)) or schema(
                    "key", draft.key, "it was not opened", "replay the row"
                )
        return None

    def _pass(self, stored: Stored, drafts: Sequence[AnyDraft]) -> None:
        receipt = stored.receipt
        self.passed.add(receipt.id)
        self.refused.discard(receipt.id)
        if stored.conflict_of and stored.erased_at is None:
            # An erased body corrects nothing: what it was is not known.
            self.corrected.add(stored.conflict_of)
            self.refused.discard(stored.conflict_of)
        for leg, draft in enumerate(drafts):
            match draft:
                case Draft():
                    self.facts.append(Fact(draft, receipt, leg))
                case TotalDraft() | CostDraft() | CommissionDraft() | OrderDraft():
                    made_of = source_id(receipt)
                    self.reports.append(
                        Report(draft, receipt.id, receipt.source, made_of, leg, receipt.received_at)
                    )
                case _:
                    pass  # what was to be opened is there by now


def record(receipts: Sequence[Stored], *, context: Context) -> Recorded:
    """Record what receipts stand for, in the caller's lane and transaction; those that cannot be go to quarantine.

    Partners, links and codes that they want to be there are opened first, so that the order of the receipts does not
    matter. One bad receipt never stops the others: an error that was not foreseen puts its receipt into quarantine as
    `processing_error`, with the traceback, and is logged. Another body under a known key is a conflict - unless
    the first one waits in quarantine: then it corrects it, is recorded, and the first waits no longer.
    Identifier: EVENT-CORRECT.
    """
    step = Step((position(BATCH) or 0) + 1, clock.now())
    originals = {stored.conflict_of for stored in receipts if stored.conflict_of}
    recording = _Recording(context, quarantine.uncounted(originals))
    recording.take([stored for stored in receipts if stored.conflict_of is None])
    recording.take([stored for stored in receipts if stored.conflict_of is not None])
    write_events(recording.facts, step)
    note("events", step.batch, received=[fact.receipt.received_at for fact in recording.facts])
    record_reported(recording.reports, batch=step.batch, recorded_at=step.recorded_at)
    inbox.quarantine(recording.findings, at=step.recorded_at)
    inbox.release(recording.passed, at=step.recorded_at)
    inbox.release(recording.corrected, at=step.recorded_at, why=CORRECTED)
    if recording.facts or recording.reports:
        advance(BATCH, step.batch)
    if recording.opened:
        advance(NAMES, "")
    add_up(recording.counted + recording.opened)
    return Recorded(
        frozenset(recording.passed), len(recording.facts), len(recording.reports), recording.opened.total()
    )


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


def replay(
    brand_id: UUID,
    *,
    store: Store,
    reasons: Collection[Reason] | None = None,
    names: Collection[Name] | None = None,
    receipts: Collection[UUID] | None = None,
    by: Actor,
) -> Replayed:
    """Verify quarantined receipts again, with their original time of receipt; what passes is recorded.

    reasons: only those that wait for one of these. names: only those that wait for one of these unknown names.
    receipts: these and no others. Works in steps of one short transaction each, so a crash loses no step that was done.
    What fails again waits on with its newest reason.
    """
    with brand_scope(brand_id):
        asked = _waiting_ids(reasons, names) if receipts is None else list(dict.fromkeys(receipts))
    released = 0
    for start in range(0, len(asked), REPLAY_STEP):
        with lane(brand_id):
            # Since it was asked for, a receipt may have been corrected by another, or replayed by somebody else.
            waiting = quarantine.still_waiting(asked[start : start + REPLAY_STEP])
            read = sorted(store.get_many(waiting), key=lambda one: one.receipt.id)
            recorded = record(read, context=context())
            reach("replay.releasing")
        reach("replay.released")
        released += len(recorded.receipts)
    with brand_scope(brand_id), transaction.atomic():
        if asked:
            said = {"asked": (None, len(asked)), "released": (None, released)}
            subject = Subject("brd", brand_id, f"{released} of {len(asked)} receipts")
            audit.record(Act("receipts.replayed", subject, by=by, changes=said))
        return Replayed(released, len(quarantine.still_waiting(asked)))


def _waiting_ids(reasons: Collection[Reason] | None, names: Collection[Name] | None) -> list[UUID]:
    found: list[UUID] = []
    after: UUID | None = None
    while page := quarantine.waiting(reasons=reasons, after=after, limit=quarantine.PAGE_LIMIT):
        after = page[-1].receipt_id
        found += [
            row.receipt_id for row in page if names is None or (row.program, row.unknown, row.value) in names
        ]
    return found


def _claims(stored: Stored, context: Context, *, corrects: bool) -> Claims | Rejected:
    try:
        return claims_of(stored, context, corrects=corrects)
    except Rejected as rejected:
        return rejected
    except Exception:
        log.exception("a receipt could not be verified", receipt=ids.show("rcp", stored.receipt.id))
        trace = traceback.format_exc(limit=-3)
        return Rejected(Reason.PROCESSING_ERROR, trace, fix="report this fault, then replay")


def _finding(stored: Stored, rejected: Rejected) -> Finding:
    origin = stored.receipt.origin
    line = origin.line if rejected.row is None or not origin.lines else origin.lines[rejected.row]
    return Finding(
        receipt_id=stored.receipt.id,
        reason=rejected.reason,
        detail=rejected.detail,
        fix=rejected.fix,
        file=origin.file or "",
        line=line,
        column=rejected.column,
        value=rejected.value,
        rows=origin.rows,
        order=rejected.order,
        program=rejected.program,
        unknown=rejected.unknown,
    )
