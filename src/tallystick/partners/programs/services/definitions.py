"""Publish a version of a conversion definition: by one person, or by two where the brand asks for a second.

A version that stands never changes, so whatever could be wrong with one is refused before it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypedDict, Unpack
from uuid import UUID

import msgspec
from django.db import transaction

from tallystick.foundation.audit.acts import Actor, Subject
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts.models import Proposal
from tallystick.partners.accounts.services.proposals import propose
from tallystick.partners.programs.keeping import keep_changed, keep_new, locked, note
from tallystick.partners.programs.models import Definition, DefinitionVersion, Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import (
    BadDefinition,
    Meaning,
    Version,
    differences,
    plain,
    primaries_by_day,
)
from tallystick.partners.programs.values import check

FIRST_DAY: Final = date(1970, 1, 1)
PROPOSAL: Final = "definition.publish"
"""The kind of proposal that asks for the second person."""


class Publication(TypedDict):
    """What is said of a version: of which definition, from which day on, whether it is the program's primary one."""

    key: str
    name: str
    effective_on: date
    primary: bool
    meaning: Meaning


class NeedsSecondPerson(Foreseen):
    """A version that one person alone wants in force, in a brand that asks for two."""

    exit = Exit.REFUSED


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A version that would be published: the definition (unsaved where it is new) and the version before it."""

    definition: Definition
    version: Version
    before: Version | None
    is_said_already: bool


def publish_definition(program: Program, *, by: Actor, **said: Unpack[Publication]) -> DefinitionVersion:
    """Put a version of a conversion definition into force from a day on, in the program's zone.

    1. Find or open the definition. 2. Where a version already says exactly this, return it: publishing twice
    is one version. 3. Refuse a day that is not after the newest version's: what was in force stays as it was.
    4. Refuse a second primary on any day. 5. Write the version.
    Raises BadDefinition, BadValue; NeedsSecondPerson where the brand asks for two people and the version is new.
    """
    with brand_scope(program.brand_id), transaction.atomic():
        candidate = _candidate(locked(program), said)
        if program.brand.needs_second_person and not candidate.is_said_already:
            raise NeedsSecondPerson(
                "%(brand)s wants two people for a version of a definition: propose it in the console, "
                "and another person approves it",
                brand=program.brand.name,
            )
        return _publish(candidate, by=by)


def publish_or_propose(
    program: Program, *, by: Actor, **said: Unpack[Publication]
) -> DefinitionVersion | Proposal:
    """Publish a version, or where the brand asks for two people propose it to the second. What doors call.

    What could not be published is not proposed either. Raises BadDefinition, BadValue, and what `propose` raises.
    """
    with brand_scope(program.brand_id), transaction.atomic():
        candidate = _candidate(locked(program), said)
        if candidate.is_said_already or not program.brand.needs_second_person:
            return _publish(candidate, by=by)
        version = candidate.version
        return propose(
            kind=PROPOSAL,
            subject=Subject(program.prefix, program.id, candidate.definition.handle),
            says=f"Publish version {version.version} of “{candidate.definition.name}” "
            f"({candidate.definition.handle}), in force from {version.effective_on}",
            payload={
                **said,
                "program": program.id.hex,
                "effective_on": version.effective_on.isoformat(),
                "meaning": plain(version.meaning),
            },
            by=by,
        )


def publish_proposed(proposal: Proposal, *, by: Actor) -> DefinitionVersion:
    """Publish what was proposed, as the second person: what an approval runs. Raises BadDefinition, BadValue.

    It is checked anew: meanwhile another version may have come into force.
    """
    program = Program.objects.get(id=_program_of(proposal))
    with transaction.atomic():
        return _publish(_candidate(locked(program), said_by(proposal)), by=by)


def said_by(proposal: Proposal) -> Publication:
    """What a proposal says of the version that it would publish."""
    payload: dict[str, Any] = proposal.payload
    return Publication(
        key=payload["key"],
        name=payload["name"],
        effective_on=date.fromisoformat(payload["effective_on"]),
        primary=payload["primary"],
        meaning=msgspec.convert(payload["meaning"], Meaning),
    )


def followed_by(proposal: Proposal) -> Version | None:
    """The version that a proposed one takes over from, as of now; None where it is the first."""
    said = said_by(proposal)
    own = [each for each in versions(_program_of(proposal)) if each.definition_key == said["key"]]
    return next((each for each in reversed(own) if each.effective_on < said["effective_on"]), None)


def _program_of(proposal: Proposal) -> UUID:
    return UUID(proposal.payload["program"])


def _candidate(program: Program, said: Publication) -> _Candidate:
    """What would be published, checked. Raises BadDefinition, BadValue."""
    key, effective_on = said["key"], said["effective_on"]
    if effective_on < FIRST_DAY:
        raise BadDefinition(
            "%(key)r: `effective_on` is %(day)s; events begin in 1970, so %(first)s is always",
            key=key,
            day=effective_on,
            first=FIRST_DAY,
        )
    standing = Definition.objects.filter(program=program, key=key).first()
    definition = standing or Definition(program=program, key=key, name=said["name"])
    definition.name = said["name"]
    check(definition)
    known = versions(program.id)
    own = [version for version in known if version.definition_id == definition.id]
    candidate = _version(definition, said, number=len(own) + 1)
    same = next((version for version in own if _say_the_same(version, candidate)), None)
    if same is None:
        _refuse_earlier(candidate, own)
        _refuse_second_primary((*known, candidate))
    before = own[-1] if own else None
    return _Candidate(definition, same or candidate, before, is_said_already=same is not None)


def _say_the_same(one: Version, other: Version) -> bool:
    """Whether two versions are one: the definition may have another name by now."""
    return (one.effective_on, one.primary, one.meaning) == (other.effective_on, other.primary, other.meaning)


def _version(definition: Definition, said: Publication, *, number: int) -> Version:
    return Version(
        definition_id=definition.id,
        definition_key=definition.key,
        definition_name=definition.name,
        program_id=definition.program_id,
        zone=definition.program.zone_info,
        version=number,
        effective_on=said["effective_on"],
        primary=said["primary"],
        meaning=said["meaning"],
    )


def _refuse_earlier(candidate: Version, own: list[Version]) -> None:
    if own and candidate.effective_on <= own[-1].effective_on:
        raise BadDefinition(
            "%(key)r version %(version)d is in force from %(day)s and never changes; "
            "give the new version a later `effective_on`",
            key=candidate.definition_key,
            version=own[-1].version,
            day=own[-1].effective_on,
        )


def _refuse_second_primary(known: tuple[Version, ...]) -> None:
    for day, keys in primaries_by_day(known):
        if len(keys) > 1:
            raise BadDefinition(
                "from %(day)s the program would have two primary definitions: %(keys)s",
                day=day,
                keys=", ".join(keys),
            )


def _publish(candidate: _Candidate, *, by: Actor) -> DefinitionVersion:
    definition, version = candidate.definition, candidate.version
    if definition._state.adding:
        keep_new(definition, by=by)
    else:
        keep_changed(definition, by=by, said={"name": definition.name})
    if candidate.is_said_already:
        return DefinitionVersion.objects.get(definition=definition, version=version.version)
    row = DefinitionVersion(
        definition=definition,
        version=version.version,
        effective_on=version.effective_on,
        primary=version.primary,
        meaning=plain(version.meaning),
    )
    row.save(force_insert=True)
    note(definition, "published", by=by, changes=_changes(candidate))
    return row


def _changes(candidate: _Candidate) -> dict[str, tuple[Any, Any]]:
    """What the new version says differently from the one before it, for the audit trail."""
    new, old = candidate.version, candidate.before
    changes: dict[str, tuple[Any, Any]] = {
        "version": (old and old.version, new.version),
        "effective_on": (old and old.effective_on.isoformat(), new.effective_on.isoformat()),
    }
    if old is None or old.primary != new.primary:
        changes["primary"] = (old and old.primary, new.primary)
    found = differences(old.meaning if old else None, new.meaning)
    return changes | {each.field: (each.before, each.after) for each in found}
