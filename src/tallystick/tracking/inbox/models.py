"""The quarantine: receipts that could not become events, each with what to do about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField
from tallystick.foundation.scoping import BrandOwned
from tallystick.tracking.inbox.rules import Reason


class Quarantined(BrandOwned):
    """One receipt that waits, or waited: why, where in its file, and how often it was tried.

    Dismissed: a person said that nothing will come of it. It can be taken back, and a corrected body still counts.

    The receipt stays in its store unchanged; releasing it means reading it again with its own `received_at`.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RELEASED = "released"
        DISMISSED = "dismissed"

    receipt_id = IdField(editable=False)
    reason = models.CharField(max_length=24, choices=[(reason.value, reason.value) for reason in Reason])
    detail = models.TextField()
    fix = models.TextField()
    file = models.TextField(blank=True)
    line = models.PositiveBigIntegerField(null=True)
    column = models.TextField(blank=True)
    value = models.TextField(blank=True)
    rows = models.PositiveIntegerField(default=1)
    """How many rows of a file wait with it."""
    order = models.CharField(max_length=200, blank=True)
    """The order it is about, as far as that could be read."""
    program = models.CharField(max_length=60, blank=True)
    unknown = models.CharField(max_length=10, blank=True)
    """What `value` stood for where nobody knows it, in the program with the key `program`: partner, placement, link,
    code or channel.
    """
    quarantined_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    released_at = models.DateTimeField(null=True)
    """Since when it waits no longer: released or dismissed."""
    why = models.TextField(blank=True)
    """Why a person dismissed it; of one that was released, what took its place."""

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "receipt_id"], name="one_quarantine_per_receipt"),
            models.CheckConstraint(
                condition=models.Q(reason__in=[reason.value for reason in Reason]),
                name="quarantine_has_known_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", released_at__isnull=True)
                | models.Q(state__in=["released", "dismissed"], released_at__isnull=False),
                name="quarantine_released_with_time",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "state", "reason", "receipt_id"], name="quarantine_in_order"),
            models.Index(fields=["brand", "order"], name="quarantine_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
