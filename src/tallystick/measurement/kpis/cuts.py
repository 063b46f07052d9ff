"""What one SQL text computes: one KPI, one definition version, one kind of unit, one period. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tallystick.kit import clock
from tallystick.measurement.kpis.calendars import calendar
from tallystick.measurement.kpis.catalog import Kpi
from tallystick.measurement.kpis.dimensions import DIMENSIONS, NOBODY, About, Key, as_raw
from tallystick.measurement.kpis.kinds import Segment
from tallystick.measurement.kpis.measures import PATHS, RECONCILED, RELATIONS, Measure
from tallystick.partners.programs.rules import Basis, Denominator

__all__ = ["Cut", "Days", "Segment", "days_read", "parameters"]

_DAY_MICROS: Final = 24 * 3600 * 1_000_000
_A_DAY: Final = timedelta(days=1)

Days = tuple[date | None, date | None]
"""UTC days from the first to the last, both included; None is open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Everything that decides a cell's figures. `start` is included, `end` is not; None is open.

    definition_id, currency: None where the KPI is of none. unit: None where it divides by no units. windows:
    (touchpoint kind, days). never_matures: credit comes by a binding for life, so no window ever closes. top: so many
    rows, and one more for all others. clustered: with the sums over people that an interval takes. baseline: with the
    whole of house channels beside it.
    """

    kpi: Kpi
    program_id: UUID
    definition_id: UUID | None
    version: int
    unit: Denominator | None
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
    currency: str | None = None
    top: int | None = None
    clustered: bool = True
    baseline: bool = False

    @property
    def numerator(self) -> Measure:
        """What stands above the line."""
        return self.kpi.measures.numerator

    @property
    def denominator(self) -> Measure | None:
        """What stands below it."""
        return self.kpi.measures.denominator

    @property
    def split(self) -> tuple[int, ...]:
        """The places in `by` of what tells apart conversions only, so that each of its cells is over all units."""
        if self.unit is None:
            return ()
        return tuple(n for n, name in enumerate(self.by, 1) if DIMENSIONS[name].about is About.OUTCOME)

    @property
    def longest_window_days(self) -> int | None:
        """How long before a conversion a touchpoint may lie that earned credit of it; None where there is no limit."""
        return None if self.never_matures else max(dict(self.windows).values(), default=0)

    @property
    def open_windows(self) -> bool:
        """Whether a unit of the cut may be immature: not where the longest window had closed on its last moment."""
        if self.basis is Basis.PERIOD:
            return False
        longest = self.longest_window_days
        if longest is None or self.end is None:
            return True
        # A session lasts up to a day beyond its first moment, and a lead is younger than what led to it.
        last = self.end + (_A_DAY if self.unit is Denominator.SESSIONS else timedelta(0))
        return last + timedelta(days=longest) > self.as_of


def parameters(cut: Cut) -> dict[str, Any]:
    """Every value that the SQL texts may name: ids as bytes, instants as aware datetimes, lengths in microseconds."""
    values: dict[str, Any] = {
        "program": cut.program_id.bytes,
        "nobody": NOBODY,
        "version": cut.version,
        "start": cut.start,
        "end": cut.end,
        "as_of": cut.as_of,
        "as_of_us": clock.to_micros(cut.as_of),
        "currency": cut.currency,
        "top": cut.top,
    }
    if cut.unit is Denominator.SESSIONS:
        values |= {
            "seen_from": cut.start - _A_DAY if cut.start else None,
            "seen_until": cut.end + _A_DAY if cut.end else None,
            "earned_from": _earned_from(cut),
        }
    if cut.definition_id:
        values["definition"] = cut.definition_id.bytes
    if cut.lead_definition_id:
        values["leads"] = cut.lead_definition_id.bytes
    for n, (kind, days) in enumerate(cut.windows):
        values |= {f"window_kind_{n}": kind, f"window_us_{n}": days * _DAY_MICROS}
    for n, (name, value) in enumerate(cut.where):
        values[f"where_{n}"] = as_raw(name, value)
    if any(DIMENSIONS[name].about is About.TIME for name in (*cut.by, *(name for name, _ in cut.where))):
        values |= calendar(cut.zone, cut.start, cut.end or cut.as_of)
    return values


def days_read(cut: Cut) -> dict[str, Days]:
    """Which UTC days of each fact table can matter to a cut, so that the others' files are never opened.

    Facts: those of the period. Sessions: touchpoints of a day more on either side; of a cohort also as far back as
    credit of the period reaches (KPI-ASIDE). What a cohort led to: credit from
    the period's beginning on, without an end; of leads also what they earned before it, as far as a window reaches.
    The shop's orders: those of the period, beside every outcome there is.
    """
    first, last = _utc_day(cut.start), _utc_day(cut.end)
    until = None if cut.basis is Basis.COHORT else last
    found: dict[str, Days] = {PATHS: (first, until), "conversions": (first, until)}
    for measure in cut.kpi.measures.all:
        table = RELATIONS[measure.fact].table
        found.setdefault(table, (first, last))
        if measure.fact == RECONCILED:
            found["outcomes"] = (None, None)
    match cut.unit:
        case Denominator.SESSIONS:
            begin = cut.start - _A_DAY if cut.start else None
            found["touchpoints"] = (
                _utc_day(begin if cut.basis is Basis.PERIOD else _earned_from(cut)),
                _utc_day(cut.end + _A_DAY) if cut.end else None,
            )
        case Denominator.LEADS:
            longest = cut.longest_window_days
            back = (
                _utc_day(cut.start - timedelta(days=longest)) if cut.start and longest is not None else None
            )
            found |= {PATHS: (back, until), "conversions": (back, until)}
    return found


def _earned_from(cut: Cut) -> datetime | None:
    """From when on touchpoints decide whether what earned credit of the period was a part of a session (KPI-ASIDE)."""
    longest = cut.longest_window_days
    if cut.start is None or longest is None:
        return None
    # A session's most, and the pause before it.
    return cut.start - timedelta(days=longest) - 2 * _A_DAY


def _utc_day(at: datetime | None) -> date | None:
    return at.astimezone(UTC).date() if at else None
