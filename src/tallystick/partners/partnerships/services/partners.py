"""Open and change a partner of the brand in scope."""

from __future__ import annotations

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.programs.keeping import keep_changed, keep_new


def open_partner(
    *, key: str, name: str, kind: str, website: str = "", contact: str = "", by: Actor
) -> Partner:
    """Open a partner. Its key never changes: receipts name it.

    website, contact: a web and an e-mail address, or empty. Raises BadValue for a kind that does not exist and for what
    is no address; KeyTaken.
    """
    return keep_new(Partner(key=key, name=name, kind=kind, website=website, contact=contact), by=by)


def change_partner(
    partner: Partner, *, by: Actor, name: str, kind: str, website: str = "", contact: str = ""
) -> Partner:
    """Say anew what a partner is called, what it is and how it is reached. Raises BadValue."""
    said = {"name": name, "kind": kind, "website": website, "contact": contact}
    return keep_changed(partner, by=by, said=said)
