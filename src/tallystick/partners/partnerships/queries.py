"""Reads of partnerships."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from tallystick.partners.partnerships.models import Code, Link, Partner, Partnership, Placement
from tallystick.partners.partnerships.rules import Directory, Origin
from tallystick.partners.programs.models import Channel


def directory(program_id: UUID) -> Directory:
    """Every key of a program that a receipt may name, read at one time."""
    partnerships = {
        row.id: row for row in Partnership.objects.filter(program_id=program_id).select_related("partner")
    }
    placements = Placement.objects.filter(partnership_id__in=partnerships)
    return Directory(
        program_id=program_id,
        partners={p.partner.key: Origin(partnership_id=p.id) for p in partnerships.values()},
        placements={
            (partnerships[row.partnership_id].partner.key, row.key): Origin(row.partnership_id, row.id)
            for row in placements
        },
        links={
            row.key: Origin(row.partnership_id, row.placement_id, link_id=row.id)
            for row in Link.objects.filter(partnership_id__in=partnerships)
        },
        codes={
            row.key: Origin(row.partnership_id, row.placement_id, code_id=row.id)
            for row in Code.objects.filter(partnership_id__in=partnerships)
        },
        channels={row.key: Origin(channel_id=row.id) for row in Channel.objects.all()},
    )


def names(ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """id → (key, name) of partners, placements, links, codes and house channels; unknown ids are left out."""
    found: dict[UUID, tuple[str, str]] = {}
    for model in (Partner, Placement, Channel):
        found |= {row.id: (row.key, row.name) for row in model.objects.filter(id__in=ids)}
    for keyed in (Link, Code):
        found |= {row.id: (row.key, row.key) for row in keyed.objects.filter(id__in=ids)}
    return found


def partners_by_partnership() -> dict[UUID, Partner]:
    """Partnership id → its partner, for the brand in scope."""
    return {row.id: row.partner for row in Partnership.objects.select_related("partner")}
