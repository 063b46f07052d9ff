"""Placements and campaigns."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.nouns.forms import DayField, KeyField, LongText, NounForm
from tallystick.doors.nouns.noun import Column, Noun
from tallystick.doors.nouns.partners import PARTNERS, PARTNERSHIPS
from tallystick.doors.nouns.programs import PROGRAMS
from tallystick.doors.nouns.references import Reference, RowField
from tallystick.doors.nouns.shapes import (
    CREATED,
    STATE,
    about,
    archive_and_restore,
    choices_of,
    id_of,
    live_or_archived,
    naming,
)
from tallystick.kit.money import BadAmount, Money, parse_amount
from tallystick.partners.partnerships.models import Campaign, Placement
from tallystick.partners.partnerships.queries.listings import CAMPAIGNS as CAMPAIGN_LISTING
from tallystick.partners.partnerships.queries.listings import PLACEMENTS as PLACEMENT_LISTING
from tallystick.partners.partnerships.services.campaigns import change_campaign, open_campaign
from tallystick.partners.partnerships.services.placements import change_placement, open_placement

PLACEMENTS: Final = Reference(
    "plc",
    ("partnership__program__key", "partnership__partner__key", "key"),
    lambda: Placement.objects.select_related("partnership__program", "partnership__partner"),
    live=lambda rows: rows.filter(archived_at=None),
)
CAMPAIGNS: Final = Reference(
    "cmp",
    ("program__key", "key"),
    lambda: Campaign.objects.select_related("program"),
    live=lambda rows: rows.filter(archived_at=None),
)


class PlacementForm(NounForm):
    """What can be said of a placement."""

    partnership = RowField(PARTNERSHIPS, noun=gettext_lazy("partnership"), label=gettext_lazy("Partnership"))
    key = KeyField()
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    type = forms.CharField(
        max_length=40,
        label=gettext_lazy("Type"),
        help_text=gettext_lazy("Such as blog, email, video, directory, in-app."),
    )
    position = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Position"),
        help_text=gettext_lazy("Where on it, such as header or footer."),
    )
    call_to_action = forms.CharField(max_length=200, required=False, label=gettext_lazy("Call to action"))


class CampaignForm(NounForm):
    """What can be said of a campaign; its cost as decimal text in the currency of its program."""

    program = RowField(PROGRAMS, noun=gettext_lazy("program"), label=gettext_lazy("Program"))
    key = KeyField()
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    starts_on = DayField(label=gettext_lazy("Begins on"))
    ends_on = DayField(
        label=gettext_lazy("Is over on"),
        help_text=gettext_lazy("The first day after it: a campaign of March is over on the 1st of April."),
    )
    cost = forms.CharField(
        max_length=30,
        required=False,
        label=gettext_lazy("Cost"),
        help_text=gettext_lazy(
            "In the currency of the program, such as 1250.00. Leave it empty where nobody knows."
        ),
    )
    goal = LongText(max_length=1000, required=False, label=gettext_lazy("Goal"))

    def clean(self) -> dict[str, Any]:
        """Turn the cost into minor units, and hold the days apart."""
        cleaned = super().clean()
        program, cost = cleaned.get("program"), cleaned.pop("cost", "")
        cleaned["cost_minor"] = None
        if program is not None and cost:
            try:
                cleaned["cost_minor"] = parse_amount(cost, program.currency)
            except BadAmount as bad:
                self.add_error("cost", str(bad))
        if (cleaned["cost_minor"] or 0) < 0:
            self.add_error("cost", _("A cost is nothing or more."))
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("This day is not after the one on which it begins."))
        return cleaned


def _placement_values(row: Placement) -> dict[str, Any]:
    return about(
        row,
        partnership=row.partnership.handle,
        key=row.key,
        name=row.name,
        type=row.type,
        position=row.position,
        call_to_action=row.call_to_action,
        partnership_id=id_of(row.partnership),
    )


def _campaign_values(row: Campaign) -> dict[str, Any]:
    return about(
        row,
        program=row.program.handle,
        key=row.key,
        name=row.name,
        starts_on=row.starts_on.isoformat(),
        ends_on=row.ends_on.isoformat(),
        cost=None if row.cost_minor is None else _decimal(row.cost_minor, row.program.currency),
        goal=row.goal,
        currency=row.program.currency,
        program_id=id_of(row.program),
    )


def _decimal(amount_minor: int, currency: str) -> str:
    return Money(amount_minor, currency).show().removesuffix(f" {currency}")


PLACEMENT: Final = Noun(
    name="placement",
    plural="placements",
    label=gettext_lazy("Placement"),
    label_plural=gettext_lazy("Placements"),
    says=gettext_lazy("Where a partner promotes: a blog, a newsletter, a place in an app."),
    read="partners.read",
    change="partners.change",
    reference=PLACEMENTS,
    named_by=("partnership", "key"),
    form=PlacementForm,
    values=_placement_values,
    opener=open_placement,
    changer=change_placement,
    within="partnership",
    listing=PLACEMENT_LISTING,
    columns=(
        Column("name", gettext_lazy("Name"), "name", sort="name"),
        Column("key", gettext_lazy("Key"), "key", sort="key"),
        naming(of="partnership", label=gettext_lazy("Partnership")),
        Column("type", gettext_lazy("Type")),
        Column("position", gettext_lazy("Position")),
        STATE,
        CREATED,
    ),
    fixed=("partnership", "key"),
    acts=archive_and_restore("partners.change"),
    filters={"state": live_or_archived, "program": choices_of(PROGRAMS), "partner": choices_of(PARTNERS)},
    empty=gettext_lazy("Placements tell apart what the same partner does in several places."),
)

CAMPAIGN: Final = Noun(
    name="campaign",
    plural="campaigns",
    label=gettext_lazy("Campaign"),
    label_plural=gettext_lazy("Campaigns"),
    says=gettext_lazy("A time-boxed push in a program, with its cost and its goal."),
    read="partners.read",
    change="partners.change",
    reference=CAMPAIGNS,
    named_by=("program", "key"),
    form=CampaignForm,
    values=_campaign_values,
    opener=open_campaign,
    changer=change_campaign,
    within="program",
    listing=CAMPAIGN_LISTING,
    columns=(
        Column("name", gettext_lazy("Name"), "name", sort="name"),
        Column("key", gettext_lazy("Key"), "key", sort="key"),
        naming(of="program", label=gettext_lazy("Program")),
        Column("starts_on", gettext_lazy("Begins"), "day"),
        Column("ends_on", gettext_lazy("Is over"), "day"),
        Column("cost", gettext_lazy("Cost"), "money"),
        STATE,
    ),
    fixed=("program", "key"),
    acts=archive_and_restore("partners.change"),
    filters={"state": live_or_archived, "program": choices_of(PROGRAMS)},
    empty=gettext_lazy("Open a campaign before a sale or a launch, and give its links and codes to it."),
)
