"""Change what the manifest says: which files are named from now on, and which no longer. Only inside `lane`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from tallystick.kit.batches import slices
from tallystick.measurement.warehouse.files import Part
from tallystick.measurement.warehouse.models import FactFile


def live() -> QuerySet[FactFile]:
    """The rows of the files that count now, in the brand in scope."""
    return FactFile.objects.filter(replaced_at__isnull=True)


def name(parts: Iterable[Part], *, at: datetime) -> None:
    """From now on these files count. at: when their facts changed last."""
    FactFile.objects.bulk_create(
        FactFile(
            table=part.table,
            day=part.day,
            path=part.path,
            rows=part.rows,
            bytes=part.bytes,
            sha256=part.sha256,
            first_at=part.first_at,
            last_at=part.last_at,
            published_at=at,
        )
        for part in parts
    )


def replace(paths: Iterable[str], *, at: datetime) -> bool:
    """From now on these files do not count any more, if all of them still do; otherwise nothing is changed."""
    asked = set(paths)
    found = [live().filter(path__in=some) for some in slices(asked)]
    if sum(rows.count() for rows in found) != len(asked):
        return False
    for rows in found:
        rows.update(replaced_at=at)
    return True
