"""Verbs of programs: open a brand, a program, a channel; publish a version of a conversion definition."""

from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

from django.db import transaction

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import currencies
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.models import Brand, Channel, Definition, DefinitionVersion, Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import BadDefinition, Meaning, plain, primaries_by_day

FIRST_DAY = date(1970, 1, 1)


class BadProgram(Foreseen, ValueError):
    """A brand or program that cannot be opened as asked; the message says what to write instead."""


def open_brand(*, key: str, name: str, zone: str) -> Brand:
    """Open a brand, or give the one with this key its name and zone anew. Raises BadProgram for an unknown zone."""
    brand, _ = Brand.objects.update_or_create(key=key, defaults={"name": name, "zone": known_zone(zone)})
    return brand


def open_program(*, key: str, name: str, currency: str, zone: str, history_from: date | None) -> Program:
    """Open a program of the brand in scope, or change its name, zone and history day.

    Raises BadProgram for an unknown currency or zone, and where the currency of a program would change:
    amounts already recorded are in the old one.
    """
    try:
        currencies.digits(currency)
    except currencies.UnknownCurrency as unknown:
        raise BadProgram(str(unknown)) from unknown
    before = Program.objects.filter(key=key).first()
    if before and before.currency != currency:
        raise BadProgram(f"program {key!r} is kept in {before.currency}; open another program for {currency}")
    wanted = {"name": name, "currency": currency, "zone": known_zone(zone), "history_from": history_from}
    program, _ = Program.objects.update_or_create(key=key, defaults=wanted)
    return program


def open_channel(*, key: str, name: str) -> Channel:
    """Open a house channel of the brand in scope, or rename the one with this key."""
    channel, _ = Channel.objects.update_or_create(key=key, defaults={"name": name})
    return channel


def publish_definition(
    program: Program, *, key: str, name: str, effective_on: date, primary: bool, meaning: Meaning
) -> DefinitionVersion:
    """Put a version of a conversion definition into force from a day on, in the program's zone.

    1. Find or open the definition. 2. Where a version already says exactly this, return it: publishing twice
    is one version. 3. Refuse a day that is not after the newest version's: what was in force stays as it was.
    4. Refuse a second primary on any day. 5. Write the version.
    Raises BadDefinition.
    """
    if effective_on < FIRST_DAY:
        raise BadDefinition(
            f"{key!r}: `effective_on` is {effective_on}; events begin in 1970, so {FIRST_DAY} is always"
        )
    with brand_scope(program.brand_id), transaction.atomic():
        definition, _ = Definition.objects.update_or_create(program=program, key=key, defaults={"name": name})
        published = list(DefinitionVersion.objects.filter(definition=definition).order_by("version"))
        said = (effective_on, primary, plain(meaning))
        for row in published:
            if said == (row.effective_on, row.primary, row.meaning):
                return row
        newest = published[-1] if published else None
        if newest and effective_on <= newest.effective_on:
            raise BadDefinition(
                f"{key!r} version {newest.version} is in force from {newest.effective_on} and never changes; "
                f"give the new version a later `effective_on`"
            )
        row = DefinitionVersion(
            definition=definition,
            version=newest.version + 1 if newest else 1,
            effective_on=effective_on,
            primary=primary,
            meaning=plain(meaning),
        )
        row.save()
        for day, keys in primaries_by_day(versions(program.id)):
            if len(keys) > 1:
                raise BadDefinition(
                    f"from {day} the program would have two primary definitions: {', '.join(keys)}"
                )
        return row


def known_zone(zone: str) -> str:
    """The zone's name when the tz database knows it; raises BadProgram otherwise."""
    if zone not in available_timezones():
        raise BadProgram(f"{zone!r} is not a time zone; write one such as Europe/Berlin or UTC")
    return zone
