"""Verbs of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from tallystick.foundation.jobs.services import enqueue
from tallystick.foundation.lanes import Progress
from tallystick.foundation.outbox.models import Announcement, Place
from tallystick.foundation.scoping import across_brands, brand_scope
from tallystick.kit import clock

SUBSCRIBERS: dict[str, list[str]] = {}
"""Topic → kinds of the jobs that are asked for when it is announced. Filled by `subscribe` when apps are made ready."""


def subscribe(topic: str, *, job: str) -> None:
    """Ask for a job of this kind with each announcement of a topic. Subscribing twice is once."""
    kinds = SUBSCRIBERS.setdefault(topic, [])
    if job not in kinds:
        kinds.append(job)


@transaction.atomic
def announce(topic: str, *, subject: str, body: Mapping[str, Any]) -> Announcement:
    """Say in the brand in scope that something happened, in the transaction in which it happens.

    topic: `noun.past`. subject: the id as doors write it. body: JSON values that a subscriber outside may read.
    """
    said = Announcement(topic=topic, subject=subject, body=dict(body), at=clock.now())
    said.save(force_insert=True)
    Place(announcement=said).save(force_insert=True)
    for kind in SUBSCRIBERS.get(topic, ()):
        enqueue(
            kind,
            payload={"announcement": said.id.hex, "topic": topic, "subject": subject, "body": dict(body)},
        )
    return said


def place(*, limit: int) -> Progress:
    """Give the announcements that are committed their places in the feeds, brand after brand.

    A place is given after the commit and by one hand at a time, so that whoever has read up to a place has missed
    nothing before it, however long a transaction took. Identifier: OUTBOX-PLACE.
    """
    waiting = across_brands(Place).filter(sequence__isnull=True)
    brands = list(waiting.order_by("brand_id").values_list("brand_id", flat=True).distinct())
    placed = [_place(brand_id, limit) for brand_id in brands]
    return Progress(sum(placed), int(any(count == limit for count in placed)))


def _place(brand_id: UUID, limit: int) -> int:
    try:
        with brand_scope(brand_id), transaction.atomic():
            waiting = Place.objects.filter(sequence__isnull=True).order_by("announcement_id")
            found = list(waiting.select_for_update()[:limit])
            last = Place.objects.aggregate(last=Max("sequence"))["last"] or 0
            for sequence, row in enumerate(found, last + 1):
                row.sequence = sequence
            return Place.objects.bulk_update(found, ["sequence"])
    except IntegrityError:
        return 0  # Somebody else gave these places at the same moment; what is left waits for the next turn.
