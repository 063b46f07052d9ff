"""What a set-up file says: its tables as frozen shapes, checked when it is read."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec

from tallystick.kit.errors import Foreseen


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

    key: str
    destination: str
    placement: str | None = None
    campaign: str | None = None


class CodePart(_Part, frozen=True, kw_only=True):
    """`[[partners.codes]]`"""

    key: str
    placement: str | None = None
    campaign: str | None = None


class PartnerPart(_Part, frozen=True, kw_only=True):
    """`[[partners]]`"""

    key: Key
    name: Name
    kind: str
    website: str = ""
    contact: str = ""
    owner: Annotated[str, msgspec.Meta(max_length=200)] = ""
    tier: Annotated[str, msgspec.Meta(max_length=60)] = ""
    placements: list[PlacementPart] = []
    links: list[LinkPart] = []
    codes: list[CodePart] = []


class CampaignPart(_Part, frozen=True, kw_only=True):
    """`[[campaigns]]`; `cost` is an amount in the program's currency, such as "1500.00"."""

    key: Key
    name: Name
    starts_on: date
    ends_on: date
    cost: str | None = None
    goal: str = ""


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
    campaigns: list[CampaignPart] = []
    partners: list[PartnerPart] = []


def read_setup(path: Path) -> Setup:
    """Read and check a set-up file. Raises BadSetup with the place in the document; FileNotFoundError."""
    try:
        setup = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Setup)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, msgspec.ValidationError) as wrong:
        raise BadSetup("%(name)s: %(wrong)s", name=path.name, wrong=wrong) from wrong
    if "\0" in str(setup):
        raise BadSetup("%(name)s: a text holds a NUL character, which no database keeps", name=path.name)
    named = (("channel", setup.channels), ("campaign", setup.campaigns), ("partner", setup.partners))
    for noun, parts in named:
        keys = [part.key for part in parts]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise BadSetup(
                "%(name)s: the %(noun)s %(twice)r stands there twice",
                name=path.name,
                noun=noun,
                twice=twice[0],
            )
    return setup
