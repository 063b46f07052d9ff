"""Open and change a link: a URL that is tracked."""

from __future__ import annotations

import re
from typing import Final

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Campaign, Link, Partnership, Placement
from tallystick.partners.partnerships.services.belonging import refuse_foreign_to
from tallystick.partners.programs.keeping import keep_changed, keep_new
from tallystick.partners.programs.values import BadValue

KEY: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.~]{0,79}")
"""What the key of a link looks like: it is the last part of a short address."""


def open_link(
    partnership: Partnership,
    *,
    key: str,
    destination: str,
    placement: Placement | None = None,
    campaign: Campaign | None = None,
    by: Actor,
) -> Link:
    """Open a link of a partnership. A link never changes hands: its key is one in the brand and stays.

    Raises BadValue for a destination that no visitor can be sent to, and for a placement or campaign of others;
    KeyTaken.
    """
    if not KEY.fullmatch(key):
        raise BadValue(
            "`key` is %(key)r; the key of a link has 1 to 80 letters a–z, digits and - _ . ~, a letter or a digit "
            "first",
            field="key",
            key=key,
        )
    refuse_foreign_to(partnership, placement=placement, campaign=campaign)
    link = Link(
        partnership=partnership, key=key, destination=destination, placement=placement, campaign=campaign
    )
    return keep_new(link, by=by)


def change_link(
    link: Link,
    *,
    by: Actor,
    destination: str,
    placement: Placement | None = None,
    campaign: Campaign | None = None,
) -> Link:
    """Send a link elsewhere, or put it at another placement or into another campaign. Raises BadValue."""
    refuse_foreign_to(link.partnership, placement=placement, campaign=campaign)
    said = {"destination": destination, "placement": placement, "campaign": campaign}
    return keep_changed(link, by=by, said=said)
