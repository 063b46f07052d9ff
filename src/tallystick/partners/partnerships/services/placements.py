"""Open and change a placement: where a partner promotes."""

from __future__ import annotations

from typing import NotRequired, TypedDict, Unpack

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Partnership, Placement
from tallystick.partners.programs.keeping import keep_changed, keep_new


class SaidOfPlacement(TypedDict):
    """What is said of a placement: its name, its type (blog, email, video, …), where it stands, what it calls to."""

    name: str
    type: str
    position: NotRequired[str]
    call_to_action: NotRequired[str]


def open_placement(
    partnership: Partnership, *, key: str, by: Actor, **said: Unpack[SaidOfPlacement]
) -> Placement:
    """Open a placement of a partnership. Raises BadValue; KeyTaken where the partnership has one of this key."""
    return keep_new(Placement(partnership=partnership, key=key, **said), by=by)


def change_placement(placement: Placement, *, by: Actor, **said: Unpack[SaidOfPlacement]) -> Placement:
    """Say anew what a placement is called, what it is and where it stands. Raises BadValue."""
    return keep_changed(placement, by=by, said=said)
