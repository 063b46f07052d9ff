"""Announcements as rows, and their places in the feed."""

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


class Place(BrandOwned):
    """Where an announcement stands in the feed of its brand: from 1 without gaps, given once it is committed.

    sequence is NULL until then. A place that was given never changes.
    """

    announcement = models.OneToOneField(Announcement, on_delete=models.PROTECT, related_name="place")
    sequence = models.PositiveBigIntegerField(null=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "sequence"], name="one_announcement_per_place"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["brand", "announcement"],
                condition=models.Q(sequence__isnull=True),
                name="announcements_to_place",
            ),
        ]
