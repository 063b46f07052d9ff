"""Everything that receipts have led to, in words that do not depend on random ids, clocks or the size of batches.

Two runs over the same receipts are equal when these are equal: nothing lost, nothing twice.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from django.apps import apps
from django.conf import settings

from tallystick.foundation.scoping import BrandOwned, brand_scope
from tallystick.journey import STAGES, inbox
from tallystick.measurement.attribution.models import Attribution, Binding, Conversion, Credit, Revision
from tallystick.measurement.warehouse.models import FactFile
from tallystick.partners.partnerships.models import Partnership
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.models import Event, Identity
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.stores.port import Stored

Effects = dict[str, dict[str, int]]
"""Name of a kind of effect → each effect as a text → how often it is there."""

FACTS = ("touchpoints", "touch_counts", "outcomes", "conversions", "paths")
NOT_COMPARED = {"id", "brand", "receipt_id", "batch", "recorded_at", "received_at"}


def effects() -> Effects:
    """All effects of the only brand."""
    brand = Brand.objects.get()
    with brand_scope(brand.pk):
        names = _Names(brand.pk)
        found = {
            "receipts": _receipts(names),
            "events": _events(names),
            "identities": map(str, Identity.objects.values_list("visitor", "customer")),
            "quarantine": _quarantine(names),
            "conversions": _conversions(names),
            "credits": _credits(names),
            "bindings": _bindings(names),
            **{f"facts.{table}": _facts(table, names) for table in FACTS},
        }
        return {name: dict(sorted(Counter(rows).items())) for name, rows in found.items()}


def faults() -> list[str]:
    """What may never be so, however often a process was killed, once all is done."""
    brand = Brand.objects.get()
    with brand_scope(brand.pk):
        found = [f"{stage.name} is behind" for stage in STAGES if stage.behind(brand.pk)]
        return [*found, *_unequal_shares(), *_repeated_revisions(), *_files_nobody_names()]


class _Names:
    """What ids are called here: by the keys that people gave, and by what arrived."""

    def __init__(self, brand_id: UUID) -> None:
        self.stored = list(_stored(brand_id))
        self.of: dict[UUID, str] = {one.receipt.id: _receipt_name(one) for one in self.stored}
        for model in apps.get_models():
            if issubclass(model, BrandOwned) and any(field.name == "key" for field in model._meta.fields):
                self.of |= {pk: f"{model.__name__} {key}" for pk, key in _keys(model)}
        for pk, key in Partnership.objects.values_list("id", "partner__key"):
            self.of[pk] = f"Partnership {key}"
        for pk, receipt_id, leg in Event.objects.values_list("id", "receipt_id", "leg"):
            self.of[pk] = f"{self.of[receipt_id]}/{leg}"
        for row in Conversion.objects.all():
            self.of[row.id] = f"{self.of[row.definition_id]} {self.text(row.dedupe_key)}"

    def text(self, dedupe_key: str) -> str:
        """A dedupe key; where it is an event's id, the event's name."""
        kind, _, rest = dedupe_key.partition(":")
        return self.of[UUID(rest)] if kind == "event" else dedupe_key

    def value(self, value: Any) -> str:
        """A cell as a text: a known id by its name."""
        if isinstance(value, bytes):
            value = UUID(bytes=value)
        return self.of.get(value, f"? {value}") if isinstance(value, UUID) else str(value)

    def row(self, *values: Any) -> str:
        return " | ".join(map(self.value, values))


def _keys(model: Any) -> Iterator[tuple[UUID, str]]:
    yield from model.objects.values_list("id", "key")


def _stored(brand_id: UUID) -> Iterator[Stored]:
    position: object = None
    while (batch := inbox().read(brand_id, position, 1000)).receipts:
        yield from batch.receipts
        position = batch.position


def _receipt_name(stored: Stored) -> str:
    receipt = stored.receipt
    return f"{receipt.source}/{receipt.key or receipt.id}/{stored.digest.hex()[:8]}"


def _receipts(names: _Names) -> Iterator[str]:
    for one in names.stored:
        yield names.row(one.receipt.id, one.conflict_of, one.erased_at is not None)


def _events(names: _Names) -> Iterator[str]:
    fields = [field.attname for field in Event._meta.concrete_fields if field.name not in NOT_COMPARED]
    for event in Event.objects.all():
        yield names.row(event.id, *(getattr(event, name) for name in fields))


def _quarantine(names: _Names) -> Iterator[str]:
    for row in Quarantined.objects.all():
        yield names.row(row.receipt_id, row.reason, row.state)


def _conversions(names: _Names) -> Iterator[str]:
    compared = (
        "evidence_id corroborating occurred_at subject customer_type value_minor currency via credited reason "
        "version model"
    ).split()
    for row in Conversion.objects.select_related("attribution"):
        yield names.row(row.id, row.withdrawn, *(getattr(row.attribution, name) for name in compared))


def _credits(names: _Names) -> Iterator[str]:
    current = Conversion.objects.filter(withdrawn=False).values("attribution_id")
    for row in Credit.objects.filter(attribution_id__in=current).select_related("attribution"):
        yield names.row(row.attribution.conversion_id, row.place, row.event_id, row.share_ppb, row.reason)


def _bindings(names: _Names) -> Iterator[str]:
    newest = {(row.program_id, row.customer): row for row in Binding.objects.order_by("id")}
    for row in newest.values():
        shares = [f"{names.value(UUID(event_id))}: {ppb}" for event_id, ppb in row.shares]
        yield names.row(row.customer, row.conversion_id, row.since, shares)


def _facts(table: str, names: _Names) -> Iterator[str]:
    for file in FactFile.objects.filter(table=table, replaced_at__isnull=True):
        frame = pl.read_parquet(_warehouse() / file.path)
        assert frame.height == file.rows, (
            f"{file.path} has {frame.height} rows, the manifest says {file.rows}"
        )
        for row in frame.iter_rows(named=True):
            # Counters of the same touchpoints may lie in several rows: each counts as often as it says.
            times = row.pop("touches", 1)
            yield from [names.row(file.day, *row.values())] * times


def _unequal_shares() -> Iterator[str]:
    for attribution in Attribution.objects.all():
        total = sum(Credit.objects.filter(attribution_id=attribution.id).values_list("share_ppb", flat=True))
        if total != (10**9 if attribution.credited else 0):
            yield f"the shares of attribution {attribution.id} sum to {total}"


def _repeated_revisions() -> Iterator[str]:
    for conversion_id in Conversion.objects.values_list("id", flat=True):
        said = Revision.objects.filter(conversion_id=conversion_id).order_by("batch", "id")
        for before, after in pairwise(said.values_list("attribution_id", "withdrawn")):
            if before == after:
                yield f"conversion {conversion_id} was decided twice in the same words"


def _files_nobody_names() -> Iterator[str]:
    named = set(FactFile.objects.values_list("path", flat=True))
    there = {path.relative_to(_warehouse()).as_posix() for path in _warehouse().rglob("part-*")}
    yield from (f"{path} is there and nobody names it" for path in sorted(there - named))
    yield from (f"{path} is named and not there" for path in sorted(named - there))


def _warehouse() -> Path:
    place: Path = settings.TALLYSTICK.warehouse_dir
    return place
