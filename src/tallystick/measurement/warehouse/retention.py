"""For how many days the files of a fact table are kept. What lies in the database is kept whatever is said here.

Identifier: WH-KEEP. Days before a table's horizon are neither published nor written anew nor missed; those that have
files lose them.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from tallystick.foundation.lanes import lane
from tallystick.kit import clock
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.models import FactFile


def kept_from(table: str) -> date | None:
    """The first UTC day whose files are kept, today and so many days before it; None where all are."""
    days = configured.keep_days().get(table)
    return None if days is None else clock.now().date() - timedelta(days=days)


def is_kept(table: str, day: date) -> bool:
    """Whether the files of a table's day are kept."""
    horizon = kept_from(table)
    return horizon is None or day >= horizon


def horizons() -> dict[str, date]:
    """Fact table → first day that is kept, of those tables that do not keep all."""
    found = {table: kept_from(table) for table in configured.keep_days()}
    return {table: day for table, day in found.items() if day is not None}


def retire(brand_id: UUID) -> int:
    """Name no longer the files of days that are not kept; a sweep deletes them ten minutes later. Returns how many.

    Calling it again does no harm. What was retired is written again by a rebuild when the horizon is moved back.
    """
    gone = Q()
    for table, day in horizons().items():
        gone |= Q(table=table, day__lt=day)
    if not gone:
        return 0
    with lane(brand_id):
        return FactFile.objects.filter(gone, replaced_at__isnull=True).update(replaced_at=clock.now())
