"""Every key of a program that a receipt may name."""

from __future__ import annotations

from uuid import UUID

from tallystick.partners.partnerships.models import Campaign, Code, Link, Partnership, Placement
from tallystick.partners.partnerships.rules import Directory, Origin
from tallystick.partners.programs.models import Channel


def directory(program_id: UUID) -> Directory:
    """Every key of a program that a receipt may name, read at one time: also of what is archived, paused or ended."""
    partnerships = {
        row.id: row for row in Partnership.objects.filter(program_id=program_id).select_related("partner")
    }
    placements = Placement.objects.filter(partnership__program_id=program_id)
    return Directory(
        program_id=program_id,
        partners={p.partner.key: Origin(partnership_id=p.id) for p in partnerships.values()},
        placements={
            (partnerships[row.partnership_id].partner.key, row.key): Origin(row.partnership_id, row.id)
            for row in placements
        },
        links={
            row.key: Origin(row.partnership_id, row.placement_id, link_id=row.id)
            for row in Link.objects.filter(partnership__program_id=program_id)
        },
        codes={
            row.key: Origin(row.partnership_id, row.placement_id, code_id=row.id)
            for row in Code.objects.filter(partnership__program_id=program_id)
        },
        channels={row.key: Origin(channel_id=row.id) for row in Channel.objects.all()},
        campaigns=dict(Campaign.objects.filter(program_id=program_id).values_list("key", "id")),
    )
