"""Lines of the audit trail and the seals that chain them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import models

from tallystick.foundation.audit.acts import ActorKind
from tallystick.foundation.fields import IdField, id_column
from tallystick.kit import clock, ids

PREFIXES: Final = {ActorKind.PERSON.value: "usr", ActorKind.API_KEY.value: "key"}
"""Kind of actor → the prefix of its id."""


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

    @property
    def actor(self) -> str:
        """The id of who acted, as doors write it; empty for a command and a rule, which have none."""
        prefix = PREFIXES.get(self.actor_kind)
        return ids.show(prefix, self.actor_id) if prefix and self.actor_id else ""

    @property
    def content(self) -> dict[str, Any]:
        """Every field that holds something, as a JSON value: what is sealed.

        NULL is left out, so that a field that is added one day leaves the seals of older lines as they are.
        """
        fields = ((field.attname, getattr(self, field.attname)) for field in self._meta.concrete_fields)
        return {name: _json(value) for name, value in fields if value is not None}


class Unsealed(models.Model):
    """A line that waits for its seal; written with the line, gone when it is sealed.

    A list of its own, because lines become visible in the order of their commits, which is not that of their ids.
    """

    line = models.OneToOneField(
        AuditLine, on_delete=models.PROTECT, primary_key=True, related_name="unsealed"
    )

    def __str__(self) -> str:
        return f"waits: {self.line_id}"


class AuditSeal(models.Model):
    """A link of the chain: numbered from 1 without gaps, over all brands and the installation."""

    append_only: ClassVar[bool] = True

    sequence = models.PositiveBigIntegerField(primary_key=True)
    line = models.OneToOneField(AuditLine, on_delete=models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


def _json(value: Any) -> Any:
    match value:
        case UUID():
            return value.hex
        case datetime():
            return clock.to_micros(value)
        case _:
            return value
