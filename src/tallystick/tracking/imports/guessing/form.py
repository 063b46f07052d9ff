"""What a guess starts from, and what it comes to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.imports.presets.form import Note

__all__ = ["Known", "KnownProgram", "Note", "Proposal"]


@dataclass(frozen=True, slots=True, order=True)
class KnownProgram:
    """A program of the brand: its key, currency and zone."""

    key: str
    currency: str
    zone: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the brand has already: its programs, and the keys by which files may name its partners and the like.

    today: the day that a constant is set to where a file names none, for a person to correct.
    """

    programs: frozenset[KnownProgram] = frozenset()
    partners: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    today: date = field(default=date(2000, 1, 1))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping that may be the right one for a file. fit: from 0 to 100. preset: its key, or empty.

    title: what the rows would be, for people to choose by. notes: why each field is as it is.
    """

    mapping: Mapping
    preset: str
    title: str
    fit: int
    notes: tuple[Note, ...]
