"""Tables of what is reported. Rows are only added; of one source and reference the latest received counts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField
from tallystick.foundation.scoping import BrandOwned


class Reported(BrandOwned):
    """What all reports have: where they came from, and what they are about.

    `batch` numbers the step of the journey that recorded it, as in events. `reference`: a later report of the same
    source and reference stands for this one.
    """

    append_only = True

    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="+")
    receipt_id = IdField()
    leg = models.PositiveSmallIntegerField()
    batch = models.BigIntegerField()
    source = models.CharField(max_length=64)
    reference = models.CharField(max_length=300)
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    attributes = models.JSONField(default=dict)

    class Meta(BrandOwned.Meta):
        abstract = True


def _indexes(name: str, day: str) -> list[Any]:
    return [
        models.Index(fields=["brand", "source", "reference"], name=f"{name}_by_reference"),
        models.Index(fields=["brand", "batch"], name=f"{name}_by_batch"),
        models.Index(fields=["brand", day], name=f"{name}_by_day"),
        models.Index(fields=["receipt_id"], name=f"{name}_by_receipt"),
    ]


def _partnership() -> Any:
    return models.ForeignKey(
        "partnerships.Partnership", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )


def _channel() -> Any:
    return models.ForeignKey(
        "programs.Channel", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )


def _campaign() -> Any:
    return models.ForeignKey(
        "partnerships.Campaign", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )


class ReportedTotal(Reported):
    """A total of one day: either a number, in millionths so that it is exact, or money."""

    measure = models.SlugField(max_length=60, db_index=False)
    on = models.DateField()
    value_millionths = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    partnership = _partnership()
    placement = models.ForeignKey(
        "partnerships.Placement", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    channel = _channel()
    campaign = _campaign()

    class Meta(Reported.Meta):
        indexes: ClassVar[list[Any]] = _indexes("total", "on")


class Cost(Reported):
    """What was spent on a partnership, a channel, a campaign or the program as a whole."""

    kind = models.CharField(max_length=30)
    on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    partnership = _partnership()
    channel = _channel()
    campaign = _campaign()

    class Meta(Reported.Meta):
        indexes: ClassVar[list[Any]] = _indexes("cost", "on")


class PastCommission(Reported):
    """A commission that another platform kept, as history. It stands in no ledger of ours."""

    partnership = _partnership()
    customer = models.CharField(max_length=200, null=True)
    order = models.CharField(max_length=200, null=True)
    kind = models.CharField(max_length=30)
    amount_minor = models.BigIntegerField()
    sale_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20)
    status_raw = models.CharField(max_length=200)
    earned_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta(Reported.Meta):
        indexes: ClassVar[list[Any]] = _indexes("commission", "earned_at")


class ReportedOrder(Reported):
    """An order as the shop has it; its reference is the order's number."""

    order = models.CharField(max_length=200)
    customer = models.CharField(max_length=200, null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    code = models.CharField(max_length=200, null=True)
    status = models.CharField(max_length=20)
    status_raw = models.CharField(max_length=200)
    ordered_at = models.DateTimeField()

    class Meta(Reported.Meta):
        indexes: ClassVar[list[Any]] = [
            *_indexes("shop_order", "ordered_at"),
            models.Index(fields=["brand", "order"], name="shop_order_by_number"),
        ]
