"""Operations of what is read but never changed: who one is, what happened, who did what."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from pydantic import BaseModel, Field

from tallystick.doors.api.calls import Call, Operation
from tallystick.doors.api.lists import MOST_FILTER, list_shape, listed, query_of
from tallystick.doors.api.once import Answer
from tallystick.doors.api.shapes import id_type
from tallystick.foundation.audit.queries import LINES
from tallystick.foundation.outbox.queries import FEED
from tallystick.kit import ids
from tallystick.kit.listing import MOST_ROWS, Wish

TAG: Final = "Brand"


class BrandOfKey(BaseModel):
    """The brand that the key belongs to, and what the key may do."""

    id: id_type("brd")  # type: ignore[valid-type]
    key: str
    name: str
    zone: str = Field(description="The brand's time zone, as in `Europe/Berlin`.")
    api_key: KeyOfCall


class KeyOfCall(BaseModel):
    """The key of this call."""

    id: id_type("key")  # type: ignore[valid-type]
    name: str
    scopes: list[str] = Field(description="What it may do.")
    expires_at: str = Field(json_schema_extra={"format": "date-time"})
    calls_per_minute: int


class Announced(BaseModel):
    """One thing that happened."""

    id: id_type("ann")  # type: ignore[valid-type]
    place: int = Field(description="Where it stands in the feed; nothing comes before it any more.")
    topic: str = Field(description="What happened: `partnership.paused`.")
    subject: str = Field(description="The id of what it happened to.")
    body: dict[str, Any] = Field(description="What else there is to know.")
    at: str = Field(json_schema_extra={"format": "date-time"})


class Feed(BaseModel):
    """A piece of the feed."""

    data: list[Announced]
    next: int = Field(description="Keep it: `after` of the next call, now or tomorrow.")
    total: int = Field(description="How many there are behind `after`, these included.")


class FeedQuery(BaseModel):
    """From where on, and what of it."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="Most announcements of an answer.")
    after: int = Field(0, ge=0, lt=10**18, description="The `next` that you kept; 0 for the beginning.")
    topic: str = Field("", max_length=MOST_FILTER, description="Only what is called so.")
    subject: str = Field("", max_length=MOST_FILTER, description="Only what happened to this id.")


class AuditedAct(BaseModel):
    """One act of a person, a key, a command or a rule."""

    id: id_type("aud")  # type: ignore[valid-type]
    at: str = Field(json_schema_extra={"format": "date-time"})
    actor_kind: str
    actor_id: str | None
    actor_name: str
    act: str = Field(description="What was done: `partner.opened`.")
    subject: str = Field(description="The id of what it was done to.")
    label: str = Field(description="How people call that.")
    changes: dict[str, list[Any]] = Field(description="Field → what it was, what it is.")
    reason: str


BrandOfKey.model_rebuild()


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (
        Operation(
            "get_brand",
            "GET",
            "/brand",
            None,
            "Get the brand and the key of this call",
            TAG,
            _brand,
            {200: BrandOfKey},
        ),
        Operation(
            "list_announcements",
            "GET",
            "/announcements",
            "announcements.read",
            "Read what happened, in order",
            TAG,
            _feed,
            {200: Feed},
            query=FeedQuery,
            description="Oldest first. Keep `next`, and go on from there; nothing is told twice, nothing is left out.",
        ),
        Operation(
            "list_audit",
            "GET",
            "/audit",
            "audit.read",
            "Read who did what",
            TAG,
            lambda call: listed(LINES, call, _line),
            {200: list_shape(AuditedAct)},
            query=query_of("Audit", LINES),
            description="Newest first.",
        ),
    )


def _brand(call: Call) -> Answer:
    key = call.caller.key
    return Answer(
        {
            "id": ids.show("brd", key.brand.id),
            "key": key.brand.key,
            "name": key.brand.name,
            "zone": key.brand.zone,
            "api_key": {
                "id": ids.show("key", key.id),
                "name": key.name,
                "scopes": sorted(call.caller.scopes),
                "expires_at": key.expires_at.isoformat(),
                "calls_per_minute": settings.TALLYSTICK.api_calls_per_minute,
            },
        }
    )


def _feed(call: Call) -> Answer:
    after = call.query["after"]
    filters = {**{name: call.query[name] for name in ("topic", "subject")}, "after": str(after)}
    page = FEED.page(Wish(filters=filters, limit=call.query["limit"]))
    data = [_announcement(row) for row in page.rows]
    return Answer({"data": data, "next": data[-1]["place"] if data else after, "total": page.total})


def _announcement(row: Any) -> dict[str, Any]:
    return {
        "id": ids.show("ann", row.id),
        "place": row.place.sequence,
        "topic": row.topic,
        "subject": row.subject,
        "body": row.body,
        "at": row.at.isoformat(),
    }


def _line(row: Any) -> dict[str, Any]:
    return {
        "id": ids.show("aud", row.id),
        "at": row.at.isoformat(),
        "actor_kind": row.actor_kind,
        "actor_id": row.actor or None,
        "actor_name": row.actor_name,
        "act": row.act,
        "subject": row.subject,
        "label": row.label,
        "changes": row.changes,
        "reason": row.reason,
    }
