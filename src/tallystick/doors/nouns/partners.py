"""Partners and their partnerships."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tallystick.doors.nouns.forms import KeyField, NounForm, OneOf
from tallystick.doors.nouns.noun import Act, Column, Noun, Text
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
from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Kind, Partner, Partnership
from tallystick.partners.partnerships.queries import listings
from tallystick.partners.partnerships.rules import STEPS, State
from tallystick.partners.partnerships.services import partnerships as steps
from tallystick.partners.partnerships.services.partners import change_partner, open_partner
from tallystick.partners.partnerships.services.partnerships import change_partnership, open_partnership

KINDS: Final[dict[str, Promise]] = {
    Kind.AFFILIATE: gettext_lazy("Affiliate"),
    Kind.CONTENT: gettext_lazy("Content"),
    Kind.CASHBACK: gettext_lazy("Cashback"),
    Kind.VOUCHER: gettext_lazy("Voucher"),
    Kind.LOYALTY: gettext_lazy("Loyalty"),
    Kind.CREATOR: gettext_lazy("Creator"),
    Kind.AMBASSADOR: gettext_lazy("Ambassador"),
    Kind.REFERRAL: gettext_lazy("Referral"),
    Kind.INTEGRATION: gettext_lazy("Integration"),
    Kind.MARKETPLACE: gettext_lazy("Marketplace"),
    Kind.AGENCY: gettext_lazy("Agency"),
    Kind.RESELLER: gettext_lazy("Reseller"),
    Kind.DISTRIBUTOR: gettext_lazy("Distributor"),
    Kind.ALLIANCE: gettext_lazy("Alliance"),
}

STATES: Final[dict[str, Promise]] = {
    State.APPLIED: gettext_lazy("Applied"),
    State.INVITED: gettext_lazy("Invited"),
    State.ONBOARDING: gettext_lazy("Onboarding"),
    State.ACTIVE: gettext_lazy("Active"),
    State.PAUSED: gettext_lazy("Paused"),
    State.ENDED: gettext_lazy("Ended"),
}

PARTNERS: Final = Reference(
    "prt", ("key",), Partner.objects.all, live=lambda rows: rows.filter(archived_at=None)
)
PARTNERSHIPS: Final = Reference(
    "pns",
    ("program__key", "partner__key"),
    lambda: Partnership.objects.select_related("program", "partner"),
    live=lambda rows: rows.filter(partner__archived_at=None).exclude(state=State.ENDED),
    called=lambda row: row.partner.name,
)


class PartnerForm(NounForm):
    """What can be said of a partner."""

    key = KeyField()
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    kind = OneOf(choices=list(KINDS.items()), label=gettext_lazy("Kind"))
    website = forms.URLField(
        max_length=500, required=False, label=gettext_lazy("Website"), assume_scheme="https"
    )
    contact = forms.EmailField(
        max_length=254,
        required=False,
        label=gettext_lazy("Contact"),
        help_text=gettext_lazy(
            "The address for mail about the partner. It gives nobody a way in: invite for that."
        ),
    )


class PartnershipForm(NounForm):
    """What can be said of a partnership."""

    program = RowField(PROGRAMS, noun=gettext_lazy("program"), label=gettext_lazy("Program"))
    partner = RowField(PARTNERS, noun=gettext_lazy("partner"), label=gettext_lazy("Partner"))
    state = OneOf(
        choices=[(state, STATES[state]) for state in State],
        required=False,
        label=gettext_lazy("Begins as"),
        help_text=gettext_lazy("Active where left out. Later it moves on by acts: pause, resume, end."),
    )
    tier = forms.CharField(max_length=60, required=False, label=gettext_lazy("Tier"))
    owner = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Owner"),
        help_text=gettext_lazy("Who in the brand looks after it."),
    )


def _partner_values(row: Partner) -> dict[str, Any]:
    return about(row, key=row.key, name=row.name, kind=row.kind, website=row.website, contact=row.contact)


def _partnership_values(row: Partnership) -> dict[str, Any]:
    return about(
        row,
        program=row.program.handle,
        partner=row.partner.handle,
        state=row.state,
        tier=row.tier,
        owner=row.owner,
        program_id=id_of(row.program),
        partner_id=id_of(row.partner),
        partner_name=row.partner.name,
    )


def _open_partnership(*, state: str, by: Actor, **said: Any) -> Partnership:
    return open_partnership(state=state or State.ACTIVE, by=by, **said)


def _step(
    verb: str, label: Text, says: Text, *, right: str = "partners.change", grave: bool = False
) -> Act[Partnership]:
    step = STEPS[verb]
    take: Callable[..., object] = getattr(steps, verb)
    return Act(
        verb,
        label,
        says,
        right,
        run=lambda row, by, reason: take(row, by=by, reason=reason),
        fits=lambda row: State(row.state) in step.sources,
        asks_reason=step.asks_reason,
        is_grave=grave,
    )


PARTNER: Final = Noun(
    name="partner",
    plural="partners",
    label=gettext_lazy("Partner"),
    label_plural=gettext_lazy("Partners"),
    says=gettext_lazy("Who promotes: a site, a creator, an agency, a firm."),
    read="partners.read",
    change="partners.change",
    reference=PARTNERS,
    named_by=("key",),
    form=PartnerForm,
    values=_partner_values,
    opener=open_partner,
    changer=change_partner,
    listing=listings.PARTNERS,
    columns=(
        Column("name", gettext_lazy("Name"), "name", sort="name"),
        Column("key", gettext_lazy("Key"), "key", sort="key"),
        Column("kind", gettext_lazy("Kind"), "choice"),
        Column("contact", gettext_lazy("Contact")),
        STATE,
        CREATED,
    ),
    fixed=("key",),
    acts=archive_and_restore("partners.change"),
    filters={"state": live_or_archived, "kind": lambda: list(KINDS.items())},
    empty=gettext_lazy("Invite the first partner by e-mail, or import those you have from a CSV file."),
)

PARTNERSHIP: Final = Noun(
    name="partnership",
    plural="partnerships",
    label=gettext_lazy("Partnership"),
    label_plural=gettext_lazy("Partnerships"),
    says=gettext_lazy("A partner in a program: from the invitation until it ends."),
    read="partners.read",
    change="partners.change",
    reference=PARTNERSHIPS,
    named_by=("program", "partner"),
    form=PartnershipForm,
    values=_partnership_values,
    opener=_open_partnership,
    changer=change_partnership,
    listing=listings.PARTNERSHIPS,
    columns=(
        Column("partner_name", gettext_lazy("Partner"), "name", sort="name"),
        naming(of="program", label=gettext_lazy("Program")),
        STATE,
        Column("tier", gettext_lazy("Tier")),
        Column("owner", gettext_lazy("Owner")),
        CREATED,
    ),
    fixed=("program", "partner", "state"),
    acts=(
        _step("invite", gettext_lazy("Invite"), gettext_lazy("The partner is asked to join the program.")),
        _step(
            "accept",
            gettext_lazy("Mark as accepted"),
            gettext_lazy("The partner said yes by other ways than the link: it is onboarding then."),
        ),
        _step(
            "activate",
            gettext_lazy("Activate"),
            gettext_lazy("From now on what the partner brings earns credit."),
        ),
        _step(
            "pause",
            gettext_lazy("Pause"),
            gettext_lazy("From now on it earns no new credit; what was earned stays earned."),
            right="partnerships.pause",
            grave=True,
        ),
        _step(
            "resume",
            gettext_lazy("Resume"),
            gettext_lazy("From now on it earns credit again; for the pause it gets none."),
            right="partnerships.pause",
        ),
        _step(
            "end",
            gettext_lazy("End"),
            gettext_lazy(
                "From now on it earns no new credit. Its links go on leading people to their destination."
            ),
            grave=True,
        ),
    ),
    filters={
        "state": lambda: list(STATES.items()),
        "program": choices_of(PROGRAMS),
        "partner": choices_of(PARTNERS),
    },
    empty=gettext_lazy("A partnership ties a partner to a program. Invite a partner, and it begins."),
)
