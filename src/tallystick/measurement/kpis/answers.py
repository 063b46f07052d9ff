"""What a question gets back: a section for each definition version, and in it cells. Frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tallystick.measurement.kpis.catalog import Kpi
from tallystick.measurement.kpis.cells import Cell
from tallystick.measurement.kpis.comparisons import Comparison
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.kpis.questions import Period, Question
from tallystick.partners.programs.rules import Basis, Denominator, Version


@dataclass(frozen=True, kw_only=True, slots=True)
class Previous:
    """The same for the period before: its cells, and what can be said of now against then.

    rows are those of now's keys that time does not tell apart; empty when the breakdown is by time.
    """

    period: Period
    total: Cell
    rows: tuple[Cell, ...]
    of_total: Comparison
    of_rows: tuple[tuple[Cell, Comparison], ...]
    """Each cell of now that has one of before, with the comparison."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The answer under one version. `rows` are empty without a breakdown; `total` is over all keys.

    baseline: the units of house channels under the same filters, except those on who sent them.
    immature_from: the first day on which a unit may still convert; None where all windows have closed.
    first_on, last_on: the days of the earliest and the latest unit of `total`; None without units.
    aside: conversions of the period with credit in the segment and filters, none of it earned by a unit, so that no
    cohort rate can show them (KPI-ASIDE).
    why_no_previous: said where a comparison was asked for and cannot be made.
    denominator: None where the KPI divides by no units. currency: of the amounts; None where there are none.
    """

    version: Version
    period: Period
    denominator: Denominator | None
    basis: Basis
    rows: tuple[Cell, ...]
    total: Cell
    baseline: Cell
    against_baseline: Comparison
    immature_from: date | None
    first_on: date | None
    last_on: date | None
    aside: int
    notes: tuple[str, ...]
    currency: str | None = None
    previous: Previous | None = None
    why_no_previous: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The answer to a question: one section a version, oldest first; none where no version was in force.

    entry: what the catalogue says of the KPI: its question, family, unit, owner, thresholds.
    """

    entry: Kpi
    question: Question
    zone: str
    sections: tuple[Section, ...]
    completeness: Completeness | None = None

    @property
    def kpi(self) -> str:
        """The key of the KPI."""
        return self.entry.key

    @property
    def kpi_version(self) -> int:
        """The version of its entry in the catalogue."""
        return self.entry.version


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRow:
    """One unit of a cell, or one row of its measures: a conversion where these are parts of such, else a single fact.

    converted: whether it counts above the line; None where nothing is said of that: units on the period basis, and what
    is only counted. is_unit: whether it counts below the line. The first receipt of a lead is the lead's own.
    """

    unit_id: UUID
    dated_at: datetime
    converted: bool | None
    immature: bool
    event_ids: tuple[UUID, ...]
    receipt_ids: tuple[UUID, ...]
    conversion_ids: tuple[UUID, ...]
    is_unit: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPage:
    """Some units of a cell, and how many there are in all: `units` that are one, `converted` that converted."""

    version: Version
    rows: tuple[UnitRow, ...]
    units: int
    converted: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditRow:
    """The share of one conversion that one touchpoint earned. A receipt is None where its row is not published."""

    conversion_id: UUID
    conversion_receipt_id: UUID | None
    event_id: UUID
    receipt_id: UUID | None
    share_ppb: int
    converted_at: datetime
    touched_at: datetime
    customer_type: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditPage:
    """Some credit of a cell, and the totals of all of it."""

    version: Version
    rows: tuple[CreditRow, ...]
    conversions: int
    share_ppb: int
