"""Documents as rows; their bytes lie in files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.scoping import BrandOwned


class Attachment(BrandOwned):
    """One document: what it is called, what it is by its content, and what it belongs to.

    subject: an id as doors write it (`pns_…`). is_shared: whether the partner sees it as well. added_by: how whoever
    added it was called then.
    """

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    subject = models.CharField(max_length=40)
    is_shared = models.BooleanField(default=False)
    added_by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta(BrandOwned.Meta):
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "subject", "-id"], name="attachments_of_subject"),
            models.Index(fields=["brand", "sha256"], name="attachments_with_bytes"),
        ]

    def __str__(self) -> str:
        return self.name
