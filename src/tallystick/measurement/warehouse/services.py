"""Remove the files that no reader can need any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from tallystick.foundation.lanes import lane
from tallystick.kit import clock
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import configured, manifest, rules
from tallystick.measurement.warehouse.models import FactFile

MOST_FILES = 1000
"""The most files of each sort that one sweep removes: it holds the brand's lane meanwhile."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files went: replaced ones, and orphans that the manifest never named."""

    replaced: int
    orphans: int


def sweep(brand_id: UUID) -> Swept:
    """Delete files replaced, or written and never named, at least ten minutes ago. Identifier: WH-SWEEP.

    A file that a live row names is never deleted. Runs under the brand's lane, so that a file cannot
    become named while it is judged. A crash in the middle leaves rows whose file is gone, which the
    next sweep removes. Calling it again does no harm.
    """
    root, before = configured.warehouse_dir(), clock.now() - rules.KEEP_UNNAMED
    with lane(brand_id):
        live = set(manifest.live().values_list("path", flat=True))
        return Swept(
            replaced=_sweep_replaced(root, live, before), orphans=_sweep_orphans(root, brand_id, before)
        )


def _sweep_replaced(root: Path, live: set[str], before: datetime) -> int:
    old = list(FactFile.objects.filter(replaced_at__lte=before).order_by("replaced_at")[:MOST_FILES])
    for row in old:
        if row.path not in live:
            (root / row.path).unlink(missing_ok=True)
            reach("warehouse.sweeping")
    FactFile.objects.filter(pk__in=[row.pk for row in old]).delete()
    return len(old)


def _sweep_orphans(root: Path, brand_id: UUID, before: datetime) -> int:
    known = set(FactFile.objects.values_list("path", flat=True))
    gone = 0
    for file in _old_files(root / rules.brand_folder(brand_id), before):
        if gone < MOST_FILES and file.relative_to(root).as_posix() not in known:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _old_files(folder: Path, before: datetime) -> Iterator[Path]:
    for file in folder.rglob("part-*"):
        if datetime.fromtimestamp(file.stat().st_mtime, tz=UTC) <= before:
            yield file
