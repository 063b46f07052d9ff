"""A set-up file: brand, program, definitions, channels and partners in one TOML document, applied as a whole.

Applying is idempotent: what exists is left or renamed, what is new is opened, nothing is removed. A mistake
anywhere leaves everything as it was.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from django.db import transaction

from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Foreseen
from tallystick.partners.partnerships import services
from tallystick.partners.programs import services as programs
from tallystick.partners.programs.models import Brand, Program
from tallystick.partners.programs.queries import versions
from tallystick.partners.programs.rules import BadDefinition, read_meaning


class BadSetup(Foreseen, ValueError):
    """A set-up file that cannot be applied; the message says where and what to write instead."""


Key = Annotated[str, msgspec.Meta(pattern=r"^[-A-Za-z0-9_]+\Z", max_length=60)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the document: unknown keys are refused, not ignored."""


class BrandPart(_Part, frozen=True, kw_only=True):
    """`[brand]`"""

    key: Key
    name: Name
    zone: str = "UTC"


class ProgramPart(_Part, frozen=True, kw_only=True):
    """`[program]`"""

    key: Key
    name: Name
    currency: str
    zone: str
    history_from: date | None = None


class PlacementPart(_Part, frozen=True, kw_only=True):
    """`[[partners.placements]]`"""

    key: Key
    name: Name
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    position: Annotated[str, msgspec.Meta(max_length=60)] = ""
    call_to_action: Annotated[str, msgspec.Meta(max_length=200)] = ""


class LinkPart(_Part, frozen=True, kw_only=True):
    """`[[partners.links]]`"""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    destination: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    placement: str | None = None


class CodePart(_Part, frozen=True, kw_only=True):
    """`[[partners.codes]]`"""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    placement: str | None = None


class PartnerPart(_Part, frozen=True, kw_only=True):
    """`[[partners]]`"""

    key: Key
    name: Name
    kind: str
    owner: Annotated[str, msgspec.Meta(max_length=200)] = ""
    tier: Annotated[str, msgspec.Meta(max_length=60)] = ""
    placements: list[PlacementPart] = []
    links: list[LinkPart] = []
    codes: list[CodePart] = []


class ChannelPart(_Part, frozen=True, kw_only=True):
    """`[[channels]]`"""

    key: Key
    name: Name


class DefinitionPart(_Part, frozen=True, kw_only=True):
    """`[[definitions]]`: the standing name, the day, and the fields of `Meaning` under `meaning`."""

    key: Key
    name: Name
    effective_on: date
    primary: bool = False
    meaning: dict[str, Any] = {}


class Setup(_Part, frozen=True, kw_only=True):
    """The whole document."""

    brand: BrandPart
    program: ProgramPart
    definitions: list[DefinitionPart] = []
    channels: list[ChannelPart] = []
    partners: list[PartnerPart] = []


@dataclass(frozen=True, slots=True)
class Applied:
    """What stands after a set-up file was applied."""

    brand: Brand
    program: Program
    definitions: int
    channels: int
    partners: int


def read_setup(path: Path) -> Setup:
    """Read and check a set-up file. Raises BadSetup with the place in the document; FileNotFoundError."""
    try:
        setup = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Setup)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, msgspec.ValidationError) as wrong:
        raise BadSetup(f"{path.name}: {wrong}") from wrong
    if "\0" in str(setup):
        raise BadSetup(f"{path.name}: a text holds a NUL character, which no database keeps")
    for noun, parts in (("channel", setup.channels), ("partner", setup.partners)):
        keys = [part.key for part in parts]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise BadSetup(f"{path.name}: the {noun} {twice[0]!r} stands there twice")
    return setup


def apply_setup(setup: Setup, *, models: Sequence[str]) -> Applied:
    """Open everything the document names, in one transaction.

    models: the attribution models that definitions may name.
    Raises BadSetup; nothing is changed then.
    """
    try:
        with transaction.atomic():
            brand = programs.open_brand(key=setup.brand.key, name=setup.brand.name, zone=setup.brand.zone)
            with brand_scope(brand.id):
                program = programs.open_program(**msgspec.structs.asdict(setup.program))
                for channel in setup.channels:
                    programs.open_channel(key=channel.key, name=channel.name)
                for part in setup.definitions:
                    _publish(program, part, models=models)
                _check_leads(program)
                for partner in setup.partners:
                    _open_partner(program, partner)
    except (BadDefinition, programs.BadProgram, services.BadPartner) as wrong:
        raise BadSetup(str(wrong)) from wrong
    return Applied(brand, program, len(setup.definitions), len(setup.channels), len(setup.partners))


def _publish(program: Program, part: DefinitionPart, *, models: Sequence[str]) -> None:
    try:
        meaning = read_meaning(part.meaning, models=models)
    except BadDefinition as wrong:
        raise BadSetup(f"definition {part.key!r}: {wrong}") from wrong
    programs.publish_definition(
        program,
        key=part.key,
        name=part.name,
        effective_on=part.effective_on,
        primary=part.primary,
        meaning=meaning,
    )


def _check_leads(program: Program) -> None:
    """Once all definitions are there: the definition of a lead that another one divides by must be among them."""
    known = versions(program.id)
    keys = {version.definition_key for version in known}
    for version in known:
        wanted = version.meaning.leads_from
        if wanted and wanted not in keys:
            raise BadSetup(
                f"definition {version.definition_key!r}: `leads_from` names {wanted!r}; "
                f"definitions: {', '.join(sorted(keys))}"
            )


def _open_partner(program: Program, part: PartnerPart) -> None:
    partnership = services.open_partnership(
        program, key=part.key, name=part.name, kind=part.kind, owner=part.owner, tier=part.tier
    )
    placements = {
        place.key: services.open_placement(
            partnership,
            key=place.key,
            name=place.name,
            kind=place.type,
            position=place.position,
            call_to_action=place.call_to_action,
        )
        for place in part.placements
    }
    named: list[LinkPart | CodePart] = [*part.links, *part.codes]
    for one in named:
        if one.placement is not None and one.placement not in placements:
            raise BadSetup(
                f"partner {part.key!r}: {one.key!r} names the placement {one.placement!r}, which it has not"
            )
    for link in part.links:
        at = placements.get(link.placement or "")
        services.open_link(partnership, key=link.key, destination=link.destination, placement=at)
    for code in part.codes:
        services.open_code(partnership, key=code.key, placement=placements.get(code.placement or ""))
