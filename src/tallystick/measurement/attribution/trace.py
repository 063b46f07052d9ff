"""The trace of one id: receipt → event → path → credit, with versions, and why something did not count.

Everything is read as it was written; only for a touchpoint that is no conversion's contender is the rule asked
again why. Both faces of the product and the command line show this one structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallystick.kit import ids
from tallystick.kit.money import Money
from tallystick.measurement.attribution import explain
from tallystick.measurement.attribution.models import Attribution, Conversion, Credit, Revision
from tallystick.partners.partnerships.queries import Naming, naming
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import Version
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import events_of_receipt, find_events
from tallystick.tracking.inbox import queries as quarantine
from tallystick.tracking.inbox.stores.port import Store, Stored

MAX_CONVERSIONS = 50
BODY_CHARACTERS = 4_000


class NothingThere(LookupError):
    """An id that is well formed but belongs to nothing of this brand."""


@dataclass(frozen=True, slots=True)
class ReceiptTrace:
    """A receipt as it arrived. repeats: how often the same arrived again. waits: why it is no event, or empty.

    corrected: it could not be used, and another body under its key took its place.
    """

    id: str
    source: str
    kind: str
    key: str | None
    received_at: datetime
    file: str | None
    line: int | None
    body: str
    repeats: int
    conflict_of: str | None
    erased_at: datetime | None
    waits: str
    fix: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class EventTrace:
    """A verified fact and whose it is.

    lacks: `count` (a label excludes it), `credit` (a touchpoint that earned none), `conversion` (an outcome that is
    none), or empty. why_not: the sentence for it.
    """

    id: str
    receipt: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    recorded_at: datetime
    visitor: str | None
    customer: str | None
    account: str | None
    origin: str
    order: str | None
    amount: str | None
    device: str | None
    country: str | None
    visitor_type: str
    label: str
    attributes: dict[str, str]
    lacks: str
    why_not: str


@dataclass(frozen=True, slots=True)
class StepTrace:
    """One touchpoint of a path: its share, or the reason for none. `credit` is the id of the row."""

    credit: str
    event: str
    receipt: str
    at: datetime
    kind: str
    origin: str
    share_ppb: int
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RevisionTrace:
    """When a conversion got which decision."""

    attribution: str
    decided_at: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class ConversionTrace:
    """A conversion with the decision that stands, its path, and the decisions before."""

    id: str
    attribution: str
    definition: str
    definition_name: str
    version: int
    effective_on: str
    model: str
    windows_days: dict[str, int]
    occurred_at: datetime
    subject: str
    customer_type: str
    value: str | None
    evidence: str
    corroborating: int
    via: str
    credited: bool
    why_not: str
    withdrawn: bool
    path: tuple[StepTrace, ...]
    revisions: tuple[RevisionTrace, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything behind one id. `more` counts conversions beyond the first fifty."""

    asked: str
    receipts: tuple[ReceiptTrace, ...]
    events: tuple[EventTrace, ...]
    conversions: tuple[ConversionTrace, ...]
    more: int


def trace(text: str, *, store: Store, max_customers: int) -> Trace:
    """The trace of an id of the brand in scope: a receipt, an event, a conversion, an attribution or a credit.

    Raises BadId for a text that is no such id, NothingThere for one that nothing has.
    """
    prefix, value = ids.read(text)
    if prefix == "rcp":
        return _of_receipts(text, [value], store=store, max_customers=max_customers)
    if prefix == "evt":
        events = find_events([value])
        if not events:
            raise NothingThere(f"there is no event {text} in this brand")
        return _of_events(text, list(events.values()), store=store, max_customers=max_customers)
    conversion = _conversion(prefix, value)
    if conversion is None:
        raise NothingThere(
            f"there is no {ids.PREFIXES[prefix]} {text} in this brand, or it has no trace of its own"
        )
    return _of_conversion(text, conversion, store=store, max_customers=max_customers)


def _conversion(prefix: str, value: UUID) -> Conversion | None:
    if prefix == "cnv":
        return Conversion.objects.filter(id=value).select_related("attribution").first()
    if prefix == "crd":
        credit = Credit.objects.filter(id=value).select_related("attribution").first()
        return _conversion("cnv", credit.attribution.conversion_id) if credit else None
    if prefix == "atr":
        attribution = Attribution.objects.filter(id=value).first()
        return _conversion("cnv", attribution.conversion_id) if attribution else None
    return None


def _of_receipts(asked: str, receipt_ids: Sequence[UUID], *, store: Store, max_customers: int) -> Trace:
    events = [event for receipt_id in receipt_ids for event in events_of_receipt(receipt_id)]
    found = _of_events(asked, events, store=store, max_customers=max_customers, receipts=receipt_ids)
    if not found.receipts:
        raise NothingThere(f"there is no receipt {asked} in this brand")
    return found


def _of_events(
    asked: str, events: Sequence[Event], *, store: Store, max_customers: int, receipts: Iterable[UUID] = ()
) -> Trace:
    event_ids = [event.id for event in events]
    contended = Credit.objects.filter(event_id__in=event_ids).values("attribution_id")
    decided = Conversion.objects.filter(attribution_id__in=contended) | Conversion.objects.filter(
        attribution__evidence_id__in=event_ids
    )
    rows = list(
        decided.select_related("attribution").order_by("occurred_at", "id").distinct()[: MAX_CONVERSIONS + 1]
    )
    total = len(rows) if len(rows) <= MAX_CONVERSIONS else decided.distinct().count()
    return Trace(
        asked=asked,
        receipts=_receipts({*receipts, *(event.receipt_id for event in events)}, store),
        events=_events(events, max_customers),
        conversions=tuple(_conversion_trace(row) for row in rows[:MAX_CONVERSIONS]),
        more=total - min(total, MAX_CONVERSIONS),
    )


