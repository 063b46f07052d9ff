"""Verbs of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.jobs.models import Job, JobState
from tallystick.foundation.jobs.registry import HANDLERS
from tallystick.foundation.lanes import Progress
from tallystick.foundation.scoping import brand_or_none, brand_scope
from tallystick.kit import clock
from tallystick.kit.backoff import backoff_seconds
from tallystick.kit.errors import Exit, Foreseen

TRIES: Final = 12
FIRST_WAIT_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 3600.0
"""Twelve tries take about two hours: as long as a mail server may be away before a person has to look."""

LEASE: Final = timedelta(minutes=10)
"""How long whoever took a job has it for themselves. Work on one job has to be shorter."""

KEEP_DONE: Final = timedelta(days=7)

log = structlog.get_logger(__name__)


class NotToRetry(Foreseen):
    """A job that is done, or at work."""

    exit = Exit.REFUSED


class NobodyDoesIt(Foreseen):
    """A job of a kind that this version of the program does not know."""


def enqueue(kind: str, *, payload: Mapping[str, Any], at: datetime | None = None) -> Job:
    """Ask for a piece of work, in the transaction of the change it follows. at: not before; default at once."""
    now = clock.now()
    job = Job(brand_id=brand_or_none(), kind=kind, payload=dict(payload), next_at=at or now, created_at=now)
    job.save(force_insert=True)
    return job


def run_due(*, limit: int) -> Progress:
    """Do the jobs that are due, the longest waiting first; one that fails keeps no other from its turn.

    Not to be called inside a transaction: what a job does stands by itself, and takes its time.
    """
    due = Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING), next_at__lte=clock.now())
    found = list(due.order_by("next_at")[: limit + 1])
    done = sum(_run(job) for job in found[:limit])
    return Progress(done, int(len(found) > limit))


@transaction.atomic
def retry(job: Job, *, by: Actor) -> Job:
    """Try a job again now, with all its tries before it: one that failed for good, or one that waits.

    Raises NotToRetry for one that is done or at work.
    """
    tried = Job.objects.filter(id=job.id, state__in=(JobState.FAILED, JobState.WAITING))
    again = {"state": JobState.WAITING, "attempts": 0, "next_at": clock.now(), "ended_at": None}
    if not tried.update(**again):
        raise NotToRetry("This job is done or at work: there is nothing to try again.")
    with _scope_of(job):
        record(Act("job.retried", Subject("job", job.id, job.kind), by=by))
    job.refresh_from_db()
    return job


def sweep() -> int:
    """Forget the jobs that were done a week ago and before; those that failed stay. Returns how many."""
    old = Job.objects.filter(state=JobState.DONE, ended_at__lt=clock.now() - KEEP_DONE)
    return old.delete()[0]


def _run(job: Job) -> bool:
    """Take a job and do it. False when somebody else was quicker."""
    if not _claim(job):
        return False
    try:
        _do(job)
    except Exception as error:
        log.warning("job failed", job=str(job.id), kind=job.kind, tries=job.attempts, exc_info=True)
        _failed(job, _said(error))
    else:
        _settle(job, state=JobState.DONE, error="", ended_at=clock.now())
    return True


def _claim(job: Job) -> bool:
    """Compare and swap: whoever finds the row as they read it has it until the lease is over. Identifier: JOB-CLAIM.

    One that was tried often enough and whose last worker never said how it went has failed: it may be the job that
    ends the worker.
    """
    seen = Job.objects.filter(id=job.id, state=job.state, attempts=job.attempts, next_at=job.next_at)
    if job.state == JobState.RUNNING and job.attempts >= TRIES:
        ended = "The worker ended while it was at this job, and so did the ones before it."
        seen.update(state=JobState.FAILED, error=ended, ended_at=clock.now())
        return False
    until = clock.now() + LEASE
    if not seen.update(state=JobState.RUNNING, attempts=job.attempts + 1, next_at=until):
        return False
    job.state, job.attempts, job.next_at = JobState.RUNNING, job.attempts + 1, until
    return True


def _do(job: Job) -> None:
    handler = HANDLERS.get(job.kind)
    if handler is None:
        raise NobodyDoesIt("this version of Tallystick knows no jobs of the kind “%(kind)s”", kind=job.kind)
    with _scope_of(job):
        handler(job.payload)


def _failed(job: Job, error: str) -> None:
    """Wait longer each time, and at last no more. Identifier: JOB-BACKOFF."""
    if job.attempts >= TRIES:
        _settle(job, state=JobState.FAILED, error=error, ended_at=clock.now())
        return
    wait = backoff_seconds(job.attempts, first=FIRST_WAIT_SECONDS, longest=LONGEST_WAIT_SECONDS)
    _settle(job, state=JobState.WAITING, error=error, next_at=clock.now() + timedelta(seconds=wait))


def _settle(job: Job, **outcome: Any) -> None:
    """Say how it went, unless the lease was over and somebody else has the job."""
    held = Job.objects.filter(id=job.id, state=JobState.RUNNING, attempts=job.attempts, next_at=job.next_at)
    if not held.update(**outcome):
        log.warning("job took longer than its lease", job=str(job.id), kind=job.kind)


def _said(error: Exception) -> str:
    """The error in a sentence without secrets: what we foresee says it itself; of anything else only its kind."""
    if isinstance(error, Foreseen):
        return str(error)[:1000]
    why = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return f"{type(error).__name__}{why}. The log of the worker says where."[:1000]


def _scope_of(job: Job) -> AbstractContextManager[None]:
    return brand_scope(job.brand_id) if job.brand_id else nullcontext()
