"""One partner of a set-up file applied, with its partnership, placements, links and codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Campaign, Code, Link, Partner, Partnership, Placement
from tallystick.partners.partnerships.rules import State
from tallystick.partners.partnerships.services.codes import change_code, open_code
from tallystick.partners.partnerships.services.links import change_link, open_link
from tallystick.partners.partnerships.services.partners import change_partner, open_partner
from tallystick.partners.partnerships.services.partnerships import change_partnership, open_partnership
from tallystick.partners.partnerships.services.placements import (
    SaidOfPlacement,
    change_placement,
    open_placement,
)
from tallystick.partners.partnerships.setup_file import (
    BadSetup,
    CodePart,
    LinkPart,
    PartnerPart,
    PlacementPart,
)
from tallystick.partners.programs.models import Program


@dataclass(frozen=True, slots=True)
class PartnerSetup:
    """One partner of the document, with the program and its campaigns by key."""

    program: Program
    part: PartnerPart
    campaigns: Mapping[str, Campaign]
    by: Actor

    def apply(self) -> None:
        """Open or change the partner, its partnership, placements, links and codes."""
        partnership = self._partnership(self._partner())
        placements = {place.key: self._placement(partnership, place) for place in self.part.placements}
        for link in self.part.links:
            self._link(partnership, link, self._at(link, placements), self._in(link))
        for code in self.part.codes:
            self._code(partnership, code, self._at(code, placements), self._in(code))

    def _partner(self) -> Partner:
        part, partner = self.part, Partner.objects.filter(key=self.part.key).first()
        if partner is None:
            return open_partner(
                key=part.key,
                name=part.name,
                kind=part.kind,
                website=part.website,
                contact=part.contact,
                by=self.by,
            )
        return change_partner(
            partner, name=part.name, kind=part.kind, website=part.website, contact=part.contact, by=self.by
        )

    def _partnership(self, partner: Partner) -> Partnership:
        tier, owner = self.part.tier, self.part.owner
        found = Partnership.objects.filter(program=self.program, partner=partner).first()
        if found is None:
            return open_partnership(
                program=self.program, partner=partner, state=State.ACTIVE, tier=tier, owner=owner, by=self.by
            )
        return change_partnership(found, tier=tier, owner=owner, by=self.by)

    def _placement(self, partnership: Partnership, part: PlacementPart) -> Placement:
        found = Placement.objects.filter(partnership=partnership, key=part.key).first()
        said = SaidOfPlacement(
            name=part.name, type=part.type, position=part.position, call_to_action=part.call_to_action
        )
        if found is None:
            return open_placement(partnership, key=part.key, by=self.by, **said)
        return change_placement(found, by=self.by, **said)

    def _link(
        self, partnership: Partnership, part: LinkPart, at: Placement | None, campaign: Campaign | None
    ) -> None:
        found = Link.objects.filter(partnership=partnership, key=part.key).first()
        to = part.destination
        if found is None:
            open_link(partnership, key=part.key, destination=to, placement=at, campaign=campaign, by=self.by)
        else:
            change_link(found, destination=to, placement=at, campaign=campaign, by=self.by)

    def _code(
        self, partnership: Partnership, part: CodePart, at: Placement | None, campaign: Campaign | None
    ) -> None:
        found = Code.objects.filter(partnership=partnership, key=part.key.strip().upper()).first()
        if found is None:
            open_code(partnership, key=part.key, placement=at, campaign=campaign, by=self.by)
        else:
            change_code(found, placement=at, campaign=campaign, by=self.by)

    def _at(self, part: LinkPart | CodePart, placements: Mapping[str, Placement]) -> Placement | None:
        if part.placement is not None and part.placement not in placements:
            raise BadSetup(
                "%(key)r names the placement %(placement)r, which the partner has not",
                key=part.key,
                placement=part.placement,
            )
        return placements.get(part.placement or "")

    def _in(self, part: LinkPart | CodePart) -> Campaign | None:
        if part.campaign is not None and part.campaign not in self.campaigns:
            raise BadSetup(
                "%(key)r names the campaign %(campaign)r, which the program has not",
                key=part.key,
                campaign=part.campaign,
            )
        return self.campaigns.get(part.campaign or "")
