"""Corrections of what waits in quarantine: a corrected body is another receipt, and what it corrects stays as evidence.

The new receipt has the source, kind, key, place in the file and time of receipt of the one it corrects, so that it is
the same thing said rightly; it is recorded at once. Identifier: IMPORT-CORRECT.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record as tell
from tallystick.foundation.lanes import lane
from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock, ids
from tallystick.kit.batches import chunks
from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.events import series
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.queries import context, newest_mappings
from tallystick.tracking.events.services import record
from tallystick.tracking.imports.rules import corrections as rules
from tallystick.tracking.imports.rules.corrections import NotCorrected
from tallystick.tracking.inbox import queries as quarantine
from tallystick.tracking.inbox import services as inbox
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Finding, Reason, canonical_digest
from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Duplicate, Outcome, Store, Stored
from tallystick.tracking.inbox.wire import Receipt

MOST_AT_ONCE = 1_000
MOST_LOOKED_AT = 10_000
STEP = 250


class NotWaiting(Foreseen, LookupError):
    """A receipt that does not wait in quarantine, so that nothing of it is to be corrected."""

    exit = Exit.NOT_FOUND


class Became(StrEnum):
    """What became of a correction. Released: it counts. Waiting: something else is wrong with it. Kept: it stands in
    the inbox, and the journey reads it in its turn.
    """

    RELEASED = "released"
    WAITING = "waiting"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of one correction. receipt_id: the corrected receipt's. finding: why it waits again, if it does."""

    receipt_id: UUID
    became: Became
    finding: Quarantined | None = None


@dataclass(frozen=True, slots=True)
class CorrectedAll:
    """What became of many. left: how many more wait for the same column and value, which were not looked at."""

    released: int
    waiting: int
    kept: int
    left: int


def correct(
    receipt_id: UUID, *, cells: Mapping[str, str], store: Store, by: Actor, line: int | None = None
) -> Corrected:
    """Say what cells of a receipt in quarantine should have said, and record it. Identifier: IMPORT-CORRECT.

    cells: column → text; of a row that could not be read all the columns that its mapping reads; of an event field →
    text. line: which row of a group. What waits again waits as the corrected receipt, and can be corrected again.
    Raises NotWaiting, NotCorrected, BadCorrection; nothing is kept then.
    """
    return _correct_one(
        receipt_id,
        lambda one: rules.with_cells(one, cells, line=line, needed=_needed(one)),
        store=store,
        by=by,
    )


def correct_event(receipt_id: UUID, *, text: str, store: Store, by: Actor) -> Corrected:
    """Give a whole event in quarantine anew, as JSON, and record it: for a line that was none, or a list in it.

    Raises NotWaiting, NotCorrected, BadCorrection; nothing is kept then.
    """
    return _correct_one(receipt_id, lambda one: rules.whole_event(one, text), store=store, by=by)


def correct_all(source: str, *, column: str, value: str, to: str, store: Store, by: Actor) -> CorrectedAll:
    """Put another text into a column in every row that waits because of its value there, and record them.

    source: the name of the mapping; rows of others stay. At most 1,000 receipts at once, the oldest first: `left` says
    how many more there may be. Rows that wait for something else first are found once that is corrected.
    """
    waiting, total = quarantine.waiting_for(column=column, value=value, limit=MOST_LOOKED_AT)
    changed: list[tuple[Stored, Receipt]] = []
    looked_at = 0
    for page in chunks(waiting, STEP):
        if len(changed) > MOST_AT_ONCE - STEP:
            break
        looked_at += len(page)
        for stored in sorted(store.get_many(page), key=lambda one: one.receipt.id):
            corrected = _with_value(stored, source, column=column, value=value, to=to)
            if corrected is not None:
                changed.append((stored, corrected))
    done: list[Corrected] = []
    for step in chunks(changed, STEP):
        with lane(current_brand()):
            still = quarantine.still_waiting([old.receipt.id for old, _ in step])
            held = [pair for pair in step if pair[0].receipt.id in still]
            named = _successors([corrected for _, corrected in held], store=store)
            pairs = [(old, new) for (old, _), new in zip(held, named, strict=True)]
            done += _record(pairs, store=store)
            _tell(pairs, f"{len(pairs)} receipts of {source}", [column], by=by)
    became = Counter(one.became for one in done)
    return CorrectedAll(
        became[Became.RELEASED], became[Became.WAITING], became[Became.KEPT], left=total - looked_at
    )


def _correct_one(
    receipt_id: UUID, change: Callable[[Receipt], Receipt], *, store: Store, by: Actor
) -> Corrected:
    with lane(current_brand()):
        stored = _held(receipt_id, store)
        (successor,) = _successors([change(stored.receipt)], store=store)
        if canonical_digest(successor.body, successor.content_type) == stored.digest:
            raise rules.BadCorrection("nothing is said otherwise than before: change a cell")
        (done,) = _record([(stored, successor)], store=store)
        changed = _changed(stored.receipt, successor)
        _tell([(stored, successor)], _label(stored.receipt), changed, by=by)
        return done


def _tell(pairs: Sequence[tuple[Stored, Receipt]], label: str, columns: list[str], *, by: Actor) -> None:
    """One line for all, under the first of them. It names columns only: what stood there may be erased one day."""
    if pairs:
        said = [ids.show("rcp", old.receipt.id) for old, _ in pairs]
        changes = {"columns": (None, columns), "receipts": (None, said)}
        tell(Act("receipt.corrected", Subject("rcp", pairs[0][0].receipt.id, label), by=by, changes=changes))


