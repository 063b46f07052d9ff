"""Conversions, what was decided about each of them, and the ties that follow.

An attribution is named by its content: the same evidence, path and versions give the same row, in whatever order
they arrived. A conversion points at its current one; revisions say when it pointed where.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField
from tallystick.foundation.scoping import BrandOwned


class Conversion(BrandOwned):
    """One conversion of a definition. The only row here that moves: its pointer to the current attribution."""

    definition = models.ForeignKey("programs.Definition", on_delete=models.PROTECT, related_name="+")
    dedupe_key = models.CharField(max_length=210)
    attribution = models.ForeignKey("Attribution", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=210)
    occurred_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["definition", "dedupe_key"], name="one_conversion_per_key"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "subject"], name="conversion_by_subject"),
        ]


class Attribution(BrandOwned):
    """Everything that was decided about a conversion at one time: evidence, versions, customer, value, credit."""

    append_only = True

    conversion_id = IdField()
    definition = models.ForeignKey(
        "programs.Definition", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    program = models.ForeignKey(
        "programs.Program", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField()
    model = models.CharField(max_length=40)
    evidence_id = IdField()
    corroborating = models.PositiveIntegerField()
    occurred_at = models.DateTimeField()
    subject = models.CharField(max_length=210)
    customer_type = models.CharField(max_length=10)
    value_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    via = models.CharField(max_length=10)
    credited = models.BooleanField()
    reason = models.CharField(max_length=40)
    decided_at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["conversion_id"], name="attribution_by_conversion"),
            models.Index(fields=["brand", "occurred_at"], name="attribution_by_time"),
        ]


class Credit(BrandOwned):
    """One touchpoint's part in an attribution: a share above zero, or zero and the reason. In path order."""

    append_only = True

    attribution = models.ForeignKey(Attribution, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    event_id = IdField()
    share_ppb = models.BigIntegerField()
    reason = models.CharField(max_length=40)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(share_ppb__gt=0, share_ppb__lte=10**9, reason="")
                | (models.Q(share_ppb=0) & ~models.Q(reason="")),
                name="credit_has_share_or_reason",
            ),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["event_id"], name="credit_by_touchpoint")]


class Revision(BrandOwned):
    """From which step on a conversion had which attribution. `batch` numbers the steps of this stage."""

    append_only = True

    conversion_id = IdField()
    attribution = models.ForeignKey(Attribution, on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.BigIntegerField()
    withdrawn = models.BooleanField()
    decided_at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "batch"], name="revision_by_batch"),
            models.Index(fields=["conversion_id"], name="revision_by_conversion"),
        ]


class Binding(BrandOwned):
    """A customer's tie to partners, as the binding conversion's current attribution says, or as it was brought along.

    The newest row of a customer holds. One without shares says that the tie ended: its conversion lost its credit.
    One of conversion_id and event_id is set; event_id is that of the event by which the tie was brought along.
    """

    append_only = True

    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    conversion_id = IdField(null=True)
    event_id = IdField(null=True)
    batch = models.BigIntegerField()
    since = models.DateTimeField()
    shares = models.JSONField()
    duration_days = models.PositiveIntegerField(null=True)
    break_after_days = models.PositiveIntegerField(null=True)
    decided_at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "program", "customer"], name="binding_by_customer"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(conversion_id__isnull=False, event_id__isnull=True)
                | models.Q(conversion_id__isnull=True, event_id__isnull=False),
                name="binding_made_or_brought",
            ),
        ]
