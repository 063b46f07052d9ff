"""Links and codes."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from tallystick.doors.nouns.forms import NounForm
from tallystick.doors.nouns.noun import Column, Noun
from tallystick.doors.nouns.partners import PARTNERS, PARTNERSHIPS
from tallystick.doors.nouns.places import CAMPAIGNS, PLACEMENTS
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
from tallystick.partners.partnerships.models import Code, Link
from tallystick.partners.partnerships.queries.listings import CODES as CODE_LISTING
from tallystick.partners.partnerships.queries.listings import LINKS as LINK_LISTING
from tallystick.partners.partnerships.services.codes import change_code, open_code
from tallystick.partners.partnerships.services.links import change_link, open_link

_WITH: Final = ("partnership__program", "partnership__partner", "placement", "campaign")

LINKS: Final = Reference(
    "lnk",
    ("key",),
    lambda: Link.objects.select_related(*_WITH),
    live=lambda rows: rows.filter(archived_at=None),
)
CODES: Final = Reference(
    "cod",
    ("key",),
    lambda: Code.objects.select_related(*_WITH),
    live=lambda rows: rows.filter(archived_at=None),
)


def _partnership() -> RowField:
    return RowField(PARTNERSHIPS, noun=gettext_lazy("partnership"), label=gettext_lazy("Partnership"))


def _placement() -> RowField:
    noun, label = gettext_lazy("placement"), gettext_lazy("Placement")
    return RowField(PLACEMENTS, required=False, noun=noun, label=label)


def _campaign() -> RowField:
    noun, label = gettext_lazy("campaign"), gettext_lazy("Campaign")
    return RowField(CAMPAIGNS, required=False, noun=noun, label=label)


class CapitalsField(forms.CharField):
    """A text that is kept in capitals, however it is written."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").upper()


class LinkForm(NounForm):
    """What can be said of a link."""

    partnership = _partnership()
    key = forms.CharField(
        max_length=80,
        label=gettext_lazy("Key"),
        help_text=gettext_lazy(
            "What records of a visit name the link by. Stays as it is, in this partnership for good."
        ),
    )
    destination = forms.URLField(
        max_length=2000,
        assume_scheme="https",
        label=gettext_lazy("Destination"),
        help_text=gettext_lazy("Where people are led."),
    )
    placement = _placement()
    campaign = _campaign()


class CodeForm(NounForm):
    """What can be said of a code."""

    partnership = _partnership()
    key = CapitalsField(
        max_length=80,
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("As customers write it, in any letter case. Stays as it is."),
    )
    placement = _placement()
    campaign = _campaign()


def _values(row: Link | Code, **said: Any) -> dict[str, Any]:
    partnership, placement, campaign = row.partnership, row.placement, row.campaign
    return about(
        row,
        partnership=partnership.handle,
        key=row.key,
        **said,
        # Their partnership and program are those of the row: services see to it.
        placement=f"{partnership.handle}/{placement.key}" if placement else None,
        campaign=f"{partnership.program.key}/{campaign.key}" if campaign else None,
        partnership_id=id_of(partnership),
        placement_id=id_of(placement),
        campaign_id=id_of(campaign),
    )


_FILTERS: Final = {
    "state": live_or_archived,
    "program": choices_of(PROGRAMS),
    "partner": choices_of(PARTNERS),
}

LINK: Final = Noun(
    name="link",
    plural="links",
    label=gettext_lazy("Link"),
    label_plural=gettext_lazy("Links"),
    says=gettext_lazy(
        "A way from a partner to a destination. A visit whose record names the key is the partner's."
    ),
    read="partners.read",
    change="partners.change",
    reference=LINKS,
    named_by=("key",),
    form=LinkForm,
    values=lambda row: _values(row, destination=row.destination),
    opener=open_link,
    changer=change_link,
    within="partnership",
    listing=LINK_LISTING,
    columns=(
        Column("key", gettext_lazy("Key"), "name", sort="key"),
        naming(of="partnership", label=gettext_lazy("Partnership")),
        Column("destination", gettext_lazy("Destination"), "link"),
        naming(of="placement", label=gettext_lazy("Placement")),
        naming(of="campaign", label=gettext_lazy("Campaign")),
        STATE,
        CREATED,
    ),
    fixed=("partnership", "key"),
    acts=archive_and_restore(
        "partners.change",
        what=gettext_lazy(
            "It leaves the lists. Whoever follows it is still led on, and what it brings is credited."
        ),
    ),
    filters=_FILTERS,
    empty=gettext_lazy("A link belongs to a partnership. What comes through it is the partner's."),
)

CODE: Final = Noun(
    name="code",
    plural="codes",
    label=gettext_lazy("Code"),
    label_plural=gettext_lazy("Codes"),
    says=gettext_lazy("A voucher or referral code of a partnership."),
    read="partners.read",
    change="partners.change",
    reference=CODES,
    named_by=("key",),
    form=CodeForm,
    values=_values,
    opener=open_code,
    changer=change_code,
    within="partnership",
    listing=CODE_LISTING,
    columns=(
        Column("key", gettext_lazy("Code"), "name", sort="key"),
        naming(of="partnership", label=gettext_lazy("Partnership")),
        naming(of="placement", label=gettext_lazy("Placement")),
        naming(of="campaign", label=gettext_lazy("Campaign")),
        STATE,
        CREATED,
    ),
    fixed=("partnership", "key"),
    acts=archive_and_restore(
        "partners.change",
        what=gettext_lazy("It leaves the lists. The shop may still take it, and what it brings is credited."),
    ),
    filters=_FILTERS,
    empty=gettext_lazy("A code belongs to a partnership. Orders with it are the partner's."),
)
