"""The second stage of the journey: events become conversions and credits. Identifier: ATTR-STAGE.

Reads events in the batches in which they were recorded. When a definition gets a new version, or the history day,
the coupon partners or the identity limit change, it begins again from the first batch; when a partnership is paused,
resumed or ended, from the first batch with an event of that time or later. Decisions that come out the same write
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Min

from tallystick.foundation.batches import Waiting, waiting, whole_batches
from tallystick.foundation.lanes import Progress, advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.failpoints import reach
from tallystick.measurement.attribution.concerned import concerned
from tallystick.measurement.attribution.gathering import coupon_ids
from tallystick.measurement.attribution.services import credit
from tallystick.partners.partnerships.queries.standings import changed_since, newest_change
from tallystick.partners.programs.models import DefinitionVersion, Program
from tallystick.tracking.events.models import Event

NAME = "attribution"


def run(brand_id: UUID, *, max_customers: int, limit: int) -> Progress:
    """Credit what the next batches of events concern, about `limit` events; once, however often it is repeated."""
    with lane(brand_id):
        now = _terms_now(max_customers)
        after = _after(now)
        upto, more = whole_batches(Event.objects.all(), after=after, limit=limit)
        if upto == after:
            return Progress(done=0, left=0)
        about = concerned(after, upto, max_customers=max_customers)
        credit(about.met, max_customers=max_customers, received_from=about.received_from)
        advance(NAME, {"batch": upto, **now})
        reach("attribution.crediting")
    reach("attribution.credited")
    return Progress(done=about.events, left=more)


def terms(max_customers: int) -> str:
    """What all decisions of a brand rest on besides its events, as one short text: another text, decide again."""
    versions = sorted(map(str, DefinitionVersion.objects.values_list("id", flat=True)))
    programs = sorted(
        (str(key), str(day), zone)
        for key, day, zone in Program.objects.values_list("id", "history_from", "zone")
    )
    coupons = sorted(map(str, coupon_ids()))
    return ids.derive(msgspec.json.encode([versions, programs, coupons, max_customers])).hex


def behind(brand_id: UUID, *, max_customers: int) -> Waiting:
    """The events that wait to be credited; all of them where the terms have changed."""
    with brand_scope(brand_id):
        return waiting("events", _after(_terms_now(max_customers)))


def _terms_now(max_customers: int) -> dict[str, Any]:
    """What the cursor keeps beside its batch: what decisions rest on, and the newest change of a partnership."""
    return {"terms": terms(max_customers), "change": newest_change()}


def _after(now: Mapping[str, Any]) -> int:
    """The batch after which to read on, under the terms of now. Identifier: ATTR-STANDING.

    Changes of partnerships that were not seen yet lead back to before the first event of their time: nothing that
    happened earlier is decided by them.
    """
    stood: dict[str, Any] | None = position(NAME)
    if stood is None or stood["terms"] != now["terms"]:
        return 0
    since = changed_since(stood["change"])
    if since is None:
        return int(stood["batch"])
    first = Event.objects.filter(occurred_at__gte=since).aggregate(first=Min("batch"))["first"]
    return int(stood["batch"]) if first is None else min(int(stood["batch"]), first - 1)
