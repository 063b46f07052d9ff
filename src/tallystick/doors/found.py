"""A row by the id that stands in an address."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.http import Http404

from tallystick.kit import ids

Row = TypeVar("Row", bound=models.Model)


def row_at(rows: models.QuerySet[Row], prefix: str, text: str) -> Row:
    """The one of some rows with an id as doors write it. Raises Http404 for no id, and for that of anything else."""
    try:
        row_id = ids.read_as(prefix, text)
    except ids.BadId as bad:
        raise Http404 from bad
    found = rows.filter(pk=row_id).first() if ids.show(prefix, row_id) == text else None
    if found is None:
        raise Http404
    return found
