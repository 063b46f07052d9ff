"""Which receipts are an import's: those whose ids are of its series."""

from __future__ import annotations

from uuid import UUID

from tallystick.kit import ids
from tallystick.tracking.imports.models import Import


def first_of(import_: Import) -> UUID | None:
    """The id of the first receipt of an import, with which its series begins; None before it was begun."""
    if import_.received_at is None:
        return None
    return ids.in_series(import_.id, 0, at=import_.received_at)
