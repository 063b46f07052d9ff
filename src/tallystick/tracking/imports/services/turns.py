"""Whose turn an import is: one worker has it for a while, and writes down how far it is. Identifier: IMPORT-TURN.

The turn is a lease, taken and renewed by compare-and-swap. Whoever is not heard of for its length has lost it, and
whoever takes it goes on where the other had come. Two at work on one import do no harm: they make the same receipts,
which the store keeps once, and only the one who has the turn counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from tallystick.foundation.outbox.services import announce
from tallystick.kit import clock, ids
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import there
from tallystick.tracking.imports.receiving.receive import Received
from tallystick.tracking.imports.rules.steps import State, StepRefused, refuse_unless

LEASE: Final = timedelta(minutes=2)
"""How long a worker may be silent. It speaks after every step, and while it reads at least every quarter of this."""


class LetGo(Exception):
    """The turn is over: a person has stopped the import, or somebody else has taken it."""


@dataclass(slots=True)
class Turn:
    """One worker's turn: the import as it found it, and what it has come to since."""

    row: Import
    until: datetime
    receipts: int = 0
    received: Received = field(default_factory=Received)

    def count(self, received: Received, *, receipts: int, read_bytes: int) -> None:
        """Write down that so many receipts more were answered, and how. Raises LetGo."""
        self.receipts, self.received = self.receipts + receipts, self.received + received
        self._write(self._renewed() | self._progress() | {"read_bytes": read_bytes})

    def beat(self, *, read_bytes: int) -> None:
        """Be heard of, where that is due. Raises LetGo."""
        if self.until - clock.now() < LEASE * 3 / 4:
            self._write(self._renewed() | {"read_bytes": read_bytes})

    def pause(self, *, read_bytes: int) -> None:
        """Say that it waits for the journey, and be heard of. Raises LetGo."""
        self._write(self._renewed() | {"read_bytes": read_bytes, "is_paused": True})

    def give_back(self) -> None:
        """Let the next worker go on. Raises LetGo."""
        self._write({"state": State.QUEUED, "held_until": None})

    def end(self, *, read_bytes: int, skipped: list[list[str]]) -> None:
        """All rows are receipts: say so, also to programs outside. Raises LetGo."""
        done = {"state": State.RECEIVED, "ended_at": clock.now(), "held_until": None, "error": ""}
        with transaction.atomic():
            self._write({**done, "read_bytes": read_bytes, "skipped": skipped})
            said = {"name": self.row.name, "rows": self.received.rows}
            announce("import.received", subject=ids.show("imp", self.row.id), body=said)

    def fail(self, why: str, *, is_counted: bool) -> None:
        """It cannot go on. is_counted: whether all that was appended is counted. Raises LetGo."""
        self._write(
            {
                "state": State.FAILED,
                "error": why,
                "ended_at": clock.now(),
                "held_until": None if is_counted else self.until,
            }
        )

    def _renewed(self) -> dict[str, Any]:
        return {"held_until": clock.now() + LEASE}

    def _progress(self) -> dict[str, Any]:
        received = self.received
        return {
            "receipts": self.receipts,
            "rows": received.rows,
            "rows_accepted": received.accepted,
            "rows_duplicate": received.duplicate,
            "rows_conflict": received.conflict,
        }

    def _write(self, said: dict[str, Any]) -> None:
        held = Import.objects.filter(id=self.row.id, state=State.RECEIVING, held_until=self.until)
        if not held.update(**{"is_paused": False, **said}):
            raise LetGo
        self.until = said.get("held_until") or self.until


def take(row: Import) -> Turn:
    """Take the turn of an import, from somebody else if need be: they let go at their next step. Raises StepRefused."""
    row = there(row)
    refuse_unless("run", row.state, name=row.name)
    until = clock.now() + LEASE
    seen = Import.objects.filter(id=row.id, state=row.state, held_until=row.held_until)
    if not seen.update(state=State.RECEIVING, held_until=until):
        raise StepRefused("Somebody else has just changed %(name)s. Look at it again.", name=row.name)
    counted = Received(row.rows, row.rows_accepted, row.rows_duplicate, row.rows_conflict)
    return Turn(row, until, row.receipts, counted)
