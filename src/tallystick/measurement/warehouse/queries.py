"""What the manifest says: the files that count now, whether they are there, and how fresh they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Count, Max, Sum

from tallystick.foundation.scoping import brand_scope
from tallystick.measurement.warehouse import configured, files, manifest
from tallystick.measurement.warehouse.models import FactFile
from tallystick.measurement.warehouse.retention import horizons
from tallystick.partners.programs.models import Brand


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file that counts: its fact table, its UTC day, where it lies."""

    table: str
    day: date
    path: Path


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The live files of one brand at one moment: what a question reads, whatever is published meanwhile.

    Good for ten minutes (WH-SWEEP); then files that were replaced since may be gone.
    """

    files: tuple[LiveFile, ...]
    kept_from: Mapping[str, date] = field(default_factory=dict)
    """Fact table → the first day that is kept, of tables that do not keep all: earlier ones are not in `files`."""

    def paths(self, table: str, *, first: date | None = None, last: date | None = None) -> list[Path]:
        """The files of one table, of UTC days from `first` to `last`, both included; None is open."""
        return [
            file.path
            for file in self.files
            if file.table == table
            and (first is None or file.day >= first)
            and (last is None or file.day <= last)
        ]


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A live row of the manifest whose file is not there, or has another size."""

    brand_id: UUID
    table: str
    day: date
    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class Freshness:
    """How much of a fact table is published, up to which event, and when that last changed."""

    table: str
    files: int
    rows: int
    bytes: int
    last_at: datetime
    published_at: datetime


def snapshot() -> Snapshot:
    """The live files of the brand in scope, read by one statement, so that days never mix."""
    root, kept_from = configured.warehouse_dir(), horizons()
    rows = manifest.live().order_by("table", "day", "path")
    files = tuple(
        LiveFile(table, day, root / path)
        for table, day, path in rows.values_list("table", "day", "path")
        # Whether what is no longer kept was already retired must not change an answer.
        if day >= kept_from.get(table, day)
    )
    return Snapshot(files, kept_from)


def missing_files() -> list[MissingFile]:
    """The live rows of all brands whose file is missing or has another size: an empty list is health."""
    root = configured.warehouse_dir()
    return [
        MissingFile(row.brand_id, row.table, row.day, row.path)
        for row in _live_rows_of_all_brands()
        if not files.is_whole(root, row.path, row.bytes)
    ]


def freshness() -> list[Freshness]:
    """One line for each published fact table of the brand in scope, by name."""
    live = manifest.live().values("table").order_by("table")
    sums = live.annotate(
        files=Count("id"),
        total_rows=Sum("rows"),
        total_bytes=Sum("bytes"),
        latest=Max("last_at"),
        changed=Max("published_at"),
    )
    return [
        Freshness(
            table=row["table"],
            files=row["files"],
            rows=row["total_rows"],
            bytes=row["total_bytes"],
            last_at=row["latest"],
            published_at=row["changed"],
        )
        for row in sums
    ]


def last_published() -> datetime | None:
    """When the facts of the brand in scope last changed; None before the first."""
    live = manifest.live()
    found: datetime | None = live.aggregate(newest=Max("published_at"))["newest"]
    return found


def _live_rows_of_all_brands() -> list[FactFile]:
    found: list[FactFile] = []
    for brand_id in Brand.objects.order_by("pk").values_list("pk", flat=True):
        with brand_scope(brand_id):
            found += manifest.live().order_by("table", "day", "path")
    return found
