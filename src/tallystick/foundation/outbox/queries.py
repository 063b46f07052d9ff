"""Reads of the outbox."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from tallystick.foundation.listing import Listing, equals
from tallystick.foundation.outbox.models import Announcement
from tallystick.kit.listing import BadWish


def _after(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise BadWish("“%(value)s” is not a place in the feed: places are whole numbers.", value=value[:40])
    return rows.filter(place__sequence__gt=int(value))


FEED: Final = Listing(
    rows=lambda: Announcement.objects.filter(place__sequence__isnull=False).select_related("place"),
    search=("topic", "subject"),
    sorts={"place": "place__sequence"},
    sort="place",
    filters={"topic": equals("topic"), "subject": equals("subject"), "after": _after},
)
"""The announcements of the brand in scope, in the order of their places: what stands at `row.place.sequence` stays
there, and nothing comes before it any more. after: the place up to which one has read. Identifier: OUTBOX-FEED.
"""
