"""Programs and house channels."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.nouns.forms import DayField, KeyField, NounForm
from tallystick.doors.nouns.noun import Column, Noun
from tallystick.doors.nouns.references import Reference
from tallystick.doors.nouns.shapes import CREATED, STATE, about, archive_and_restore, live_or_archived
from tallystick.kit.currencies import DIGITS
from tallystick.partners.programs import queries
from tallystick.partners.programs.models import Channel, Program
from tallystick.partners.programs.services.channels import change_channel, open_channel
from tallystick.partners.programs.services.programs import change_program, open_program

PROGRAMS: Final = Reference("prg", ("key",), Program.objects.all)
CHANNELS: Final = Reference(
    "chn", ("key",), Channel.objects.all, live=lambda rows: rows.filter(archived_at=None)
)


def known_currency(code: str) -> None:
    """Raise ValidationError for what is not an ISO 4217 currency in use."""
    if code not in DIGITS:
        raise ValidationError(
            _("“%(code)s” is not a currency in use. Write its three capital letters, like EUR."),
            params={"code": code},
        )


def known_zone(name: str) -> None:
    """Raise ValidationError for a zone that the tz database does not know."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone. Write one such as Europe/Berlin or UTC."), params={"zone": name}
        )


class ZoneField(forms.CharField):
    """A time zone, with suggestions."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, label=gettext_lazy("Time zone"), validators=[known_zone], **options)


class ProgramForm(NounForm):
    """What can be said of a program."""

    key = KeyField()
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    currency = forms.CharField(
        max_length=3,
        label=gettext_lazy("Currency"),
        validators=[known_currency],
        help_text=gettext_lazy(
            "All amounts of the program are in it. Three letters, like EUR. Stays as it is."
        ),
    )
    zone = ZoneField(
        help_text=gettext_lazy("Days of the program begin at midnight there, like Europe/Berlin.")
    )
    history_from = DayField(
        required=False,
        label=gettext_lazy("Orders are known from"),
        help_text=gettext_lazy("Before this day no customer can be called new."),
    )


class ChannelForm(NounForm):
    """What can be said of a house channel."""

    key = KeyField()
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))


def _program_values(row: Program) -> dict[str, Any]:
    history_from = row.history_from.isoformat() if row.history_from else None
    return about(
        row, key=row.key, name=row.name, currency=row.currency, zone=row.zone, history_from=history_from
    )


def _channel_values(row: Channel) -> dict[str, Any]:
    return about(row, key=row.key, name=row.name)


PROGRAM: Final = Noun(
    name="program",
    plural="programs",
    label=gettext_lazy("Program"),
    label_plural=gettext_lazy("Programs"),
    says=gettext_lazy(
        "A standing arrangement with partners: its currency, its time zone, what a conversion is."
    ),
    read="programs.read",
    change="programs.change",
    reference=PROGRAMS,
    named_by=("key",),
    form=ProgramForm,
    values=_program_values,
    opener=open_program,
    changer=change_program,
    listing=queries.PROGRAMS,
    columns=(
        Column("name", gettext_lazy("Name"), "name", sort="name"),
        Column("key", gettext_lazy("Key"), "key", sort="key"),
        Column("currency", gettext_lazy("Currency")),
        Column("zone", gettext_lazy("Time zone")),
        CREATED,
    ),
    fixed=("key", "currency"),
    empty=gettext_lazy(
        "A program holds the currency, the time zone and the definitions that partners work under."
    ),
)

CHANNEL: Final = Noun(
    name="channel",
    plural="channels",
    label=gettext_lazy("House channel"),
    label_plural=gettext_lazy("House channels"),
    says=gettext_lazy("The brand's own and paid traffic. It takes credit beside partners and is never paid."),
    read="programs.read",
    change="programs.change",
    reference=CHANNELS,
    named_by=("key",),
    form=ChannelForm,
    values=_channel_values,
    opener=open_channel,
    changer=change_channel,
    listing=queries.CHANNELS,
    columns=(
        Column("name", gettext_lazy("Name"), "name", sort="name"),
        Column("key", gettext_lazy("Key"), "key", sort="key"),
        STATE,
        CREATED,
    ),
    fixed=("key",),
    acts=archive_and_restore("programs.change"),
    filters={"state": live_or_archived},
    empty=gettext_lazy(
        "Open one for each of the brand's own sources: the newsletter, paid search, direct visits."
    ),
)
