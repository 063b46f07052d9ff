"""A call made twice has one effect: its answer is kept under the caller's `Idempotency-Key` and given again.

The answer is written in the transaction of the effect, so that neither exists without the other. Whoever comes second
waits until the first has ended, and is then given the first one's answer. A call that was refused changed nothing and
is not kept: it may be tried again under the same key. Identifier: API-ONCE.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tallystick.doors.api.gate import IDEMPOTENCY_KEY
from tallystick.doors.api.models import KeptAnswer
from tallystick.doors.api.problems import Problem
from tallystick.kit import clock, ids
from tallystick.tracking.inbox.rules import canonical_digest

KEPT_FOR: Final = timedelta(days=30)
SWEPT_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: a status, a JSON value, and headers of its own."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> HttpResponse:
        """The answer as it goes out."""
        return _response(json.dumps(self.body, ensure_ascii=False), self.status, dict(self.headers))


def once(request: HttpRequest, effect: Callable[[], Answer]) -> HttpResponse:
    """Have an effect in one transaction; under an `Idempotency-Key`, have it once and give the first answer again.

    Raises Problem for a key that was used for another call.
    """
    key = request.headers.get(IDEMPOTENCY_KEY)
    with transaction.atomic():
        if key is None:
            return effect().response()
        claim = KeptAnswer(id=ids.new(), key=key, call=_call(request), kept_at=clock.now())
        # A row of the same key that is not committed yet makes this statement wait, here and on SQLite.
        KeptAnswer.objects.bulk_create([claim], ignore_conflicts=True)
        kept = KeptAnswer.objects.get(key=key)
        if kept.id != claim.id:
            return _again(kept, claim.call)
        response = effect().response()
        headers = {name: response[name] for name in ("Location", "ETag") if name in response}
        KeptAnswer.objects.filter(id=claim.id).update(
            status=response.status_code, headers=headers, body=response.content.decode()
        )
        return response


def sweep_answers(before: datetime | None = None) -> int:
    """Forget the answers of the brand in scope that were kept long enough, some at a time. Returns how many."""
    too_old = KeptAnswer.objects.filter(kept_at__lt=before or clock.now() - KEPT_FOR)
    oldest = list(too_old.order_by("kept_at").values_list("id", flat=True)[:SWEPT_AT_ONCE])
    return KeptAnswer.objects.filter(id__in=oldest).delete()[0]


def _again(kept: KeptAnswer, call: str) -> HttpResponse:
    if kept.call != call:
        raise Problem("idempotency_conflict")
    return _response(kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"})


def _call(request: HttpRequest) -> str:
    """What makes two calls the same: method, address with its parameters, and what the body says."""
    body = canonical_digest(request.body, "application/json")
    address = f"{request.method} {request.get_full_path()}".encode()
    return sha256(address + b"\0" + body).hexdigest()


def _response(body: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
