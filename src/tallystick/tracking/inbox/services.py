"""Verbs of the quarantine, in the brand in scope; those of the stages run in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.bulk import insert_rows
from tallystick.kit import ids
from tallystick.kit.batches import slices
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Finding

TEXT_CHARS = 1000
RECEIPTS_AT_ONCE = 10_000

_FIELDS = (
    "id",
    "receipt_id",
    "reason",
    "detail",
    "fix",
    "file",
    "line",
    "column",
    "value",
    "rows",
    "order",
    "program",
    "unknown",
    "quarantined_at",
    "tries",
    "state",
    "why",
)


def quarantine(findings: Sequence[Finding], *, at: datetime) -> int:
    """Put receipts into quarantine, or back into it with one more try and the newest finding.

    Call it in the transaction that moves the reader's cursor past these receipts: then a receipt is never
    passed without being an event or being here. Of several findings about one receipt the last counts. Texts
    are cut to 1,000 characters. Returns how many receipts are in quarantine by this call; ValueError for more
    than 10,000.
    """
    newest = {finding.receipt_id: finding for finding in findings}
    _refuse_many(newest)
    known: set[UUID] = set()
    for wanted in slices(set(newest)):
        seen = Quarantined.objects.filter(receipt_id__in=wanted).values_list("receipt_id", flat=True)
        known.update(seen)
    for receipt_id in sorted(known):
        _put_back(newest[receipt_id], at)
    rows = [_row(finding, at) for receipt_id, finding in newest.items() if receipt_id not in known]
    insert_rows(Quarantined, _FIELDS, rows)
    return len(newest)


def release(receipt_ids: Collection[UUID], *, at: datetime, why: str = "") -> int:
    """Mark receipts as released: their next reading has made of them what they stand for, or is about to.

    why: of those of which nothing comes after all, because a corrected body took their place. Releasing one that
    neither waits nor was dismissed changes nothing. Returns how many were released; ValueError for more than 10,000.
    """
    _refuse_many(receipt_ids)
    held = Quarantined.objects.exclude(state=Quarantined.State.RELEASED)
    said = {"state": Quarantined.State.RELEASED, "released_at": at, "why": why}
    asked = _held_of(set(receipt_ids), held)
    return sum(held.filter(receipt_id__in=wanted).update(**said) for wanted in slices(asked))


@transaction.atomic
def dismiss(receipt_ids: Collection[UUID], *, why: str, at: datetime, by: Actor) -> int:
    """Say that nothing will come of receipts that wait, and why. They are kept, and the listing is rid of them.

    Returns how many waited; ValueError without a reason or for more than 10,000.
    """
    _refuse_many(receipt_ids)
    if not why.strip():
        raise ValueError("a receipt is dismissed for a reason")
    said = {"state": Quarantined.State.DISMISSED, "released_at": at, "why": _storable(why.strip())}
    waiting = Quarantined.objects.filter(state=Quarantined.State.WAITING)
    done = sum(waiting.filter(receipt_id__in=wanted).update(**said) for wanted in slices(set(receipt_ids)))
    _tell("receipts.dismissed", receipt_ids, done, reason=why.strip(), by=by)
    return done


@transaction.atomic
def take_back(receipt_ids: Collection[UUID], *, by: Actor) -> int:
    """Let dismissed receipts wait again. Returns how many were dismissed; ValueError for more than 10,000."""
    _refuse_many(receipt_ids)
    said = {"state": Quarantined.State.WAITING, "released_at": None, "why": ""}
    dismissed = Quarantined.objects.filter(state=Quarantined.State.DISMISSED)
    done = sum(dismissed.filter(receipt_id__in=wanted).update(**said) for wanted in slices(set(receipt_ids)))
    _tell("receipts.taken_back", receipt_ids, done, reason="", by=by)
    return done


def hand_over(successors: Mapping[UUID, UUID], *, at: datetime) -> None:
    """Let receipts wait no longer, because a corrected one stands for each: receipt → the corrected one.

    What was released by its correction stays so. Call it in the transaction that records the corrected ones.
    """
    _refuse_many(successors)
    waiting = Quarantined.objects.filter(state=Quarantined.State.WAITING)
    for old, new in sorted(successors.items()):
        said = {"state": Quarantined.State.DISMISSED, "released_at": at}
        waiting.filter(receipt_id=old).update(**said, why=f"corrected: {ids.show('rcp', new)} stands for it")


def _tell(act: str, receipt_ids: Collection[UUID], done: int, *, reason: str, by: Actor) -> None:
    """One line for all receipts that were named, under the first of them; none where nothing was done."""
    if done:
        named = sorted(set(receipt_ids))
        subject = Subject("rcp", named[0], f"{done} of {len(named)} receipts")
        shown = [ids.show("rcp", each) for each in named]
        record(Act(act, subject, by=by, changes={"receipts": (None, shown)}, reason=reason))


def _held_of(receipt_ids: set[UUID], held: QuerySet[Quarantined]) -> set[UUID]:
    """Those of some receipts that may be held: what was just read lies in one range of ids, where hardly any is held.

    All of them, where more are held in their range than are asked about.
    """
    if not receipt_ids:
        return set()
    within = held.filter(receipt_id__gte=min(receipt_ids), receipt_id__lte=max(receipt_ids)).order_by()
    found = set(within.values_list("receipt_id", flat=True)[: len(receipt_ids) + 1])
    return found & receipt_ids if len(found) <= len(receipt_ids) else receipt_ids


def _put_back(finding: Finding, at: datetime) -> None:
    row = dict(zip(_FIELDS, _row(finding, at), strict=True))
    changes = {name: row[name] for name in _FIELDS if name not in ("id", "receipt_id", "tries")}
    of_receipt = Quarantined.objects.filter(receipt_id=finding.receipt_id)
    of_receipt.update(**changes, tries=F("tries") + 1, released_at=None)


def _row(finding: Finding, at: datetime) -> tuple[object, ...]:
    return (
        ids.new(),
        finding.receipt_id,
        finding.reason.value,
        _storable(finding.detail),
        _storable(finding.fix),
        _storable(finding.file),
        finding.line,
        _storable(finding.column),
        _storable(finding.value),
        finding.rows,
        _storable(finding.order)[:200],
        _storable(finding.program)[:60],
        finding.unknown,
        at,
        1,
        Quarantined.State.WAITING.value,
        "",
    )


def _storable(text: str) -> str:
    """The text as every database stores it: no NUL, no half surrogate pairs, not longer than the limit."""
    return text[:TEXT_CHARS].replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _refuse_many(receipts: Collection[object]) -> None:
    if len(receipts) > RECEIPTS_AT_ONCE:
        raise ValueError(f"{len(receipts):,} receipts are more than the {RECEIPTS_AT_ONCE:,} of one call.")
