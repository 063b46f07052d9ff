"""API keys: made, rotated, revoked, and found again from what a caller sends. The key itself is shown once."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction

from tallystick.foundation.audit.acts import Act, Actor, ActorKind, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.outbox.services import announce
from tallystick.foundation.scoping import across_brands
from tallystick.kit import clock, ids
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts import key_text
from tallystick.partners.accounts.models import ApiKey
from tallystick.partners.accounts.queries import rights_of_actor
from tallystick.partners.accounts.rules import KEY_RIGHTS

LIFE: Final = timedelta(days=365)
"""How long a key lives where nothing else is asked for."""

LONGEST_LIFE: Final = timedelta(days=2 * 365)
LONGEST_OVERLAP: Final = timedelta(days=7)
MOST_KEYS: Final = 100
"""Keys of a brand that can be used."""

USE_NOTED_EVERY: Final = timedelta(minutes=1)


class BadKey(Foreseen, ValueError):
    """A key that cannot be made as asked; the message says what can."""

    exit = Exit.USAGE


class KeyEnded(Foreseen):
    """The key is revoked, too old, or has another in its place."""

    exit = Exit.REFUSED


@transaction.atomic
def make_key(
    *, name: str, scopes: Collection[str], expires_at: datetime | None = None, by: Actor
) -> tuple[ApiKey, str]:
    """Make a key of the brand in scope; the second of the pair is the key itself, which nobody can read again.

    scopes: names of rights that keys may have and that `by` has. expires_at: default in a year, at most in two.
    Raises BadKey.
    """
    if not name.strip():
        raise BadKey("The key needs a name: what uses it, and where.")
    now = clock.now()
    if usable_keys(now).filter(name=name.strip()[:200]).exists():
        raise BadKey(
            "A key “%(name)s” is in use. Rotate it, or give the new one another name.", name=name.strip()
        )
    ends = expires_at or now + LIFE
    if not now < ends <= now + LONGEST_LIFE:
        raise BadKey("A key lives until a day in the next two years; %(day)s is none.", day=ends.date())
    if usable_keys(now).count() >= MOST_KEYS:
        raise BadKey(
            "%(count)s keys are in use, which is the most. Revoke those nobody needs.", count=MOST_KEYS
        )
    granted = _granted(scopes, by=by)
    key, text = _made(ApiKey(name=name.strip()[:200], scopes=granted, expires_at=ends), by=by)
    _tell("key.made", key, by=by, changes={"scopes": (None, granted), "expires_at": (None, ends.isoformat())})
    return key, text


@transaction.atomic
def rotate_key(key: ApiKey, *, overlap: timedelta, by: Actor) -> tuple[ApiKey, str]:
    """Make a key in the place of another: same name, scopes and length of life; the old one goes on for `overlap`.

    overlap: 0 to 7 days. Raises BadKey, also where `by` has not all of the scopes; KeyEnded.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise BadKey("The old key can go on for up to %(days)s days.", days=LONGEST_OVERLAP.days)
    old, now = _held(key), clock.now()
    if ApiKey.objects.filter(replaces=old).exists():
        raise KeyEnded("“%(name)s” was rotated already; rotate the key that took its place.", name=old.name)
    life = min(old.expires_at - old.created_at, LONGEST_LIFE)
    fresh = ApiKey(name=old.name, scopes=_granted(old.scopes, by=by), expires_at=now + life, replaces=old)
    fresh, text = _made(fresh, by=by)
    ends = min(old.expires_at, now + overlap)
    ApiKey.objects.filter(id=old.id).update(expires_at=ends)
    changes = {
        "beginning": (old.beginning, fresh.beginning),
        "old_key_expires_at": (old.expires_at.isoformat(), ends.isoformat()),
    }
    _tell("key.rotated", fresh, by=by, changes=changes)
    return fresh, text


@transaction.atomic
def revoke_key(key: ApiKey, *, by: Actor) -> None:
    """End a key now. Raises KeyEnded where it has ended already."""
    held, now = _held(key), clock.now()
    ApiKey.objects.filter(id=held.id).update(revoked_at=now)
    _tell("key.revoked", held, by=by, changes={"revoked_at": (None, now.isoformat())})


def whose_key(text: str) -> ApiKey | None:
    """The key that a caller sent, of any brand, while it can be used; None for everything else.

    What is mistyped is told by its check, without the database. That it was used is noted at most once a minute.
    """
    if not key_text.is_whole(text):
        return None
    digest = key_text.digest(text)
    found = across_brands(ApiKey).select_related("brand").filter(sha256=digest).first()
    now = clock.now()
    if found is None or not hmac.compare_digest(found.sha256, digest):
        return None
    if found.revoked_at is not None or found.expires_at <= now:
        return None
    _note_use(found, now)
    return found


def usable_keys(at: datetime) -> models.QuerySet[ApiKey]:
    """The keys of the brand in scope that are neither revoked nor too old."""
    return ApiKey.objects.filter(revoked_at__isnull=True, expires_at__gt=at)


def _note_use(key: ApiKey, now: datetime) -> None:
    before = now - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > before:
        return
    stale = models.Q(last_used_at__isnull=True) | models.Q(last_used_at__lte=before)
    across_brands(ApiKey).filter(stale, id=key.id).update(last_used_at=now)
    key.last_used_at = now


def _granted(scopes: Collection[str], *, by: Actor) -> list[str]:
    wanted = sorted(set(scopes))
    if not wanted:
        raise BadKey("Choose what the key may do: at least one of %(rights)s.", rights=", ".join(KEY_RIGHTS))
    unknown = [name for name in wanted if name not in KEY_RIGHTS]
    if unknown:
        raise BadKey("A key cannot have: %(names)s.", names=", ".join(unknown))
    # A key makes no keys: whoever held one could outlive its end.
    own = frozenset[str]() if by.kind is ActorKind.API_KEY else rights_of_actor(by)
    missing = [name for name in wanted if name not in own]
    if missing:
        raise BadKey("A key can have no right that you have not: %(names)s.", names=", ".join(missing))
    return wanted


def _made(key: ApiKey, *, by: Actor) -> tuple[ApiKey, str]:
    text = key_text.compose("".join(secrets.choice(key_text.ALPHABET) for _ in range(key_text.SECRET_LENGTH)))
    key.beginning, key.sha256 = key_text.beginning(text), key_text.digest(text)
    key.created_by, key.created_by_id = by.name[:254], by.id if by.kind is ActorKind.PERSON else None
    key.save(force_insert=True)
    return key, text


def _held(key: ApiKey) -> ApiKey:
    """The key as it stands now, usable, and held until the transaction ends."""
    held = ApiKey.objects.select_for_update().get(id=key.id)
    if held.revoked_at is not None:
        raise KeyEnded("“%(name)s” is revoked already.", name=held.name)
    if held.expires_at <= clock.now():
        raise KeyEnded("“%(name)s” has ended; make another.", name=held.name)
    return held


def _tell(act: str, key: ApiKey, *, by: Actor, changes: dict[str, tuple[Any, Any]]) -> None:
    subject = Subject("key", key.id, f"{key.name} ({key.beginning}…)")
    record(Act(act, subject, by=by, changes=changes))
    body: dict[str, Any] = {"name": key.name, "beginning": key.beginning, "scopes": key.scopes}
    if key.replaces_id:
        body["replaces"] = ids.show("key", key.replaces_id)
    announce(act, subject=subject.text, body=body)
