"""Open and change a code: a voucher or referral code."""

from __future__ import annotations

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Campaign, Code, Partnership, Placement
from tallystick.partners.partnerships.services.belonging import refuse_foreign_to
from tallystick.partners.programs.keeping import keep_changed, keep_new


def open_code(
    partnership: Partnership,
    *,
    key: str,
    placement: Placement | None = None,
    campaign: Campaign | None = None,
    by: Actor,
) -> Code:
    """Open a code of a partnership, kept in upper case. It never changes hands: it is one in the brand and stays.

    Raises BadValue, also for a placement or campaign of others; KeyTaken.
    """
    refuse_foreign_to(partnership, placement=placement, campaign=campaign)
    code = Code(partnership=partnership, key=key.strip().upper(), placement=placement, campaign=campaign)
    return keep_new(code, by=by)


def change_code(
    code: Code, *, by: Actor, placement: Placement | None = None, campaign: Campaign | None = None
) -> Code:
    """Put a code at another placement or into another campaign. Raises BadValue."""
    refuse_foreign_to(code.partnership, placement=placement, campaign=campaign)
    return keep_changed(code, by=by, said={"placement": placement, "campaign": campaign})
