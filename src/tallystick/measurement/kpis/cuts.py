"""What one SQL text computes: one definition version, one kind of unit, one period. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tallystick.kit import clock
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About, Key, as_text
from tallystick.partners.programs.rules import Basis, Denominator

_DAY_MICROS = 24 * 3600 * 1_000_000

Days = tuple[date | None, date | None]
"""UTC days from the first to the last, both included; None is open."""


class Segment(StrEnum):
    """Whose units: those that partners sent, those of house channels (the baseline), or all there are. KPI-SEGMENT."""

    PARTNER = "partner"
    HOUSE = "house"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Everything that decides a cell's figures. `start` is included, `end` is not; None is open.

    windows: (touchpoint kind, days). never_matures: credit comes by a binding for life, so no window ever closes.
    """

    program_id: UUID
    definition_id: UUID
    version: int
    unit: Denominator
    basis: Basis
    zone: str
    start: datetime | None
    end: datetime | None
    as_of: datetime
    by: tuple[str, ...]
    where: tuple[tuple[str, Key], ...]
    segment: Segment
    windows: tuple[tuple[str, int], ...]
    never_matures: bool
    lead_definition_id: UUID | None
    mature_only: bool

    @property
    def splits_outcomes(self) -> bool:
        """Whether cells differ by what the conversion was like, so that each is over all units."""
        return any(DIMENSIONS[name].about is About.OUTCOME for name in self.by)

    @property
    def longest_window_days(self) -> int | None:
        """How long before a conversion a touchpoint may lie that earned credit of it; None where there is no limit."""
        return None if self.never_matures else max(dict(self.windows).values(), default=0)


def parameters(cut: Cut) -> dict[str, Any]:
    """Every value that the SQL texts may name: ids as bytes, instants as aware datetimes, lengths in microseconds."""
    values: dict[str, Any] = {
        "program": cut.program_id.bytes,
        "definition": cut.definition_id.bytes,
        "version": cut.version,
        "zone": cut.zone,
        "start": cut.start,
        "end": cut.end,
        "as_of": cut.as_of,
        "as_of_us": clock.to_micros(cut.as_of),
    }
    if cut.lead_definition_id:
        values["leads"] = cut.lead_definition_id.bytes
    for n, (kind, days) in enumerate(cut.windows):
        values |= {f"window_kind_{n}": kind, f"window_us_{n}": days * _DAY_MICROS}
    for n, (_, value) in enumerate(cut.where):
        values[f"where_{n}"] = as_text(value)
    return values


def days_read(cut: Cut, *, aside: bool = False) -> dict[str, Days]:
    """Which UTC days of each fact table can matter to a cut, so that the others' files are never opened.

    Touchpoints: those of the period where a unit is one touchpoint and credit is looked up by unit; all otherwise,
    because a session may begin, and a credited touchpoint lie, before the period. Credits and
    conversions: none from before it can count.

    aside: also what conversions of the period were credited to, be it a unit of the period or not: touchpoints as far
    back as the longest window reaches, and the leads that they earned there.
    """
    first, last = _utc_day(cut.start), _utc_day(cut.end)
    back = _reached_back(cut) if aside else first
    single = cut.unit in (Denominator.CLICKS, Denominator.EXPOSURES) and cut.basis is Basis.COHORT
    until = last if cut.basis is Basis.PERIOD else None
    dated = (back if cut.unit is Denominator.LEADS else first, until)
    return {
        "touchpoints": (back, last) if single else (None, None),
        "paths": dated,
        "conversions": dated,
    }


def _utc_day(at: datetime | None) -> date | None:
    return at.astimezone(UTC).date() if at else None


def _reached_back(cut: Cut) -> date | None:
    longest = cut.longest_window_days
    return _utc_day(cut.start - timedelta(days=longest)) if cut.start and longest is not None else None
