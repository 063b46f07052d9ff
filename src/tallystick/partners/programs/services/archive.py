"""Put away what is no longer chosen, and take it out again."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction

from tallystick.foundation.audit.acts import Actor
from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.programs.keeping import locked, note
from tallystick.partners.programs.models import Archivable
from tallystick.partners.programs.values import plain_value

Row = TypeVar("Row", bound=Archivable)


class AlreadySo(Foreseen):
    """What is archived is not archived again, and what is not is not restored."""

    exit = Exit.REFUSED


def archive(row: Row, *, by: Actor) -> Row:
    """Put a row away: it is in no list and can be chosen nowhere.

    Nothing else changes: its key stays taken, what it tracked and what it still tracks stays credited. To stop credit,
    pause or end the partnership. Returns the row as it stands then. Raises AlreadySo.
    """
    return _put(row, clock.now(), "archived", by=by)


def restore(row: Row, *, by: Actor) -> Row:
    """Take a row out of the archive as it was put there. Returns it as it stands then. Raises AlreadySo."""
    return _put(row, None, "restored", by=by)


def _put(row: Row, at: datetime | None, done: str, *, by: Actor) -> Row:
    with transaction.atomic():
        now = locked(row)
        if bool(now.archived_at) is bool(at):
            raise AlreadySo("%(handle)r is %(done)s already", handle=now.handle, done=done)
        change = (plain_value(now.archived_at), plain_value(at))
        type(now).objects.filter(pk=now.pk).update(archived_at=at)
        now.archived_at = at
        note(now, done, by=by, changes={"archived_at": change})
    return now
