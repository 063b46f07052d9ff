"""The trace of one id: receipt → event → path → credit, with versions, and why something did not count.

Everything is read as it was written, each table once however much the id leads to; only for a touchpoint that is no
conversion's contender is the rule asked again why. Both faces of the product and the command line show this one
structure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tallystick.foundation.scoping import current_brand
from tallystick.kit import ids
from tallystick.kit.batches import slices
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.money import Money
from tallystick.measurement.attribution import explain
from tallystick.measurement.attribution.models import Attribution, Conversion, Credit, Revision
from tallystick.measurement.attribution.trace_shapes import (
    ConversionTrace,
    EventTrace,
    ReceiptTrace,
    RevisionTrace,
    StepTrace,
    Trace,
)
from tallystick.partners.partnerships.queries.naming import Naming, naming
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import Version
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import events_of_receipt, find_events
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.stores.port import Store, Stored

__all__ = [
    "BODY_CHARACTERS",
    "MAX_CONVERSIONS",
    "ConversionTrace",
    "EventTrace",
    "NothingThere",
    "ReceiptTrace",
    "Trace",
    "trace",
]

MAX_CONVERSIONS = 50
BODY_CHARACTERS = 4_000


class NothingThere(Foreseen, LookupError):
    """An id that is well formed but belongs to nothing of this brand."""

    exit = Exit.NOT_FOUND


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was written about some conversions, and the names and versions it speaks of, read after it."""

    credits: Mapping[UUID, list[Credit]]
    """By attribution, in path order."""
    revisions: Mapping[UUID, list[Revision]]
    """By conversion, oldest first."""
    events: Mapping[UUID, Event]
    names: Naming
    versions: Mapping[tuple[UUID, int], Version]


def trace(text: str, *, store: Store, max_customers: int) -> Trace:
    """The trace of an id of the brand in scope: a receipt, an event, a conversion, an attribution or a credit.

    Raises BadId for a text that is no such id, NothingThere for one that nothing has.
    """
    prefix, value = ids.read(text)
    if prefix == "rcp":
        receipts = _receipts([value], store)
        if not receipts:
            raise NothingThere("there is no receipt %(text)s in this brand", text=text)
        return _of_events(text, events_of_receipt(value), receipts, max_customers)
    if prefix == "evt":
        events = find_events([value])
        if not events:
            raise NothingThere("there is no event %(text)s in this brand", text=text)
        receipts = _receipts({event.receipt_id for event in events.values()}, store)
        return _of_events(text, list(events.values()), receipts, max_customers)
    conversion = _conversion(prefix, value)
    if conversion is None:
        raise NothingThere(
            "there is no %(kind)s %(text)s in this brand, or it has no trace of its own",
            kind=ids.PREFIXES[prefix],
            text=text,
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


def _of_events(
    asked: str, events: Sequence[Event], receipts: tuple[ReceiptTrace, ...], max_customers: int
) -> Trace:
    event_ids = [event.id for event in events]
    contended = Credit.objects.filter(event_id__in=event_ids).values("attribution_id")
    found = Conversion.objects.filter(attribution_id__in=contended) | Conversion.objects.filter(
        attribution__evidence_id__in=event_ids
    )
    rows = list(
        found.select_related("attribution").order_by("occurred_at", "id").distinct()[: MAX_CONVERSIONS + 1]
    )
    total = len(rows) if len(rows) <= MAX_CONVERSIONS else found.distinct().count()
    shown = rows[:MAX_CONVERSIONS]
    decided = _decided(shown)
    return Trace(
        asked=asked,
        receipts=receipts,
        events=_events(events, decided.names, max_customers),
        conversions=tuple(_conversion_trace(row, decided) for row in shown),
        more=total - len(shown),
    )


def _of_conversion(asked: str, conversion: Conversion, *, store: Store, max_customers: int) -> Trace:
    decided = _decided([conversion])
    evidence = conversion.attribution.evidence_id
    found = {**decided.events, **find_events({evidence} - decided.events.keys())}
    events = sorted(found.values(), key=lambda event: (event.occurred_at, event.id))
    return Trace(
        asked=asked,
        receipts=_receipts({event.receipt_id for event in events}, store),
        events=_events(events, decided.names, max_customers),
        conversions=(_conversion_trace(conversion, decided),),
        more=0,
    )


def _decided(conversions: Sequence[Conversion]) -> _Decided:
    standing = [conversion.attribution_id for conversion in conversions]
    credits: dict[UUID, list[Credit]] = {}
    for credit in Credit.objects.filter(attribution_id__in=standing).order_by("place"):
        credits.setdefault(credit.attribution_id, []).append(credit)
    revisions: dict[UUID, list[Revision]] = {}
    of_conversions = Revision.objects.filter(conversion_id__in=[row.id for row in conversions])
    for revision in of_conversions.order_by("batch", "id"):
        revisions.setdefault(revision.conversion_id, []).append(revision)
    events = find_events({credit.event_id for path in credits.values() for credit in path})
    known = {(version.definition_id, version.version): version for version in versions()}
    return _Decided(credits, revisions, events, naming(), known)


def _receipts(receipt_ids: Collection[UUID], store: Store) -> tuple[ReceiptTrace, ...]:
    """Those of some receipts that belong to the brand in scope: stores know all brands."""
    own = [stored for stored in store.get_many(receipt_ids) if stored.receipt.brand_id == current_brand()]
    waits: dict[UUID, Quarantined] = {}
    for part in slices([stored.receipt.id for stored in own]):
        waits |= {row.receipt_id: row for row in Quarantined.objects.filter(receipt_id__in=part)}
    own.sort(key=lambda stored: (stored.receipt.received_at, stored.receipt.id))
    return tuple(_receipt(stored, waits.get(stored.receipt.id)) for stored in own)


def _receipt(stored: Stored, waits: Quarantined | None) -> ReceiptTrace:
    receipt = stored.receipt
    still = waits is not None and waits.state == waits.State.WAITING
    is_dismissed = waits is not None and waits.state == waits.State.DISMISSED
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
        corrected=waits is not None and bool(waits.why) and not is_dismissed,
        dismissed=waits.why if waits and is_dismissed else "",
    )


