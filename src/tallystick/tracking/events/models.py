"""Events, the identities they show, and the mappings by which rows of files become events."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField
from tallystick.foundation.scoping import BrandOwned


class Event(BrandOwned):
    """One verified fact. Its id is derived from the receipt's key and the leg, so a replay makes the same row.

    `batch` numbers the step of the journey that recorded it, rising within a brand: later stages read on from
    the last batch they have seen. What counts is decided by `label`; nothing is ever removed.
    """

    append_only = True

    program = models.ForeignKey(
        "programs.Program", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    receipt_id = IdField()
    leg = models.PositiveSmallIntegerField()
    batch = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    visitor = models.CharField(max_length=200, null=True)
    customer = models.CharField(max_length=200, null=True)
    account = models.CharField(max_length=200, null=True)
    session = models.CharField(max_length=200, null=True)
    partnership = models.ForeignKey(
        "partnerships.Partnership", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    placement = models.ForeignKey(
        "partnerships.Placement", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    link = models.ForeignKey(
        "partnerships.Link", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    code = models.ForeignKey(
        "partnerships.Code", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    channel = models.ForeignKey(
        "programs.Channel", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    campaign = models.ForeignKey(
        "partnerships.Campaign", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    order = models.CharField(max_length=200, null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    device = models.CharField(max_length=40, null=True)
    browser = models.CharField(max_length=40, null=True)
    country = models.CharField(max_length=2, null=True)
    visitor_type = models.CharField(max_length=10, default="unknown")
    landing_page = models.CharField(max_length=200, null=True)
    """An address without query and fragment."""
    sub_id = models.CharField(max_length=200, null=True)
    label = models.CharField(max_length=40, default="valid")
    attributes = models.JSONField(default=dict)
    lines = models.JSONField(null=True)
    """Lines of an order: objects with sku, name, category, quantity, unit_price, amount, those that are known; exact
    decimal texts.
    """
    from_rows = models.PositiveIntegerField(default=1)
    """How many rows of a file it was made of."""

    class Meta(BrandOwned.Meta):
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "batch"], name="event_by_batch"),
            models.Index(fields=["brand", "occurred_at"], name="event_by_time"),
            models.Index(fields=["brand", "visitor"], name="event_by_visitor"),
            *(
                # Most events are clicks, which name none of these: what is not in an index costs nothing to keep.
                models.Index(
                    fields=["brand", name],
                    name=f"event_by_{name}",
                    condition=models.Q((f"{name}__isnull", False)),
                )
                for name in ("customer", "account", "order")
            ),
            models.Index(fields=["receipt_id"], name="event_by_receipt"),
        ]


class Identity(BrandOwned):
    """A visitor was at some time identified as a customer. `event_id` is the first event recorded that said so."""

    append_only = True

    visitor = models.CharField(max_length=200)
    customer = models.CharField(max_length=200)
    event_id = IdField()

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "visitor", "customer"], name="one_identity_per_pair"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "customer"], name="identity_by_customer")
        ]


class Mapping(BrandOwned):
    """One version of a saved mapping from the rows of a file to events. Rows are verified by the newest."""

    append_only = True

    name = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "name", "version"], name="one_row_per_mapping_version"),
        ]


class Choice(BrandOwned):
    """What a person said about a name that nobody knew: whose it is, or that it counts for nothing. Remembered.

    role: what the name stood for. value: the name as files write it. One of partnership, placement and channel is set,
    or none where what names it is to be ignored.
    """

    class Role(models.TextChoices):
        PARTNER = "partner"
        PLACEMENT = "placement"
        LINK = "link"
        CODE = "code"
        CHANNEL = "channel"

    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    value = models.CharField(max_length=300)
    partnership = models.ForeignKey(
        "partnerships.Partnership", on_delete=models.PROTECT, related_name="+", null=True
    )
    placement = models.ForeignKey(
        "partnerships.Placement", on_delete=models.PROTECT, related_name="+", null=True
    )
    channel = models.ForeignKey("programs.Channel", on_delete=models.PROTECT, related_name="+", null=True)
    by_name = models.CharField(max_length=254)
    created_at = models.DateTimeField()

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "program", "role", "value"], name="one_choice_per_name"),
        ]
