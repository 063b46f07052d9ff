"""Lanes and cursors: whose turn it is, and how far each stage has come."""

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
