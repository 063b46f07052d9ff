"""A row of the brand in scope by the id that stands in an address."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.http import Http404

from tallystick.kit import ids

Row = TypeVar("Row", bound=models.Model)


def row_at(rows: models.QuerySet[Row], prefix: str, text: str) -> Row:
    """The one of some rows with an id as doors write it. Http404 for another brand's, another kind's, and no id."""
    try:
        of_kind, row_id = ids.read(text)
    except ids.BadId as bad:
        raise Http404 from bad
    found = rows.filter(pk=row_id).first() if of_kind == prefix else None
    if found is None:
        raise Http404
    return found
