"""The manifest: which Parquet files hold the facts of a brand now, and which did until a moment ago."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.scoping import BrandOwned


class FactFile(BrandOwned):
    """One Parquet file of one fact table and UTC day. A live row is a promise that the file is there and whole.

    Identifier: WH-MANIFEST.

    A day may lie in several live files. A file is never changed: a day that changes gets new files, and
    the old rows get `replaced_at` in the same transaction.
    """

    table = models.CharField(max_length=60)
    day = models.DateField()
    path = models.CharField(max_length=200)
    """Relative to the warehouse directory, with forward slashes, so that the directory can be moved."""
    rows = models.PositiveBigIntegerField()
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    published_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["path"],
                condition=models.Q(replaced_at__isnull=True),
                name="one_live_row_per_fact_file",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "table", "day"], name="fact_file_by_day"),
        ]

    def __str__(self) -> str:
        return self.path
