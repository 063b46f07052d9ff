"""From a stored receipt to verified drafts, whatever form it arrived in. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import structs

from tallystick.partners.partnerships.rules import ProgramFacts
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.apply import Part, parts_of
from tallystick.tracking.events.mapping.checks import column_in
from tallystick.tracking.events.mapping.form import Mapping as MappingContent
from tallystick.tracking.events.mapping.readers import Row
from tallystick.tracking.events.mapping.targets import Body
from tallystick.tracking.events.opening_rules import Opening, verify_opening
from tallystick.tracking.events.rules import Draft, verify
from tallystick.tracking.events.wire import (
    EVENT,
    GROUP,
    ROW,
    UNREADABLE,
    CodeBody,
    EventBody,
    LinkBody,
    PartnerBody,
)
from tallystick.tracking.inbox.rules import SPARSE_CELLS, Reason, body_fault
from tallystick.tracking.inbox.stores.port import Stored
from tallystick.tracking.inbox.wire import Receipt
from tallystick.tracking.reported.rules import ReportedDraft, verify_reported

AnyDraft: TypeAlias = Draft | ReportedDraft | Opening
T = TypeVar("T")

_ROW = msgspec.json.Decoder(dict[str, str])
_ROWS = msgspec.json.Decoder(list[dict[str, str]])
_EVENTS = msgspec.json.Decoder(EventBody)
_TEXT_FIELDS = len(EventBody.__struct_fields__) - len(("lines", "attributes"))


@dataclass(frozen=True, slots=True)
class Context:
    """What the receipts of one brand are verified against, read at one time."""

    programs: Mapping[str, ProgramFacts]
    mappings: Mapping[str, MappingContent]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a receipt stands for, and how many rows of its file are behind at least one of these."""

    drafts: list[AnyDraft]
    rows: int


_NOTHING = Claims([], 0)


def claims_of(stored: Stored, context: Context, *, corrects: bool = False) -> Claims:
    """What a receipt stands for: events, reports, partners and the like to open. Raises Rejected.

    None for an erased one, and for one of which the mapping or a person's choice says that nothing comes of it.
    All or nothing: when one thing is wrong, the receipt makes none and waits as a whole. corrects: what arrived
    first under the same key never became an event, so this other body may. Identifier: EVENT-RECEIPT.
    """
    receipt = stored.receipt
    if stored.erased_at is not None:
        return _NOTHING
    if stored.conflict_of is not None and not corrects:
        raise Rejected(
            Reason.DUPLICATE_CONFLICT,
            "the same key arrived before with another body; the first one counts",
            fix="compare the two with trace; send a correction under a key of its own",
            value=receipt.key or "",
        )
    if receipt.clipped_from is not None:
        raise Rejected(
            Reason.SIZE,
            f"the body had {receipt.clipped_from:,} bytes, only its head is kept",
            fix="send it again in smaller parts",
        )
    if receipt.content_type == UNREADABLE:
        raise _unreadable(receipt.body)
    if receipt.kind in (ROW, GROUP):
        # Texts only, written by ourselves: what else stands in a JSON body is refused when it is decoded.
        return _of_rows(receipt, context)
    body = _plain_event(receipt.body) if receipt.kind == EVENT else None
    if body is not None:
        return _of_event(body, receipt, context)
    fault = body_fault(receipt.body, receipt.content_type)
    if fault is not None:
        raise Rejected(fault.reason, fault.detail, fix="correct the line and import it again")
    if receipt.kind == EVENT:
        return _of_event(_decoded(_EVENTS, receipt.body), receipt, context)
    raise Rejected(
        Reason.SCHEMA,
        f"no events are made of receipts of kind {receipt.kind!r}",
        fix="import it as a file",
    )


def verified(
    body: Body, *, programs: Mapping[str, ProgramFacts], received_at: datetime, decimal: str = "."
) -> AnyDraft | None:
    """Check what is claimed, whatever it is. None: an event that counts for nothing. Raises Rejected."""
    if isinstance(body, EventBody):
        return verify(body, programs=programs, received_at=received_at, decimal=decimal)
    if isinstance(body, PartnerBody | LinkBody | CodeBody):
        return verify_opening(body, programs=programs)
    return verify_reported(body, programs=programs, received_at=received_at, decimal=decimal)


