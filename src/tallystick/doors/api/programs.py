"""Which program a call is about."""

from __future__ import annotations

from tallystick.doors.api.problems import FieldProblem, Problem
from tallystick.doors.nouns.all import NOUNS
from tallystick.partners.programs.models import Program


def program_named(text: str) -> Program:
    """The program of the brand with an id or a key. Raises Problem for none."""
    found = NOUNS["program"].find(text)
    if not isinstance(found, Program):
        raise _wrong("There is no such program; write its id or its key.")
    return found


def the_program(text: str | None) -> Program:
    """The program that is named, or the only one there is. Raises Problem where it is not clear which."""
    if text:
        return program_named(text)
    programs = list(Program.objects.order_by("key")[:2])
    if len(programs) != 1:
        raise _wrong("Say which program: write its id or its key.")
    return programs[0]


def _wrong(message: str) -> Problem:
    return Problem("invalid", fields=[FieldProblem("program", message)])
