"""How states look: a tone and a drawing for each word, the same on every page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Look:
    """How one state is shown. tone: quiet, good, wait, caution or bad, a class of badges and notices."""

    label: str | Promise
    icon: str
    tone: str


def _looks() -> dict[str, Look]:
    quiet, good, wait, caution, bad = (
        partial(Look, tone=tone) for tone in ("quiet", "good", "wait", "caution", "bad")
    )
    return {
        # partnerships
        "applied": wait(_("applied"), "inbox"),
        "invited": wait(_("invited"), "send"),
        "onboarding": wait(_("onboarding"), "circle-dot"),
        "active": good(_("active"), "circle-check"),
        "paused": caution(_("paused"), "circle-pause"),
        "ended": quiet(_("ended"), "circle-x"),
        # what can be put away
        "live": good(_("live"), "circle-check"),
        "archived": quiet(_("archived"), "archive"),
        # invitations and proposals
        "open": wait(_("open"), "circle-dashed"),
        "accepted": good(_("accepted"), "circle-check"),
        "approved": good(_("approved"), "circle-check"),
        "declined": bad(_("declined"), "circle-x"),
        "withdrawn": quiet(_("withdrawn"), "circle-x"),
        "expired": caution(_("expired"), "clock"),
        "revoked": bad(_("revoked"), "circle-x"),
        # files on their way in
        "uploading": wait(_("uploading"), "upload"),
        "arrived": wait(_("not begun"), "circle-dashed"),
        "queued": wait(_("in turn"), "clock"),
        "receiving": wait(_("importing"), "circle-dot"),
        "received": good(_("imported"), "circle-check"),
        "stopped": caution(_("stopped"), "circle-pause"),
        # receipts in quarantine
        "released": good(_("replayed"), "circle-check"),
        "dismissed": quiet(_("dismissed"), "circle-x"),
        # mail and jobs
        "waiting": wait(_("waiting"), "clock"),
        "running": wait(_("running"), "circle-dot"),
        "sent": good(_("sent"), "circle-check"),
        "done": good(_("done"), "circle-check"),
        "kept": quiet(_("kept"), "inbox"),
        "failed": bad(_("failed"), "octagon-alert"),
    }


LOOKS: Final[Mapping[str, Look]] = MappingProxyType(_looks())
"""State → how it looks; the words are those that the code uses."""


def look_of(state: str) -> Look:
    """How a state looks; one that is not known here is shown quietly, by its own word."""
    return LOOKS.get(state) or Look(state.replace("_", " "), "circle", "quiet")
