"""What links and codes may be joined with."""

from __future__ import annotations

from tallystick.partners.partnerships.models import Campaign, Partnership, Placement
from tallystick.partners.programs.values import BadValue


def refuse_foreign_to(
    partnership: Partnership, *, placement: Placement | None, campaign: Campaign | None
) -> None:
    """Raise BadValue for a placement of another partnership or a campaign of another program."""
    if placement is not None and placement.partnership_id != partnership.id:
        raise BadValue(
            "the placement %(placement)r is not one of %(partnership)s",
            field="placement",
            placement=placement.handle,
            partnership=partnership.handle,
        )
    if campaign is not None and campaign.program_id != partnership.program_id:
        raise BadValue(
            "the campaign %(campaign)r is not one of the program %(program)s",
            field="campaign",
            campaign=campaign.handle,
            program=partnership.program.key,
        )
