"""The second stage of the journey: events become conversions and credits. Identifier: ATTR-STAGE.

Reads events in the batches in which they were recorded. When a definition gets a new version, or the history day,
the coupon partners or the identity limit change, it begins again from the first batch: decisions that come out
the same write nothing.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.failpoints import reach
from tallystick.measurement.attribution.gathering import coupon_ids
from tallystick.measurement.attribution.services import credit
from tallystick.partners.programs.models import DefinitionVersion, Program
from tallystick.tracking.events.models import Event

NAME = "attribution"


def run(brand_id: UUID, *, max_customers: int) -> Progress:
    """Credit what the next batch of events concerns. Idempotent; resumes where the cursor stands."""
    with lane(brand_id):
        now = terms(max_customers)
        stood: dict[str, Any] = position(NAME) or {"batch": 0, "terms": now}
        after = stood["batch"] if stood["terms"] == now else 0
        batch = (
            Event.objects.filter(batch__gt=after).order_by("batch").values_list("batch", flat=True).first()
        )
        if batch is None:
            return Progress(done=0, left=0)
        events = list(Event.objects.filter(batch=batch))
        credit(events, max_customers=max_customers)
        advance(NAME, {"batch": batch, "terms": now})
        more = Event.objects.filter(batch__gt=batch).exists()
        reach("attribution.crediting")
    reach("attribution.credited")
    return Progress(done=len(events), left=int(more))


def terms(max_customers: int) -> str:
    """What all decisions of a brand rest on besides its events, as one short text: another text, decide again."""
    versions = sorted(map(str, DefinitionVersion.objects.values_list("id", flat=True)))
    programs = sorted(
        (str(key), str(day), zone)
        for key, day, zone in Program.objects.values_list("id", "history_from", "zone")
    )
    coupons = sorted(map(str, coupon_ids()))
    return ids.derive(msgspec.json.encode([versions, programs, coupons, max_customers])).hex


def behind(brand_id: UUID, *, max_customers: int) -> int:
    """How many events wait to be credited; all of them where the terms have changed."""
    with brand_scope(brand_id):
        stood: dict[str, Any] = position(NAME) or {"batch": 0, "terms": ""}
        after = stood["batch"] if stood["terms"] == terms(max_customers) else 0
        return Event.objects.filter(batch__gt=after).count()
