"""Lines of the audit trail and the seals that chain them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.audit.acts import ActorKind
from tallystick.foundation.fields import IdField, id_column


class AuditLine(models.Model):
    """One act. brand_id is NULL for acts on the installation itself (people, brands)."""

    append_only: ClassVar[bool] = True

    id = id_column()
    brand_id = IdField(null=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_id = IdField(null=True)
    actor_name = models.CharField(max_length=254)
    address = models.CharField(max_length=45, blank=True, default="")
    act = models.CharField(max_length=80)
    subject = models.CharField(max_length=40)
    label = models.CharField(max_length=300)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand_id", "-id"], name="audit_of_brand"),
            models.Index(fields=["subject", "-id"], name="audit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"
