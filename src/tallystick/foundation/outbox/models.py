"""Announcements as rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.scoping import BrandOwned


class Announcement(BrandOwned):
    """One thing that happened in a brand: `partnership.paused`, about which thing, with what others may know of it."""

    append_only = True

    topic = models.CharField(max_length=80)
    subject = models.CharField(max_length=40)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        indexes: ClassVar[list[Any]] = [models.Index(fields=["brand", "id"], name="announcements_in_order")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"
