"""Reads of programs, and how programs, house channels and definitions are listed."""

from __future__ import annotations

from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import models

from tallystick.foundation.listing import Listing, equals
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.listing import BadWish
from tallystick.partners.programs.models import Brand, Channel, Definition, DefinitionVersion, Program
from tallystick.partners.programs.rules import Meaning, Version

Found = TypeVar("Found")


class NotThere(Foreseen, LookupError):
    """A brand, program or definition that does not exist; the message lists those that do."""

    exit = Exit.NOT_FOUND


def put_away(rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
    """The filter `state` of what can be archived: `live`, `archived` or `all`. Raises BadWish for another value."""
    if value not in ("live", "archived", "all"):
        raise BadWish("`state` is %(value)r; it can be: live, archived, all", value=value)
    return rows if value == "all" else rows.filter(archived_at__isnull=value == "live")


LIVE: Final = {"state": "live"}
"""What lists of things that can be archived show where nothing else is asked for."""

PROGRAMS: Final = Listing(
    rows=Program.objects.all,
    search=("key", "name"),
    sorts={"name": "name", "key": "key", "created": "id"},
    sort="name",
)

CHANNELS: Final = Listing(
    rows=Channel.objects.all,
    search=("key", "name"),
    sorts={"name": "name", "key": "key", "created": "id"},
    sort="name",
    filters={"state": put_away},
    given=LIVE,
)

DEFINITIONS: Final = Listing(
    rows=lambda: Definition.objects.select_related("program"),
    search=("key", "name"),
    sorts={"name": "name", "key": "key", "program": "program__key", "created": "id"},
    sort="name",
    filters={"program": equals("program__key")},
)


def brands() -> list[Brand]:
    """All brands of this installation, by key. The only read that needs no scope: it is where scopes come from."""
    return list(Brand.objects.order_by("key"))


def find_brand(key: str | None) -> Brand:
    """The brand with a key, or the only one when no key is given. Raises NotThere and says which there are."""
    found = brands()
    if key is None and len(found) == 1:
        return found[0]
    return _one("brand", key, {brand.key: brand for brand in found})


def find_program(key: str | None) -> Program:
    """A program of the brand in scope by key, or its only one. Raises NotThere."""
    found = list(Program.objects.order_by("key"))
    if key is None and len(found) == 1:
        return found[0]
    return _one("program", key, {program.key: program for program in found})


def find_definition(program: Program, key: str | None) -> Definition:
    """A definition by key; without one the program's primary as of its newest version. Raises NotThere."""
    found = {d.key: d for d in Definition.objects.filter(program=program).order_by("key")}
    if key is None:
        newest = {v.definition_key: v for v in versions(program.id)}
        key = next((v.definition_key for v in newest.values() if v.primary), None)
    return _one("definition", key, found)


def versions(program_id: UUID | None = None) -> tuple[Version, ...]:
    """All versions of the definitions of a program, or of every program of the brand; oldest first within each."""
    rows = DefinitionVersion.objects.select_related("definition", "definition__program")
    if program_id is not None:
        rows = rows.filter(definition__program_id=program_id)
    return tuple(
        Version(
            definition_id=row.definition_id,
            definition_key=row.definition.key,
            definition_name=row.definition.name,
            program_id=row.definition.program_id,
            zone=ZoneInfo(row.definition.program.zone),
            version=row.version,
            effective_on=row.effective_on,
            primary=row.primary,
            meaning=msgspec.convert(row.meaning, Meaning),
        )
        for row in rows.order_by("definition__key", "version")
    )


def _one(noun: str, key: str | None, found: dict[str, Found]) -> Found:
    if key is not None and key in found:
        return found[key]
    there = ", ".join(found) or f"none: `tallystick init --setup FILE` makes a {noun}"
    asked = f"there is no {noun} {key!r}" if key is not None else f"say which {noun}"
    raise NotThere(f"{asked}; there is {there}")