def rows_of(receipt: Receipt) -> list[dict[str, str]]:
    """The rows of a row or group; a cell that a sparse one lacks reads as empty. Raises Rejected."""
    rows = _decoded(_ROWS, receipt.body) if receipt.kind == GROUP else [_decoded(_ROW, receipt.body)]
    return [defaultdict(str, row) for row in rows] if receipt.content_type == SPARSE_CELLS else rows


def _plain_event(body: bytes) -> EventBody | None:
    """The event of a body in which nothing can be amiss that `body_fault` finds; None for one that it must look at.

    That is one of ASCII letters without a backslash, in which every text is the name or the value of a field that was
    read: so no name stands twice. Nearly all are, and reading them exactly takes ten times as long.
    """
    if not body.isascii() or b"\\" in body:
        return None
    try:
        event = _EVENTS.decode(body)
    except msgspec.DecodeError:
        return None
    fields = structs.astuple(event)
    texts = 2 * (_TEXT_FIELDS - fields.count(None))
    if event.attributes:
        texts += 1 + 2 * len(event.attributes)
    return event if not event.lines and body.count(b'"') == 2 * texts else None


def _of_event(body: EventBody, receipt: Receipt, context: Context) -> Claims:
    try:
        draft = verify(body, programs=context.programs, received_at=receipt.received_at)
    except Rejected as rejected:
        rejected.order = body.order or ""
        rejected.row = None
        raise
    return Claims([draft], 1) if draft else _NOTHING


def _of_rows(receipt: Receipt, context: Context) -> Claims:
    mapping = context.mappings.get(receipt.source)
    if mapping is None:
        raise Rejected(
            Reason.SCHEMA,
            f"there is no mapping {receipt.source!r}",
            fix="import the file again with --mapping, then replay",
        )
    rows = rows_of(receipt)
    drafts: list[AnyDraft] = []
    behind: set[int] = set()
    for part in parts_of(mapping, rows, row_key=receipt.key or ""):
        try:
            draft = verified(
                part.body,
                programs=context.programs,
                received_at=receipt.received_at,
                decimal=mapping.decimal,
            )
        except Rejected as rejected:
            _say_where(rejected, mapping, part, rows)
            raise
        if draft:
            drafts.append(draft if len(part.rows) == 1 else replace(draft, from_rows=len(part.rows)))
            behind.update(part.rows)
    return Claims(drafts, len(behind))


def _say_where(rejected: Rejected, mapping: MappingContent, part: Part, rows: Sequence[Row]) -> None:
    """People look for the file's column, cell and row, not for our name of the field and what was made of the cell."""
    field = rejected.column
    rejected.order = getattr(part.body, "order", None) or ""
    rejected.column = column_in(mapping, part.maker.name, part.maker.target, field)
    if rejected.row is not None:
        rejected.row = part.lines[rejected.row]
    else:
        rejected.row = part.row_behind(field, rows)
    cell = rows[rejected.row].get(rejected.column)
    if cell is not None and not rejected.unknown:
        rejected.value = cell


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except UnicodeDecodeError as wrong:
        raise Rejected(Reason.ENCODING, str(wrong), fix="send it again as UTF-8") from wrong
    except msgspec.DecodeError as wrong:
        reason = Reason.SCHEMA if isinstance(wrong, msgspec.ValidationError) else Reason.SYNTAX
        raise Rejected(
            reason, str(wrong), fix="correct the line; the fields are those of the event format"
        ) from wrong


def _unreadable(raw: bytes) -> Rejected:
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return Rejected(
            Reason.ENCODING,
            f"the line is not UTF-8 text at byte {wrong.start + 1}",
            fix="save the file as UTF-8 and import it again",
            value=raw.decode("utf-8", "replace")[:200],
        )
    if b"\0" in raw:
        return Rejected(
            Reason.ENCODING,
            "the line holds a NUL character",
            fix="remove it and import the file again",
            value=raw.decode()[:200],
        )
    return Rejected(
        Reason.SYNTAX,
        "the line has another number of cells than the header has names, or a quote that is not closed",
        fix="put quotes around cells that contain the separator, and import the file again",
        value=raw.decode()[:200],
    )
