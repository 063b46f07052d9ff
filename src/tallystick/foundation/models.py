"""Lanes, cursors and batches: whose turn it is, how far each stage has come, and what its steps rest on. And what all
processes remember for a while.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.scoping import BrandOwned


class Lane(BrandOwned):
    """One row a brand; who holds its lock runs that brand's stages."""

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand"], name="one_lane_per_brand")
        ]


class Cursor(BrandOwned):
    """How far a stage has read, committed in the transaction that holds what it made of it."""

    name = models.CharField(max_length=60)
    position = models.JSONField(null=True)
    moved_at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "name"], name="one_cursor_per_stage")
        ]


class Batch(BrandOwned):
    """One step in which rows of a series were recorded, in the transaction that holds them: how many, and when the
    oldest receipt was received that they rest on. A reader's cursor is the number of a step.
    """

    append_only = True

    series = models.CharField(max_length=60)
    number = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    received_from = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "series", "number"], name="one_row_per_batch")
        ]


class Remembered(models.Model):
    """An entry of Django's database cache, which every process shares: how often something was tried, until when.

    The columns are those that the cache asks for by name. What is here may be lost; nothing is decided by it for long.
    """

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "foundation_cache"

    def __str__(self) -> str:
        return self.cache_key
