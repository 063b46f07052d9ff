"""What the table of columns begins with: the mapping as it stands, a proposal, a preset, a saved one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from tallystick.design.words import word
from tallystick.doors.console.state import BadAddress
from tallystick.doors.importing import preset_for
from tallystick.tracking.events.mapping.checks import parsed
from tallystick.tracking.events.mapping.form import EventFrom
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.queries import saved_mappings
from tallystick.tracking.imports.guessing.form import Proposal
from tallystick.tracking.imports.guessing.propose import propose
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.presets.catalog import PRESETS, preset_named
from tallystick.tracking.imports.presets.form import Note, Preset
from tallystick.tracking.imports.queries.known import known_here
from tallystick.tracking.imports.reading.look import Look

MOST_PROPOSED: Final = 5
OWN: Final = "own"
NOW: Final = "now"


@dataclass(frozen=True, slots=True)
class Base:
    """A mapping to begin with. key: as in the address. fit: how well it fits, in percent; None where nobody asked."""

    key: str
    title: str
    mapping: RowMapping
    preset: str = ""
    fit: int | None = None
    notes: Sequence[Note] = ()


def bases(row: Import, look: Look) -> list[Base]:
    """What can be begun with, the best first: what is being edited, what fits, and a mapping with nothing in it."""
    found = []
    if row.mapping_text:
        found.append(Base(NOW, _("As it is now"), read_loosely(row.mapping_text), row.preset))
    for number, proposal in enumerate(propose(look, name=row.name, known=known_here())[:MOST_PROPOSED], 1):
        found.append(_proposed(f"guess:{number}", proposal))
    empty = RowMapping(name=name_for(row.name), events=(EventFrom(kind="purchase"),))
    return [*found, Base(OWN, _("Begin with nothing"), empty)]


def base_named(key: str, offered: Sequence[Base], look: Look) -> Base:
    """What the address asks to begin with; without a word the first.

    Raises BadAddress, and NoMapping and UnlikePreset as `preset_for`.
    """
    if not key:
        return offered[0]
    kind, _dash, name = key.partition(":")
    for base in offered:
        if base.key == key:
            return base
    if kind == "preset":
        return _proposed(key, preset_for(name, look))
    if kind == "saved" and (saved := saved_mappings().get(name)):
        return Base(key, name, read_loosely(saved.text))
    raise BadAddress(_("There is no mapping “%(name)s” to begin with.") % {"name": key[:60]})


def others(look: Look) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What else can be begun with, by hand: saved mappings and presets, key and name."""
    saved = [(f"saved:{name}", name) for name in saved_mappings()]
    if saved:
        yield _("Mappings of the brand"), saved
    yield (
        _("Exports of other platforms"),
        [(f"preset:{preset.key}", preset_title(preset)) for preset in PRESETS],
    )


def read_loosely(text: str) -> RowMapping:
    """A mapping from its text, also where it is not complete yet. Raises BadMapping for what is none at all."""
    return parsed(text)


def name_for(file: str) -> str:
    """A name for a mapping, from that of a file: `Orders 2025.csv.gz` → `orders-2025`."""
    stem = file.partition(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:60] or "file"


def preset_title(preset: Preset) -> str:
    """What a preset is called: `Dub: commissions`."""
    return f"{preset.platform}: {word(preset.what)}"


def _proposed(key: str, proposal: Proposal) -> Base:
    preset = preset_named(proposal.preset)
    return Base(
        key,
        preset_title(preset) if preset else _(proposal.title),
        proposal.mapping,
        proposal.preset,
        proposal.fit,
        proposal.notes,
    )
