"""From a stored receipt to verified drafts, whatever form it arrived in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tallystick.partners.partnerships.rules import ProgramFacts
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.apply import events_of
from tallystick.tracking.events.mapping.checks import column_of
from tallystick.tracking.events.mapping.form import Mapping as MappingContent
from tallystick.tracking.events.rules import Draft, verify
from tallystick.tracking.events.wire import EVENT, ROW, UNREADABLE, EventBody
from tallystick.tracking.inbox.rules import Reason, body_fault
from tallystick.tracking.inbox.stores.port import Stored
from tallystick.tracking.inbox.wire import Receipt

_ROWS = msgspec.json.Decoder(dict[str, str])
_EVENTS = msgspec.json.Decoder(EventBody)


@dataclass(frozen=True, slots=True)
class Context:
    """What the receipts of one brand are verified against, read at one time."""

    programs: Mapping[str, ProgramFacts]
    mappings: Mapping[str, MappingContent]


def drafts_of(stored: Stored, context: Context, *, corrects: bool = False) -> list[Draft]:
    """The events that a receipt stands for; none for an erased one. Raises Rejected. Identifier: EVENT-RECEIPT.

    All or nothing: when one event of a row is wrong, the row makes none and waits as a whole. corrects: what arrived
    first under the same key never became an event, so this other body may.
    """
    receipt = stored.receipt
    if stored.erased_at is not None:
        return []
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
    bodies, mapping = _bodies(receipt, context)
    decimal = mapping.decimal if mapping else "."
    try:
        return [
            verify(body, programs=context.programs, received_at=receipt.received_at, decimal=decimal)
            for body in bodies
        ]
    except Rejected as rejected:
        if mapping:
            # People look for the file's column, not for our name of the field.
            rejected.column = column_of(mapping, rejected.column)
        raise


def _bodies(receipt: Receipt, context: Context) -> tuple[list[EventBody], MappingContent | None]:
    if receipt.content_type == UNREADABLE:
        raise _unreadable(receipt.body)
    fault = body_fault(receipt.body, receipt.content_type)
    if fault is not None:
        raise Rejected(fault.reason, fault.detail, fix="correct the line and import it again")
    if receipt.kind == EVENT:
        return [_decoded(receipt.body)], None
    if receipt.kind != ROW:
        raise Rejected(
            Reason.SCHEMA,
            f"no events are made of receipts of kind {receipt.kind!r}",
            fix="import it as a file",
        )
    mapping = context.mappings.get(receipt.source)
    if mapping is None:
        raise Rejected(
            Reason.SCHEMA,
            f"there is no mapping {receipt.source!r}",
            fix="import the file again with --mapping, then replay",
        )
    return events_of(mapping, _ROWS.decode(receipt.body), row_key=receipt.key or ""), mapping


def _decoded(body: bytes) -> EventBody:
    try:
        return _EVENTS.decode(body)
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
