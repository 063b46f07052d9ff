"""Many at once under one `Idempotency-Key`: run in a process of its own, on a database that it may fill."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.partnerships.models import Partner
from tests.doors.api_cast import Caller, Said, opened

BODY = {"key": "carol", "name": "Carol", "kind": "creator"}


def race(callers: int) -> dict[str, object]:
    """Open one partner so many times at once. Returns the answers, and how many effects there are."""
    world = opened("Acme")
    start = Barrier(callers)

    def call(_number: int) -> Said:
        caller = Caller(world.full.key)
        start.wait()
        try:
            return caller.post("/partners", BODY, idempotency_key="carol-1")
        finally:
            connection.close()

    with ThreadPoolExecutor(callers) as pool:
        answers = list(pool.map(call, range(callers)))
    with brand_scope(world.brand.id):
        made = Partner.objects.filter(key="carol").count()
        lines = AuditLine.objects.filter(brand_id=world.brand.id, act="partner.opened", label="carol").count()
    return {
        "statuses": sorted({answer.status for answer in answers}),
        "bodies": len({json.dumps(answer.body) for answer in answers}),
        "replayed": sum("Idempotent-Replayed" in answer.headers for answer in answers),
        "made": made,
        "lines": lines,
    }


def main(callers: int) -> None:
    """Print the outcome of a race as JSON."""
    print(json.dumps(race(callers)))
