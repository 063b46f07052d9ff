"""A set-up file applied: brand, program, definitions, channels, campaigns and partners in one TOML document.

Applying is idempotent: what exists is left or changed to what the file says, what is new is opened, nothing is removed
or taken out of the archive, and no partnership changes its state. A mistake anywhere leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Foreseen
from tallystick.kit.money import BadAmount, parse_amount
from tallystick.partners.partnerships.models import Campaign
from tallystick.partners.partnerships.services.campaigns import (
    SaidOfCampaign,
    change_campaign,
    open_campaign,
)
from tallystick.partners.partnerships.setup_file import (
    BadSetup,
    BrandPart,
    CampaignPart,
    ChannelPart,
    DefinitionPart,
    PartnerPart,
    ProgramPart,
    Setup,
    read_setup,
)
from tallystick.partners.partnerships.setup_partner import PartnerSetup
from tallystick.partners.programs.models import Brand, Channel, Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import BadDefinition, read_meaning
from tallystick.partners.programs.services.brands import change_brand, open_brand
from tallystick.partners.programs.services.channels import change_channel, open_channel
from tallystick.partners.programs.services.definitions import publish_definition
from tallystick.partners.programs.services.programs import change_program, open_program

__all__ = ["Applied", "BadSetup", "Setup", "apply_setup", "read_setup"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What stands after a set-up file was applied."""

    brand: Brand
    program: Program
    definitions: int
    channels: int
    partners: int


def apply_setup(setup: Setup, *, models: Sequence[str], by: Actor) -> Applied:
    """Open or change everything the document names, in one transaction.

    models: the attribution models that definitions may name. Every change is written down as an act of `by`; what
    stands already as the document says leaves no line. Raises BadSetup; nothing is changed then.
    """
    try:
        with transaction.atomic():
            brand = _brand(setup.brand, by=by)
            with brand_scope(brand.id):
                program = _program(setup.program, by=by)
                for channel in setup.channels:
                    _channel(channel, by=by)
                for part in setup.definitions:
                    _publish(program, part, models=models, by=by)
                _check_leads(program)
                campaigns = {part.key: _campaign(program, part, by=by) for part in setup.campaigns}
                for partner in setup.partners:
                    _partner(program, partner, campaigns, by=by)
    except BadSetup:
        raise
    except Foreseen as wrong:
        raise BadSetup(wrong.message, **wrong.values) from wrong
    return Applied(brand, program, len(setup.definitions), len(setup.channels), len(setup.partners))


def _partner(program: Program, part: PartnerPart, campaigns: Mapping[str, Campaign], *, by: Actor) -> None:
    try:
        PartnerSetup(program, part, campaigns, by).apply()
    except Foreseen as wrong:
        raise BadSetup("partner %(key)r: %(wrong)s", key=part.key, wrong=wrong) from wrong


def _brand(part: BrandPart, *, by: Actor) -> Brand:
    brand = Brand.objects.filter(key=part.key).first()
    if brand is None:
        return open_brand(key=part.key, name=part.name, zone=part.zone, by=by)
    return change_brand(brand, name=part.name, zone=part.zone, by=by)


def _program(part: ProgramPart, *, by: Actor) -> Program:
    program = Program.objects.filter(key=part.key).first()
    name, zone, history_from = part.name, part.zone, part.history_from
    if program is None:
        return open_program(
            key=part.key, name=name, currency=part.currency, zone=zone, history_from=history_from, by=by
        )
    if program.currency != part.currency:
        raise BadSetup(
            "program %(key)r is kept in %(kept)s; open another program for %(asked)s",
            key=part.key,
            kept=program.currency,
            asked=part.currency,
        )
    return change_program(program, name=name, zone=zone, history_from=history_from, by=by)


def _channel(part: ChannelPart, *, by: Actor) -> None:
    channel = Channel.objects.filter(key=part.key).first()
    if channel is None:
        open_channel(key=part.key, name=part.name, by=by)
    else:
        change_channel(channel, name=part.name, by=by)


def _publish(program: Program, part: DefinitionPart, *, models: Sequence[str], by: Actor) -> None:
    try:
        meaning = read_meaning(part.meaning, models=models)
    except BadDefinition as wrong:
        raise BadSetup("definition %(key)r: %(wrong)s", key=part.key, wrong=wrong) from wrong
    publish_definition(
        program,
        key=part.key,
        name=part.name,
        effective_on=part.effective_on,
        primary=part.primary,
        meaning=meaning,
        by=by,
    )


def _check_leads(program: Program) -> None:
    """Once all definitions are there: the definition of a lead that another one divides by must be among them."""
    known = versions(program.id)
    keys = {version.definition_key for version in known}
    for version in known:
        wanted = version.meaning.leads_from
        if wanted and wanted not in keys:
            raise BadSetup(
                "definition %(key)r: `leads_from` names %(wanted)r; definitions: %(known)s",
                key=version.definition_key,
                wanted=wanted,
                known=", ".join(sorted(keys)),
            )


def _campaign(program: Program, part: CampaignPart, *, by: Actor) -> Campaign:
    campaign = Campaign.objects.filter(program=program, key=part.key).first()
    try:
        cost = None if part.cost is None else parse_amount(part.cost, program.currency)
    except BadAmount as wrong:
        raise BadSetup("campaign %(key)r: %(wrong)s", key=part.key, wrong=wrong) from wrong
    said = SaidOfCampaign(
        name=part.name,
        starts_on=part.starts_on,
        ends_on=part.ends_on,
        cost_minor=cost,
        goal=part.goal,
    )
    if campaign is None:
        return open_campaign(program, key=part.key, by=by, **said)
    return change_campaign(campaign, by=by, **said)
