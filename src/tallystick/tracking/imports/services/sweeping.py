"""What is left lying: uploads that nobody finished, files whose time is over. Identifier: IMPORT-SWEEP."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db.models import Q

from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.imports.services import files

ABANDONED_AFTER: Final = timedelta(days=7)
"""How long an upload may rest before it is given up."""

_NOBODYS_AFTER: Final = timedelta(hours=1)


def sweep() -> int:
    """Delete the files in the brand in scope whose time is over. Returns how many.

    Of imports that came to an end long enough ago only the file goes: what became of its rows stays. Uploads that rest
    for a week, and files that arrived and that nobody began, go altogether.
    """
    gone = 0
    keep = clock.now() - timedelta(days=files.limits().import_keep_days)
    for row in Import.objects.filter(ended_at__lt=keep).exclude(path=""):
        if files.is_ours(row) and Import.objects.filter(id=row.id, ended_at=row.ended_at).update(path=""):
            files.delete(row)
            gone += 1
    for row in _given_up(keep):
        untouched = Import.objects.filter(id=row.id, state=row.state, arrived_bytes=row.arrived_bytes)
        if untouched.delete()[0]:
            files.delete(row)
            gone += 1
    return gone + _sweep_nobodys()


def sweep_scratch() -> None:
    """Delete what dry runs that were killed have left."""
    before = time.time() - timedelta(days=1).total_seconds()
    if files.scratch().is_dir():
        _delete(each for each in files.scratch().iterdir() if each.stat().st_mtime < before)


def _given_up(keep: object) -> Iterator[Import]:
    resting = Q(state=State.ARRIVED, created_at__lt=keep)
    uploading = Q(state=State.UPLOADING, created_at__lt=clock.now() - ABANDONED_AFTER)
    before = (clock.now() - ABANDONED_AFTER).timestamp()
    for row in Import.objects.filter(resting | uploading):
        path = files.path_of(row)
        if row.state == State.ARRIVED or not path.exists() or path.stat().st_mtime < before:
            yield row


def _sweep_nobodys() -> int:
    """Delete folders of which no import knows: their row went, and then the power."""
    before = (clock.now() - _NOBODYS_AFTER).timestamp()
    old = [each for each in files.folders_of(current_brand()) if each.stat().st_mtime < before]
    known = set(Import.objects.exclude(path="").values_list("id", flat=True))
    return _delete(each for each in old if UUID(each.name) not in known)


def _delete(folders: Iterator[Path]) -> int:
    gone = 0
    for each in folders:
        shutil.rmtree(each, ignore_errors=True)
        gone += 1
    return gone