def _held(receipt_id: UUID, store: Store) -> Stored:
    """The receipt, where it waits and a correction of it can count."""
    row = quarantine.one(receipt_id)
    if row is None or row.state == Quarantined.State.RELEASED:
        raise NotWaiting(
            "%(receipt)s does not wait in quarantine: it counts, or was corrected meanwhile",
            receipt=ids.show("rcp", receipt_id),
        )
    if row.state == Quarantined.State.DISMISSED:
        raise NotCorrected(
            "%(receipt)s was dismissed (%(why)s); let it wait again first, then correct it",
            receipt=ids.show("rcp", receipt_id),
            why=row.why,
        )
    stored = store.get(receipt_id)
    if stored is None or stored.erased_at is not None:
        raise NotCorrected(
            "%(receipt)s was erased: nothing is left to correct", receipt=ids.show("rcp", receipt_id)
        )
    if stored.conflict_of and not quarantine.uncounted([stored.conflict_of]):
        raise NotCorrected(
            "%(first)s came first under the same key, and counts; what counts is not corrected: take it back with a "
            "refund or cancellation, or dismiss this one",
            first=ids.show("rcp", stored.conflict_of),
        )
    return stored


def _needed(receipt: Receipt) -> Collection[str]:
    mapping = newest_mappings().get(receipt.source)
    return columns_of(mapping) if mapping else ()


def _with_value(stored: Stored, source: str, *, column: str, value: str, to: str) -> Receipt | None:
    receipt = stored.receipt
    if receipt.source != source or stored.erased_at is not None or value == to:
        return None
    try:
        return rules.with_value(receipt, column=column, value=value, to=to)
    except NotCorrected:
        return None


def _successors(corrected: Sequence[Receipt], *, store: Store) -> list[Receipt]:
    """Corrected receipts as ones of their own: of the same import, if that is where they are from.

    One without a key gets one, made of what it corrects, so as to count once.
    """
    made: list[Receipt] = []
    unnamed = {one.id: _next(one.id) for one in corrected}
    while taken := {stored.receipt.id for stored in store.get_many(set(unnamed.values()))}:
        unnamed = {old: _next(new) if new in taken else new for old, new in unnamed.items()}
    for one in corrected:
        key = one.key if one.key is not None else f"corrects:{ids.show('rcp', one.id)}"
        made.append(msgspec.structs.replace(one, id=unnamed[one.id], key=key))
    return made


def _next(receipt_id: UUID) -> UUID:
    found = series.successor(receipt_id)
    if found is None:
        raise NotCorrected(
            "%(receipt)s was corrected too often: correct the row in the file, and import that again",
            receipt=ids.show("rcp", receipt_id),
        )
    return found


def _record(pairs: Sequence[tuple[Stored, Receipt]], *, store: Store) -> list[Corrected]:
    """Keep corrected receipts and record those that stand under the key of what they correct, in the caller's lane.

    One that took a key nobody had is left to the journey, which cannot have read it yet.
    """
    outcomes = store.append([new for _, new in pairs])
    kept = [_kept_as(outcome) for outcome in outcomes]
    conflicting = {outcome.evidence_id for outcome in outcomes if isinstance(outcome, Conflict)}
    early = conflicting | quarantine.uncounted(kept)
    read = sorted(store.get_many(early), key=lambda one: one.receipt.id)
    passed = record(read, context=context()).receipts
    at = clock.now()
    # By its row in the quarantine the journey knows, when its turn comes, that a correction was recorded.
    inbox.quarantine([_mark(one) for one in read if one.receipt.id in passed and one.conflict_of], at=at)
    inbox.release(passed, at=at)
    inbox.hand_over({old.receipt.id: new for (old, _), new in zip(pairs, kept, strict=True)}, at=at)
    return [_became(receipt_id, receipt_id in early, receipt_id in passed) for receipt_id in kept]


def _kept_as(outcome: Outcome) -> UUID:
    match outcome:
        case Accepted(receipt_id):
            return receipt_id
        case Duplicate(original_id):
            return original_id
        case Conflict(_, evidence_id):
            return evidence_id


def _became(receipt_id: UUID, was_early: bool, has_passed: bool) -> Corrected:
    if not was_early:
        return Corrected(receipt_id, Became.KEPT)
    if has_passed:
        return Corrected(receipt_id, Became.RELEASED)
    return Corrected(receipt_id, Became.WAITING, quarantine.one(receipt_id))


def _mark(stored: Stored) -> Finding:
    origin = stored.receipt.origin
    return Finding(
        stored.receipt.id,
        Reason.SCHEMA,
        "a person corrected it",
        "nothing",
        file=origin.file or "",
        line=origin.line,
        rows=origin.rows,
    )


def _changed(old: Receipt, new: Receipt) -> list[str]:
    """The columns in which two receipts differ."""
    before, after = rules.rows_in(old), rules.rows_in(new)
    if len(before) != len(after):
        return list(rules.columns_in(new))
    pairs = zip(before, after, strict=True)
    return list(dict.fromkeys(name for one, other in pairs for name in other if one.get(name) != other[name]))


def _label(receipt: Receipt) -> str:
    origin = receipt.origin
    return f"{origin.file}, line {origin.line}" if origin.file else f"a receipt of {receipt.source}"
