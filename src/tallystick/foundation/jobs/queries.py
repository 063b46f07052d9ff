"""Reads of jobs, over all brands: for whoever looks after the installation."""

from __future__ import annotations

from typing import Final

from tallystick.foundation.jobs.models import Job, JobState
from tallystick.foundation.listing import Listing, equals
from tallystick.kit import ids
from tallystick.kit.errors import Exit, Foreseen

JOBS: Final = Listing(
    rows=Job.objects.all,
    search=("kind", "error"),
    sorts={"asked": "id"},
    sort="-asked",
    filters={"state": equals("state"), "kind": equals("kind")},
)
"""Every job, the newest first."""


class NoSuchJob(Foreseen):
    """An id of no job, or of one that was swept."""

    exit = Exit.NOT_FOUND


def find_job(text: str) -> Job:
    """The job with an id as doors write it (`job_…`). Raises BadId, NoSuchJob."""
    job = Job.objects.filter(id=ids.read_as("job", text)).first()
    if job is None:
        raise NoSuchJob("there is no job %(id)s; one that was done is forgotten after a week", id=text)
    return job


def failed() -> int:
    """How many jobs failed for good and wait for a person."""
    return Job.objects.filter(state=JobState.FAILED).count()
