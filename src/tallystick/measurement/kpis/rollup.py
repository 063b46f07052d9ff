"""SQL over what was counted already: touchpoints by the quarter of an hour. Identifier: KPI-QUICK.

Exact, not approximate: a rollup is read only where every dimension, filter and edge of the period lies on what it
tells apart. What converted comes from the paths, as always.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tallystick.kit.clock import to_micros
from tallystick.kit.facts import TOUCH_COUNTS, TOUCHPOINTS
from tallystick.measurement.kpis.calendars import calendar
from tallystick.measurement.kpis.cohort import converts, reached_steps
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.measures import UNITS, Aggregate, columns_of, condition
from tallystick.measurement.kpis.period import counting_step, counts_things, row_names, row_steps
from tallystick.measurement.kpis.steps import Step, is_seen, keys, part, unit_keys, within
from tallystick.measurement.kpis.units import due, is_single, of_kind
from tallystick.partners.programs.rules import Basis

QUARTER: Final = timedelta(minutes=15)
_QUARTER_MICROS: Final = 15 * 60 * 1_000_000
_TOLD_APART: Final = frozenset(column.name for column in TOUCH_COUNTS.columns)


def last_whole_quarter(at: datetime) -> datetime:
    """The last microsecond of the last quarter of an hour (UTC) that is over: what lies up to then is in whole rows."""
    micros = to_micros(at) + 1
    return at - timedelta(microseconds=micros % _QUARTER_MICROS)


def is_counted_already(cut: Cut) -> bool:
    """Whether the touchpoints of a cut can be counted from `touch_counts` without losing anything."""
    facts = {measure.fact for measure in cut.kpi.measures.all}
    of_touches = (UNITS in facts and is_single(cut)) or facts == {TOUCHPOINTS.name}
    return of_touches and not cut.clustered and _on_edges(cut) and _columns(cut) <= _TOLD_APART


def rollup_steps(cut: Cut) -> list[Step]:
    """As `cohort_steps` and `period_steps`, without whom the rows are of."""
    if cut.basis is Basis.COHORT:
        converted = f"""
            SELECT o.part, {_keys_of_outcome(cut)} 0 AS u, 1 AS s, 0 AS immature
            FROM outcomes AS o WHERE {converts(cut)}
            """
        reached, outcomes, *others = reached_steps(cut)
        return [reached, outcomes, Step("entries", f"{_units(cut)} UNION ALL {converted}"), *others]
    if cut.denominator and cut.denominator.fact == UNITS:
        rows = [
            f"SELECT r.part, {_names(cut)} 0 AS u, r.s, 0 AS immature FROM rows_{fact} AS r"
            for fact in row_names(cut)
        ]
        entries = Step("entries", " UNION ALL ".join([_units(cut), *rows]))
        counting = [counting_step(cut)] if counts_things(cut) else []
        return [*row_steps(cut), entries, *counting]
    return [Step("entries", _touches(cut))]


def _units(cut: Cut) -> str:
    at = "t.bucket_at"
    mature = f" AND {due(cut, 't', 'bucket_at')} <= $as_of_us" if cut.mature_only else ""
    immature = (
        f"CASE WHEN t.counts AND {due(cut, 't', 'bucket_at')} > $as_of_us THEN t.touches ELSE 0 END"
        if cut.open_windows
        else "0"
    )
    return f"""
        SELECT {part(cut, "t", at, counts="t.counts")} AS part, {unit_keys(cut, "t", at)} t.touches AS u, 0 AS s,
          {immature} AS immature
        FROM touch_counts AS t
        WHERE t.program_id = $program AND t.bucket_at <= $as_of AND {of_kind(cut, "t")}{within(cut, at)}{mature}
          AND {is_seen(cut, "t", at)}
        """


def _touches(cut: Cut) -> str:
    at = "t.bucket_at"
    above = condition(cut.numerator, "t")
    below = condition(cut.denominator, "t") if cut.denominator else "FALSE"
    if cut.kpi.whole_outcomes:
        above = f"{above} AND {below}"
    return f"""
        SELECT {part(cut, "t", at)} AS part, {keys(cut, "t", at)} CASE WHEN {below} THEN t.touches ELSE 0 END AS u,
          CASE WHEN {above} THEN t.touches ELSE 0 END AS s, 0 AS immature
        FROM touch_counts AS t
        WHERE t.program_id = $program AND t.bucket_at <= $as_of{within(cut, at)} AND {is_seen(cut, "t", at)}
        """


def _keys_of_outcome(cut: Cut) -> str:
    found = (f"o.first_{name}" if n in cut.split else f"o.k{n}" for n, name in enumerate(cut.by, 1))
    return "".join(f"{key} AS k{n}, " for n, key in enumerate(found, 1))


def _names(cut: Cut) -> str:
    return "".join(f"r.k{n}, " for n in range(1, len(cut.by) + 1))


def _on_edges(cut: Cut) -> bool:
    """Whether the period, and the days told apart in it, begin and end where a quarter of an hour does."""
    moments = [to_micros(edge) for edge in (cut.start, cut.end) if edge]
    if any(DIMENSIONS[name].about is About.TIME for name in (*cut.by, *(name for name, _ in cut.where))):
        moments += calendar(cut.zone, cut.start, cut.end or cut.as_of).values()
    return last_whole_quarter(cut.as_of) == cut.as_of and all(
        moment % _QUARTER_MICROS == 0 for moment in moments
    )


def _columns(cut: Cut) -> frozenset[str]:
    """The columns of touchpoints that a cut reads."""
    named = {*cut.by, *(name for name, _ in cut.where)}
    found = {
        column
        for name in named
        if DIMENSIONS[name].about is not About.OUTCOME
        for column in DIMENSIONS[name].columns
    }
    for measure in cut.kpi.measures.all:
        if measure.fact == TOUCHPOINTS.name:
            found |= columns_of(measure) | (set() if measure.aggregate is Aggregate.COUNT else {"event_id"})
    return frozenset(found)
