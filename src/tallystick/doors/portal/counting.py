"""What was counted for a partner: its own question, asked of one program of the brand in scope."""

from __future__ import annotations

from typing import Final

from tallystick.doors.asking import Asked, Wanted, ask
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.partnerships.rules import State
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.queries import NotThere

COUNTING: Final = (State.ACTIVE, State.PAUSED, State.ENDED)
"""States of a partnership in which something may have been counted."""


def ask_for(partner: Partner, program: Program) -> Asked | None:
    """The partner's own rate, of all days; None where the brand has not yet said what it counts."""
    wanted = Wanted(program=program.key, where=(f"partner={partner.key}",))
    try:
        return ask(wanted)
    except NotThere:
        return None
