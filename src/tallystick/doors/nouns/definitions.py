"""Conversion definitions as JSON values, for the API and for commands. No noun: a version never changes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from tallystick.doors.nouns.shapes import about, id_of
from tallystick.measurement.attribution.preview import Preview
from tallystick.partners.programs.models import Definition, DefinitionVersion

BEFORE_AFTER: Final = ("before", "after")


def definition_values(row: Definition) -> dict[str, Any]:
    """A definition without its versions."""
    program = row.program
    return about(row, program=program.handle, program_id=id_of(program), key=row.key, name=row.name)


def with_versions(row: Definition) -> dict[str, Any]:
    """A definition with everything it ever meant, oldest first."""
    versions = DefinitionVersion.objects.filter(definition=row).order_by("version")
    return {**definition_values(row), "versions": [version_values(each) for each in versions]}


def version_values(row: DefinitionVersion) -> dict[str, Any]:
    """One version."""
    return {
        "version": row.version,
        "effective_on": row.effective_on.isoformat(),
        "primary": row.primary,
        "meaning": row.meaning,
    }


def preview_values(found: Preview) -> dict[str, Any]:
    """What a version would change."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "outcomes": found.outcomes,
        "is_cut": found.is_cut,
        "version_in_force": found.before.version if found.before else None,
        "differences": [asdict(each) for each in found.differences],
        "conversions": dict(zip(BEFORE_AFTER, found.conversions, strict=True)),
        "credited": dict(zip(BEFORE_AFTER, found.credited, strict=True)),
        "effects": [asdict(each) for each in found.effects],
    }
