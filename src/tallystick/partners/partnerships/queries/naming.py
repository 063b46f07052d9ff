"""What things of a brand are called, read at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext

from tallystick.partners.partnerships.models import Campaign, Code, Partner, Partnership, Placement
from tallystick.partners.programs.models import Channel


class Placed(Protocol):
    """Anything that carries the ids of where it came from; an event does."""

    @property
    def partnership_id(self) -> UUID | None: ...
    @property
    def placement_id(self) -> UUID | None: ...
    @property
    def code_id(self) -> UUID | None: ...
    @property
    def channel_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of everything in a brand that a touchpoint can come from, and of campaigns."""

    partners: Mapping[UUID, Partner]
    placements: Mapping[UUID, str]
    codes: Mapping[UUID, str]
    campaigns: Mapping[UUID, str]
    channels: Mapping[UUID, str]

    def origin(self, placed: Placed) -> str:
        """Where something came from, in words: `Alice · Blog`, `Search (house channel)`; empty for nowhere."""
        if placed.channel_id:
            return gettext("%(name)s (house channel)") % {"name": self.channels[placed.channel_id]}
        if not placed.partnership_id:
            return ""
        parts = [self.partners[placed.partnership_id].name]
        if placed.placement_id:
            parts.append(self.placements[placed.placement_id])
        if placed.code_id:
            parts.append(gettext("code %(key)s") % {"key": self.codes[placed.code_id]})
        return " · ".join(parts)


def naming() -> Naming:
    """The names of the brand in scope, read at one time."""
    return Naming(
        partners=partners_by_partnership(),
        placements=dict(Placement.objects.values_list("id", "name")),
        codes=dict(Code.objects.values_list("id", "key")),
        campaigns=dict(Campaign.objects.values_list("id", "name")),
        channels=dict(Channel.objects.values_list("id", "name")),
    )


def partners_by_partnership() -> dict[UUID, Partner]:
    """Partnership id → its partner, for the brand in scope."""
    return {row.id: row.partner for row in Partnership.objects.select_related("partner")}
