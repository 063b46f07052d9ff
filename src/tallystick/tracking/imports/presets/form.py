"""The shape of a preset: a mapping for an export of another platform, and how its columns are recognised. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import msgspec

from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.mapping.write import mapping_text


@dataclass(frozen=True, slots=True)
class Note:
    """Why a field of a proposed mapping is as it is. must_look: a person has to say whether it is right.

    field, column: which they are; empty where the note is about the whole.
    """

    field: str
    column: str
    why: str
    must_look: bool = False


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands before the mapping in a preset's file.

    what: partners, links, customers, conversions or commissions. needs: the columns that recognise the export.
    spellings: column → other names of it, where the platform's files and its API differ. says, asks: field → what is to
    be known about it whatever the file holds, and what a person has to look at.
    """

    platform: str
    what: str
    needs: tuple[str, ...]
    spellings: dict[str, tuple[str, ...]] = {}
    says: dict[str, str] = {}
    asks: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Preset:
    """One export of one platform. key: the name of its file."""

    key: str
    header: Header
    mapping: Mapping

    @property
    def platform(self) -> str:
        return self.header.platform

    @property
    def what(self) -> str:
        return self.header.what

    @property
    def needs(self) -> tuple[str, ...]:
        return self.header.needs

    @property
    def text(self) -> str:
        return mapping_text(self.mapping)

    @property
    def title(self) -> str:
        return f"{self.platform}: {self.what}"


def fold(name: str) -> str:
    """A column's name without what files write differently: case, accents, separators, `!` and `#`.

    `partner.key`, `partner_key`, `Partner Key` and `!PARTNERKEY` are the same.
    """
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", plain)
