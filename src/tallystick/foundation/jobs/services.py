"""Verbs of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tallystick.foundation.jobs.models import Job
from tallystick.foundation.scoping import brand_or_none
from tallystick.kit import clock


def enqueue(kind: str, payload: Mapping[str, Any], *, at: datetime | None = None) -> Job:
    """Ask for a piece of work, in the transaction of the change it follows. at: not before; default at once."""
    now = clock.now()
    job = Job(brand_id=brand_or_none(), kind=kind, payload=dict(payload), next_at=at or now, created_at=now)
    job.save(force_insert=True)
    return job
