"""From a cut to one SQL text that gives the sufficient statistics of all its cells. Identifier: KPI-COMPILE.

The text is a chain of named steps, from facts over units and the credit that reached them to entries, clusters and
cells, and it is the same for every engine up to its dialect. `lineage` continues the same chain down to rows, which is
why the rows of a cell count exactly to its figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tallystick.measurement.kpis.cohort import aside_select, cohort_steps
from tallystick.measurement.kpis.cuts import Cut, parameters
from tallystick.measurement.kpis.dialects import kinds, render
from tallystick.measurement.kpis.measures import RELATIONS, UNITS
from tallystick.measurement.kpis.period import counts_things, period_steps
from tallystick.measurement.kpis.rollup import rollup_steps
from tallystick.measurement.kpis.steps import OURS, Step, is_part, passes
from tallystick.measurement.kpis.sums import TOTAL, last_select, sum_steps, tell
from tallystick.measurement.kpis.units import units_select
from tallystick.partners.programs.rules import Basis


@dataclass(frozen=True, slots=True)
class Compiled:
    """One SQL text of an engine's dialect, and the values of the parameters it names."""

    sql: str
    parameters: dict[str, Any]


def compile_cells(cut: Cut, *, dialect: str, rollups: bool = False) -> Compiled:
    """The SQL text whose rows are all cells of a cut.

    Columns: scope (`row`, `other`, `total`, `baseline`), k1, k2 … (the keys as texts, in the order of `by`; they say
    nothing where the scope is not `row`), and the sums of `sums.SUMS`. successes: converted units on the cohort basis,
    parts per billion or amounts times those on the period basis. There is always a `total`, and a `baseline` where
    the cut has one. rollups: count touchpoints from `touch_counts`, which the cut must allow
    (`rollup.is_counted_already`).
    """
    if rollups:
        steps = rollup_steps(cut)
    else:
        steps = cohort_steps(cut) if cut.basis is Basis.COHORT else period_steps(cut)
    cohort = cut.basis is Basis.COHORT
    sums = sum_steps(cut, crossed=cohort, counting=cohort or counts_things(cut))
    more = ([_extent(cut)] if cut.clustered else []) + ([_aside(cut)] if cohort else [])
    return finish([*steps, *sums], last_select(cut, more), cut, dialect=dialect)


def finish(steps: Iterable[Step], last: str, cut: Cut, *, dialect: str, **more: Any) -> Compiled:
    """Join steps into one text in an engine's dialect, and keep the parameters that it uses."""
    chain = ",\n".join(f"{step.name} AS ({step.select})" for step in steps)
    values = parameters(cut) | more
    sql, names = render(f"WITH {chain}\n{last}" if chain else last, dialect, kinds(values))
    return Compiled(sql, {name: values[name] for name in sorted(names)})


def _extent(cut: Cut) -> str:
    """The instants of the first and the last unit; of what divides by none, of the first and the last row."""
    measure = cut.denominator or cut.numerator
    if measure.fact == UNITS:
        mature = " AND u.due_us <= $as_of_us" if cut.mature_only else ""
        source = f"({units_select(cut)}) AS u WHERE u.counts AND {passes(cut, 'u', 'u.dated_at')}{mature}"
        at = "u.dated_at"
    else:
        part = "below" if cut.denominator else "above"
        source, at = (
            f"rows_{measure.fact} AS u WHERE u.{part} AND {is_part(OURS)}",
            f"u.{RELATIONS[measure.fact].at}",
        )
    # One more, because 0 stands for nothing at all, and 1970 begins with an instant of its own.
    told = {
        name: f"COALESCE(MICROS({of}({at})) + 1, 0)" for name, of in (("first_us", "MIN"), ("last_us", "MAX"))
    }
    return tell(cut, TOTAL, told, source)


def _aside(cut: Cut) -> str:
    return tell(cut, TOTAL, {"aside": "COUNT(*)"}, f"({aside_select(cut)}) AS aside")