def _events(events: Sequence[Event], names: Naming, max_customers: int) -> tuple[EventTrace, ...]:
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
        campaign=names.campaigns[event.campaign_id] if event.campaign_id else None,
        landing_page=event.landing_page,
        sub_id=event.sub_id,
        device=event.device,
        browser=event.browser,
        country=event.country,
        visitor_type=event.visitor_type,
        label=event.label,
        attributes=dict(event.attributes),
        lacks=explain.lacks(event) if why_not else "",
        why_not=why_not,
    )


def _conversion_trace(conversion: Conversion, decided: _Decided) -> ConversionTrace:
    stands = conversion.attribution
    version = decided.versions[stands.definition_id, stands.version]
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
        path=_path(decided.credits.get(stands.id, []), decided),
        revisions=tuple(
            RevisionTrace(ids.show("atr", row.attribution_id), row.decided_at, row.withdrawn)
            for row in decided.revisions.get(conversion.id, [])
        ),
    )


def _path(credits: Iterable[Credit], decided: _Decided) -> tuple[StepTrace, ...]:
    return tuple(_step(credit, decided.events[credit.event_id], decided.names) for credit in credits)


def _step(credit: Credit, event: Event, names: Naming) -> StepTrace:
    return StepTrace(
        credit=ids.show("crd", credit.id),
        event=ids.show("evt", event.id),
        receipt=ids.show("rcp", event.receipt_id),
        at=event.occurred_at,
        kind=event.kind,
        origin=names.origin(event),
        share_ppb=credit.share_ppb,
        reason=credit.reason,
        sentence=explain.sentence(credit.reason),
    )


def _amount(minor: int | None, currency: str | None) -> str | None:
    return Money(minor, currency).show() if minor is not None and currency else None
