"""Verbs of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.foundation.jobs.services import enqueue
from tallystick.foundation.outbox.models import Announcement
from tallystick.kit import clock

SUBSCRIBERS: dict[str, list[str]] = {}
"""Topic → kinds of the jobs that are asked for when it is announced. Filled by `subscribe` when apps are made ready."""


def subscribe(topic: str, *, job: str) -> None:
    """Ask for a job of this kind with each announcement of a topic. Subscribing twice is once."""
    kinds = SUBSCRIBERS.setdefault(topic, [])
    if job not in kinds:
        kinds.append(job)


def announce(topic: str, *, subject: str, body: Mapping[str, Any]) -> Announcement:
    """Say in the brand in scope that something happened, in the transaction in which it happens.

    topic: `noun.past`. subject: the id as doors write it. body: JSON values that a subscriber outside may read.
    """
    said = Announcement(topic=topic, subject=subject, body=dict(body), at=clock.now())
    said.save(force_insert=True)
    for kind in SUBSCRIBERS.get(topic, ()):
        enqueue(kind, {"announcement": said.id.hex, "topic": topic, "subject": subject, "body": dict(body)})
    return said
