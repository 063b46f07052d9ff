"""Which mapping an import is given: from a file, a saved one, a preset, or a proposal made by looking at the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tallystick.doors import importing
from tallystick.doors.cli import output
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.partners.programs.queries import find_program
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import BadMapping
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.guessing.form import Note, Proposal
from tallystick.tracking.imports.guessing.propose import propose
from tallystick.tracking.imports.queries.known import known_here
from tallystick.tracking.imports.reading.look import Look, look_at

CERTAIN = 90
"""The fit, of 100, from which a proposal is taken without asking - unless one of its notes says to look."""

NOTHING = "Nothing was imported."


@dataclass(frozen=True, slots=True)
class Asked:
    """How a mapping was named; at most one of the first three."""

    file: Path | None = None
    saved: str | None = None
    preset: str | None = None
    program: str | None = None

    def refuse_several(self) -> None:
        """Raise CommandError where the mapping is named in two ways."""
        if sum(named is not None for named in (self.file, self.saved, self.preset)) > 1:
            raise CommandError("Name one mapping: --mapping, --saved or --preset.", USAGE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mapping with its text; none of both for a file of whole events. is_certain: whether it can be used as it is."""

    mapping: RowMapping | None = None
    text: str | None = None
    is_certain: bool = True

    def what_to_do(self, name: str) -> str:
        """What to do with a proposal that is not certain enough."""
        return (
            f"{name} was not imported, because this is a guess. Write it down with --write-mapping FILE, correct it, "
            "and import with --mapping FILE."
        )


def choose(path: Path, name: str, asked: Asked, *, printed: bool) -> Chosen:
    """The mapping that was named, or the best that looking at the file finds; printed: a doubtful one as TOML."""
    if asked.program is not None:
        find_program(asked.program)
    if asked.file is not None:
        return _for_program(_from_file(asked.file), asked.program)
    if asked.saved is not None:
        return _for_program(_checked(importing.saved_text(asked.saved)), asked.program)
    look = look_at(path, name=name)
    if asked.preset is not None:
        return _for_program(_from_preset(asked.preset, look), asked.program)
    if look.events:
        return Chosen()
    chosen = _proposed(propose(look, name=name, known=known_here()), name, asked.program)
    if printed and not chosen.is_certain:
        output.emit_text((chosen.text or "").rstrip())
    return chosen


def _from_file(path: Path) -> Chosen:
    if not path.is_file():
        raise CommandError(f"There is no file {path}.", NOT_FOUND)
    try:
        return _checked(path.read_text(encoding="utf-8"))
    except (BadMapping, UnicodeDecodeError) as wrong:
        raise CommandError(f"The mapping {path} cannot be used: {wrong}. {NOTHING}") from wrong


def _from_preset(key: str, look: Look) -> Chosen:
    fitted = importing.preset_for(key, look)
    _say(fitted.notes)
    return Chosen(fitted.mapping, mapping_text(fitted.mapping))


def _proposed(proposals: Sequence[Proposal], name: str, program: str | None) -> Chosen:
    if not proposals:
        raise CommandError(
            f"Nothing in {name} says what its rows are. Write a mapping: docs/how/import.md.", USAGE
        )
    best = proposals[0]
    is_certain = best.fit >= CERTAIN and not any(note.must_look for note in best.notes)
    chosen = _for_program(Chosen(best.mapping, mapping_text(best.mapping), is_certain), program)
    output.say(f"{name} looks like {best.title}.")
    _say(best.notes)
    return chosen


def _say(notes: Sequence[Note]) -> None:
    for note in notes:
        what = " ← ".join(part for part in (note.field, note.column) if part)
        output.say(f"  {'look: ' if note.must_look else ''}{f'{what}: ' if what else ''}{note.why}")


def _checked(text: str) -> Chosen:
    return Chosen(read_mapping(text), text)


def _for_program(chosen: Chosen, program: str | None) -> Chosen:
    if chosen.text is None:
        return chosen
    text = importing.for_program(chosen.text, program)
    return Chosen(read_mapping(text), text, chosen.is_certain)
