"""What the worker does between turns, every few minutes: put away what every reader has left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tallystick.foundation.lanes import position
from tallystick.foundation.scoping import brand_scope
from tallystick.journey import inbox
from tallystick.measurement.warehouse.services import sweep
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.stage import NAME as EVENTS


def archive_receipts() -> None:
    """Move the inbox files whose receipts have all become events; a brand that never read keeps its files."""
    positions = []
    for brand_id in Brand.objects.values_list("pk", flat=True):
        with brand_scope(brand_id):
            if (stands_at := position(EVENTS)) is not None:
                positions.append((brand_id, stands_at))
    inbox().archive(positions)


def sweep_warehouse() -> None:
    """Delete the Parquet files that were replaced long enough ago."""
    for brand_id in Brand.objects.values_list("pk", flat=True):
        sweep(brand_id)


UPKEEP: Mapping[str, Callable[[], None]] = {
    "archive receipts": archive_receipts,
    "sweep warehouse": sweep_warehouse,
}
