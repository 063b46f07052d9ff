"""Every key of a program that a receipt may name."""

from __future__ import annotations

from uuid import UUID

from tallystick.partners.partnerships.models import Campaign, Code, Link, Partnership, Placement
from tallystick.partners.partnerships.rules import Directory, Origin
from tallystick.partners.programs.models import Channel


def directory(program_id: UUID) -> Directory:
    """Every key of a program that a receipt may name, read at one time: also of what is archived, paused or ended."""
    # Only the columns: with ten thousand partners, making objects of all rows is most of the time that a step takes.
    partners = dict(Partnership.objects.filter(program_id=program_id).values_list("id", "partner__key"))
    of_program = {"partnership__program_id": program_id}
    placements = Placement.objects.filter(**of_program).values_list("id", "key", "partnership_id")
    named = ("id", "key", "partnership_id", "placement_id", "campaign_id")
    links = Link.objects.filter(**of_program).values_list(*named)
    codes = Code.objects.filter(**of_program).values_list(*named)
    return Directory(
        program_id=program_id,
        partners={key: Origin(partnership_id=row_id) for row_id, key in partners.items()},
        placements={(partners[owner], key): Origin(owner, row_id) for row_id, key, owner in placements},
        links={key: Origin(owner, at, link_id=row, campaign_id=of) for row, key, owner, at, of in links},
        codes={key: Origin(owner, at, code_id=row, campaign_id=of) for row, key, owner, at, of in codes},
        channels={key: Origin(channel_id=row_id) for row_id, key in Channel.objects.values_list("id", "key")},
        campaigns=dict(Campaign.objects.filter(program_id=program_id).values_list("key", "id")),
    )