def _of_conversion(asked: str, conversion: Conversion, *, store: Store, max_customers: int) -> Trace:
    shown = _conversion_trace(conversion)
    event_ids = [ids.read(step.event)[1] for step in shown.path] + [conversion.attribution.evidence_id]
    events = sorted(find_events(set(event_ids)).values(), key=lambda event: (event.occurred_at, event.id))
    return Trace(
        asked=asked,
        receipts=_receipts({event.receipt_id for event in events}, store),
        events=_events(events, max_customers),
        conversions=(shown,),
        more=0,
    )


def _receipts(receipt_ids: Iterable[UUID], store: Store) -> tuple[ReceiptTrace, ...]:
    found = sorted(
        store.get_many(receipt_ids), key=lambda stored: (stored.receipt.received_at, stored.receipt.id)
    )
    return tuple(_receipt(stored) for stored in found if explain.is_of_scope(stored))


def _receipt(stored: Stored) -> ReceiptTrace:
    receipt = stored.receipt
    waits = quarantine.one(receipt.id)
    still = waits is not None and waits.state == waits.State.WAITING
    corrected = waits is not None and not still and not events_of_receipt(receipt.id)
    return ReceiptTrace(
        id=ids.show("rcp", receipt.id),
        source=receipt.source,
        kind=receipt.kind,
        key=receipt.key,
        received_at=receipt.received_at,
        file=receipt.origin.file,
        line=receipt.origin.line,
        body=receipt.body[:BODY_CHARACTERS].decode("utf-8", "replace"),
        repeats=stored.repeats,
        conflict_of=ids.show("rcp", stored.conflict_of) if stored.conflict_of else None,
        erased_at=stored.erased_at,
        waits=f"{waits.reason}: {waits.detail}" if waits and still else "",
        fix=waits.fix if waits and still else "",
        corrected=corrected,
    )


def _events(events: Sequence[Event], max_customers: int) -> tuple[EventTrace, ...]:
    names = naming()
    reasons = explain.why_not(events, max_customers=max_customers)
    return tuple(_event(event, names, reasons.get(event.id, "")) for event in events)


def _event(event: Event, names: Naming, why_not: str) -> EventTrace:
    return EventTrace(
        id=ids.show("evt", event.id),
        receipt=ids.show("rcp", event.receipt_id),
        kind=event.kind,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        recorded_at=event.recorded_at,
        visitor=event.visitor,
        customer=event.customer,
        account=event.account,
        origin=names.origin(event),
        order=event.order,
        amount=_amount(event.amount_minor, event.currency),
        device=event.device,
        country=event.country,
        visitor_type=event.visitor_type,
        label=event.label,
        attributes=dict(event.attributes),
        lacks=explain.lacks(event) if why_not else "",
        why_not=why_not,
    )


def _conversion_trace(conversion: Conversion) -> ConversionTrace:
    stands = conversion.attribution
    version = _version(stands)
    revisions = Revision.objects.filter(conversion_id=conversion.id).order_by("batch", "id")
    return ConversionTrace(
        id=ids.show("cnv", conversion.id),
        attribution=ids.show("atr", stands.id),
        definition=version.definition_key,
        definition_name=version.definition_name,
        version=stands.version,
        effective_on=version.effective_on.isoformat(),
        model=stands.model,
        windows_days=dict(version.meaning.windows),
        occurred_at=stands.occurred_at,
        subject=stands.subject,
        customer_type=stands.customer_type,
        value=_amount(stands.value_minor, stands.currency),
        evidence=ids.show("evt", stands.evidence_id),
        corroborating=stands.corroborating,
        via=stands.via,
        credited=stands.credited and not conversion.withdrawn,
        why_not=explain.uncredited(stands.reason),
        withdrawn=conversion.withdrawn,
        path=_path(stands),
        revisions=tuple(
            RevisionTrace(ids.show("atr", row.attribution_id), row.decided_at, row.withdrawn)
            for row in revisions
        ),
    )


def _version(stands: Attribution) -> Version:
    return next(
        version
        for version in versions(stands.program_id)
        if (version.definition_id, version.version) == (stands.definition_id, stands.version)
    )


def _path(stands: Attribution) -> tuple[StepTrace, ...]:
    credits = list(Credit.objects.filter(attribution=stands).order_by("place"))
    events = find_events([credit.event_id for credit in credits])
    names = naming()
    return tuple(
        StepTrace(
            credit=ids.show("crd", credit.id),
            event=ids.show("evt", credit.event_id),
            receipt=ids.show("rcp", events[credit.event_id].receipt_id),
            at=events[credit.event_id].occurred_at,
            kind=events[credit.event_id].kind,
            origin=names.origin(events[credit.event_id]),
            share_ppb=credit.share_ppb,
            reason=credit.reason,
            sentence=explain.sentence(credit.reason),
        )
        for credit in credits
    )


def _amount(minor: int | None, currency: str | None) -> str | None:
    return Money(minor, currency).show() if minor is not None and currency else None
