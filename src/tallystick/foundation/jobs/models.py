"""Jobs as rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField, id_column


class JobState(models.TextChoices):
    """Where a job stands. Running means that somebody holds it until `next_at`."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """One piece of work: its kind, what it needs to know, and how often it was tried.

    brand_id is the brand in scope when it was asked for and is opened when it runs; NULL for the installation's own.
    """

    id = id_column()
    brand_id = IdField(null=True)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_in_known_state")
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["state", "next_at"], name="jobs_that_are_due")]

    def __str__(self) -> str:
        return self.kind
