"""What became of the rows of a file, and what stands behind them: of a dry run and of an import alike. Pure.

`rows = counted + duplicate + ignored + quarantined + waiting`, all in rows of the file. Identifier: IMPORT-TALLY.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tallystick.kit import clock
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.reported.rules import CommissionDraft, CostDraft, OrderDraft, TotalDraft

_EMPTY: Final[Mapping[Any, int]] = MappingProxyType({})

TOTALS, COSTS, COMMISSIONS, ORDERS = "totals", "costs", "commissions", "orders"
OPENED = PARTNERS, LINKS, CODES = "partners", "links", "codes"
"""What things are called in a tally that are no events: as the mapping calls them. Events are called by their kind."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of every row. Identifier: IMPORT-TALLY.

    counted: rows behind at least one event or reported thing, or behind a partner, link or code that is there now.
    duplicate: rows that had arrived before, or that stand twice under the same key. ignored: kept, and nothing comes of
    them: the mapping or a person says so, or another row under the same key stands for them. quarantined: rows that
    wait for a person. waiting: received and not yet verified; 0 when the journey is through, and in a dry run.
    reasons: of those in quarantine. things: what it is → how many. money: (what it is, currency) → minor units.
    unknown: (program, role, name) → rows in quarantine because nobody knows the name. first_at, last_at: of all things
    that have a time.
    """

    rows: int = 0
    counted: int = 0
    duplicate: int = 0
    ignored: int = 0
    quarantined: int = 0
    waiting: int = 0
    reasons: Mapping[Reason, int] = field(default_factory=lambda: _EMPTY)
    things: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    money: Mapping[tuple[str, str], int] = field(default_factory=lambda: _EMPTY)
    unknown: Mapping[tuple[str, str, str], int] = field(default_factory=lambda: _EMPTY)
    first_at: datetime | None = None
    last_at: datetime | None = None


class Thing(NamedTuple):
    """What one draft counts as: its name, its money if it has any, and its time if it has one."""

    what: str
    amount_minor: int | None = None
    currency: str | None = None
    at: datetime | None = None


def thing_of(draft: object) -> Thing | None:
    """What an event or a reported thing counts as in a tally; None for anything else."""
    match draft:
        case Draft():
            return Thing(draft.kind, draft.amount_minor, draft.currency, draft.occurred_at)
        case TotalDraft():
            return Thing(TOTALS, draft.amount_minor, draft.currency, clock.midnight(draft.on))
        case CostDraft():
            return Thing(COSTS, draft.amount_minor, draft.currency, clock.midnight(draft.on))
        case CommissionDraft():
            return Thing(COMMISSIONS, draft.amount_minor, draft.currency, draft.earned_at)
        case OrderDraft():
            return Thing(ORDERS, draft.amount_minor, draft.currency, draft.ordered_at)
        case _:
            return None


class Counting:
    """Adds rows up to a tally, in any order."""

    def __init__(self) -> None:
        self.rows = Counter[str]()
        self._reasons = Counter[Reason]()
        self._things = Counter[str]()
        self._money = Counter[tuple[str, str]]()
        self._unknown = Counter[tuple[str, str, str]]()
        self._span: tuple[datetime, datetime] | None = None

    def add_rows(self, became: str, rows: int) -> None:
        """So many rows became one of: counted, duplicate, ignored."""
        self.rows[became] += rows

    def add_quarantined(self, reason: Reason, rows: int, unknown: tuple[str, str, str] | None) -> None:
        """So many rows wait for a reason; fewer than none take back what was added before."""
        self.rows["quarantined"] += rows
        self._reasons[reason] += rows
        if unknown:
            self._unknown[unknown] += rows

    def add_things(self, things: Iterable[Thing]) -> None:
        """These things stand behind rows."""
        for thing in things:
            self._things[thing.what] += 1
            if thing.amount_minor is not None:
                self._money[thing.what, thing.currency or ""] += thing.amount_minor
            if thing.at is not None:
                first, last = self._span or (thing.at, thing.at)
                self._span = min(first, thing.at), max(last, thing.at)

    def tally(self) -> Tally:
        """The sum of what was added so far."""
        first, last = self._span or (None, None)
        return Tally(
            rows=self.rows.total(),
            counted=self.rows["counted"],
            duplicate=self.rows["duplicate"],
            ignored=self.rows["ignored"],
            quarantined=self.rows["quarantined"],
            reasons=_counted(self._reasons),
            things=_counted(self._things),
            money=dict(sorted(self._money.items())),
            unknown=_counted(self._unknown),
            first_at=first,
            last_at=last,
        )


def _counted(counter: Counter[Any]) -> dict[Any, int]:
    return {each: counter[each] for each in sorted(counter) if counter[each]}
