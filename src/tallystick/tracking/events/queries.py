"""Reads of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from tallystick.kit.batches import slices
from tallystick.partners.partnerships.queries.directory import directory
from tallystick.partners.partnerships.rules import ProgramFacts
from tallystick.partners.programs.models import Program
from tallystick.tracking.events.choices import origins_chosen
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import Mapping as MappingContent
from tallystick.tracking.events.models import Event, Identity, Mapping
from tallystick.tracking.events.receipts import Context


def context() -> Context:
    """What receipts of the brand in scope are verified against, as it stands now."""
    programs = {
        program.key: ProgramFacts(
            program.key, program.currency, directory(program.id), origins_chosen(program.id)
        )
        for program in Program.objects.all()
    }
    return Context(programs, newest_mappings())


def newest_mappings() -> dict[str, MappingContent]:
    """Name → what the newest version of every saved mapping says."""
    return {name: read_mapping(row.text) for name, row in saved_mappings().items()}


def saved_mappings() -> dict[str, Mapping]:
    """Name → the row of the newest version of every saved mapping."""
    return {row.name: row for row in Mapping.objects.order_by("name", "version")}


def events_of_receipt(receipt_id: UUID) -> list[Event]:
    """The events that a receipt became, by leg."""
    return list(Event.objects.filter(receipt_id=receipt_id).order_by("leg"))


def find_events(event_ids: Collection[UUID]) -> dict[UUID, Event]:
    """id → event, for those that exist. Asked in slices, because databases bound the length of a list."""
    return {row.id: row for part in slices(event_ids) for row in Event.objects.filter(id__in=part)}


def customers_of(visitors: Iterable[str]) -> dict[str, set[str]]:
    """visitor → all customers it was ever identified as."""
    found: dict[str, set[str]] = {}
    for visitor, customer in _pairs("visitor", visitors):
        found.setdefault(visitor, set()).add(customer)
    return found


def visitors_of(customers: Iterable[str]) -> dict[str, set[str]]:
    """customer → all visitors ever identified as it."""
    found: dict[str, set[str]] = {}
    for visitor, customer in _pairs("customer", customers):
        found.setdefault(customer, set()).add(visitor)
    return found


def customers_before(visitors: Iterable[str], *, batch: int) -> dict[str, int]:
    """visitor → how many of its customers events of earlier steps had shown; visitors with none are left out."""
    earlier = Event.objects.filter(id=OuterRef("event_id"), batch__lt=batch)
    found = Counter[str]()
    for part in slices(set(visitors)):
        found.update(
            Identity.objects.filter(Exists(earlier), visitor__in=part).values_list("visitor", flat=True)
        )
    return dict(found)


def span() -> tuple[datetime, datetime] | None:
    """First and last instant of the brand's events, as quickly for many of them as for few; None without any."""
    instants = Event.objects.order_by("occurred_at").values_list("occurred_at", flat=True)
    first, last = instants.first(), instants.last()
    return (first, last) if first and last else None


def _pairs(column: str, values: Iterable[str]) -> Iterable[tuple[str, str]]:
    asked = set(values)
    if not asked:
        return ()
    return Identity.objects.filter(**{f"{column}__among": asked}).values_list("visitor", "customer")
