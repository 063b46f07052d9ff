"""The whole of a cut: its one cell, the days that its units span, and the conversions that stand beside it.

Identifier: KPI-ASIDE. A cohort rate sees conversions only through units. A conversion whose credit went to touchpoints
that are none, such as a code that was used without a visit, is counted here instead, so that it does not vanish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tallystick.kit import clock
from tallystick.measurement.kpis.cells import Statistics, read_statistics
from tallystick.measurement.kpis.compile import (
    Compiled,
    cell_steps,
    cohort_steps,
    counts_for_cell,
    finish,
    passes,
    period_steps,
)
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.units import Step, is_unit_kind, within
from tallystick.partners.programs.rules import Basis, Denominator


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """The cell of all units of a cut, and what only all of them have.

    first_on, last_on: the days of the earliest and the latest unit, in the program's zone; None without units.
    aside: conversions of the period that no unit of any cell can show; 0 on the period basis, which counts them.
    """

    statistics: Statistics
    first_on: date | None
    last_on: date | None
    aside: int


def compile_total(cut: Cut, *, dialect: str) -> Compiled:
    """The SQL text whose one row is the whole of a cut without a breakdown.

    Columns: those of `compile_cells`, NULL where there is no cell, and first_us, last_us (of the units, NULL without
    any) and aside.
    """
    cohort = cut.basis is Basis.COHORT
    extent = "SELECT MIN(MICROS(dated_at)) AS first_us, MAX(MICROS(dated_at)) AS last_us FROM counted"
    steps = [
        *(cohort_steps(cut) if cohort else period_steps(cut)),
        *cell_steps(cut),
        Step("extent", extent),
        *([_aside(cut)] if cohort else []),
    ]
    last = f"""
        SELECT e.first_us, e.last_us, {"(SELECT COUNT(*) FROM aside)" if cohort else "0"} AS aside,
          c.*, r.conversions, r.share_ppb
        FROM extent AS e LEFT JOIN cells AS c ON TRUE LEFT JOIN reach AS r ON TRUE
        """
    return finish(steps, last, cut, dialect=dialect)


def read_whole(row: Mapping[str, Any], cut: Cut) -> Whole:
    """The whole of a cut from the one row of `compile_total`."""
    counted = row["units"] is not None
    filled = {name: 0 if value is None else value for name, value in row.items()}
    return Whole(
        statistics=read_statistics(filled, cut.basis) if counted else Statistics(basis=cut.basis),
        first_on=_day(row["first_us"], cut.zone),
        last_on=_day(row["last_us"], cut.zone),
        aside=int(row["aside"]),
    )


def _aside(cut: Cut) -> Step:
    """Conversions dated in the period with credit in the segment and filters, none of it earned by a unit."""
    leads, in_unit = "", f"COALESCE(t.counts AND {is_unit_kind(cut, 't')}, FALSE)"
    if cut.unit is Denominator.LEADS:
        leads = """LEFT JOIN (SELECT event_id, MIN(dated_at) AS first_at FROM members GROUP BY event_id) AS l
          ON l.event_id = c.event_id"""
        in_unit = "l.first_at <= c.converted_at"
    return Step(
        "aside",
        f"""
        SELECT c.conversion_id
        FROM paths AS c LEFT JOIN touches AS t ON t.event_id = c.event_id {leads}
        WHERE c.program_id = $program AND c.definition_id = $definition AND c.share_ppb > 0
          AND c.converted_at <= $as_of{within(cut, "c.converted_at")}
          AND {passes(cut, "t", "c.converted_at")} AND {counts_for_cell(cut, "c")}
        GROUP BY c.conversion_id HAVING MAX(CASE WHEN {in_unit} THEN 1 ELSE 0 END) = 0
        """,
    )


def _day(micros: int | None, zone: str) -> date | None:
    return None if micros is None else clock.day_of(clock.from_micros(micros), ZoneInfo(zone))
