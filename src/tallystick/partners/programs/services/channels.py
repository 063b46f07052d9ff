"""Open and change a house channel of the brand in scope."""

from __future__ import annotations

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.programs.keeping import keep_changed, keep_new
from tallystick.partners.programs.models import Channel


def open_channel(*, key: str, name: str, by: Actor) -> Channel:
    """Open a house channel. Raises BadValue, KeyTaken."""
    return keep_new(Channel(key=key, name=name), by=by)


def change_channel(channel: Channel, *, by: Actor, name: str) -> Channel:
    """Rename a house channel. Raises BadValue."""
    return keep_changed(channel, by=by, said={"name": name})
