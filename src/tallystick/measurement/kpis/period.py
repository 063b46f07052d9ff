"""SQL of the period basis: the rows of a KPI's measures, each dated by itself. Identifiers: KPI-PERIOD, KPI-MEASURE.

Rows above the line add to `s`, rows below it to `u`. Two measures over the same rows are read at once.
"""

from __future__ import annotations

from tallystick.measurement.kpis.catalog import Spread
from tallystick.measurement.kpis.cohort import apart_entries
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.measures import (
    PATHS,
    RECONCILED,
    RELATIONS,
    SOURCE_SHARE,
    UNITS,
    Aggregate,
    Measure,
    columns_of,
    condition,
)
from tallystick.measurement.kpis.reconciled import reconciled_steps
from tallystick.measurement.kpis.steps import (
    ITEM,
    ORDER,
    Step,
    Who,
    chain,
    credited,
    has,
    is_seen,
    keys,
    names,
    part,
    passes_as_outcome,
    person,
    subject,
    unit_keys,
    within,
)
from tallystick.measurement.kpis.units import is_single, unit_steps, units_select
from tallystick.partners.programs.rules import Denominator


def period_steps(cut: Cut) -> list[Step]:
    """From the rows of the measures to `entries`, and to the conversions that are `counting`."""
    found = [*relation_steps(cut), *row_steps(cut), Step("entries", chain(_entries(cut)))]
    return [*found, counting_step(cut)] if counts_things(cut) else found


def row_steps(cut: Cut) -> list[Step]:
    """A step `rows_…` for each relation of the measures but the units."""
    return [Step(f"rows_{name}", rows_select(cut, name)) for name in row_names(cut)]


def counting_step(cut: Cut) -> Step:
    """Which conversions are in which cells, and with what share."""
    rows = f"rows_{cut.numerator.fact}"
    select = f"SELECT r.part, {names(cut, 'r.')} r.thing, r.share_ppb FROM {rows} AS r WHERE r.above"
    return Step("counting", select)


def relation_steps(cut: Cut) -> list[Step]:
    """The steps that make the relations which are no fact tables."""
    facts = {measure.fact for measure in cut.kpi.measures.all}
    found = unit_steps(cut) if UNITS in facts else []
    return [*found, *(reconciled_steps(cut) if RECONCILED in facts else [])]


def row_names(cut: Cut) -> list[str]:
    """The relations of the measures, each once, without the units, which are rows already."""
    return sorted({measure.fact for measure in cut.kpi.measures.all if measure.fact != UNITS})


def counts_things(cut: Cut) -> bool:
    """Whether conversions, or other different values, are counted beside the sums."""
    return cut.numerator.fact == PATHS or cut.numerator.aggregate is Aggregate.COUNT_DISTINCT


def rows_select(cut: Cut, fact: str) -> str:
    """The SELECT of all rows of a relation that are in any cell, with part, keys, cluster, and `s` and `u`.

    What is above the line is in `s`, what below in `u`; a row that is in neither is left out.
    """
    relation = RELATIONS[fact]
    at = f"t.{relation.at}"
    above, below = _amount(cut, cut.numerator, fact), _amount(cut, cut.denominator, fact)
    if cut.kpi.whole_outcomes and cut.denominator:
        above = f"CASE WHEN {condition(cut.denominator, 't')} THEN {above} ELSE 0 END"
    who = _who(cut, fact)
    thing = f"t.{_thing(cut)} AS thing, " if counts_things(cut) and fact == cut.numerator.fact else ""
    share = "t.share_ppb" if fact == PATHS else "0"
    return f"""
        SELECT {part(cut, "t", at)} AS part, {keys(cut, "t", at)} {who.tag} AS tag, {who.name} AS who,
          {below} AS u, {above} AS s, {thing} {share} AS share_ppb, {_is(cut, cut.numerator, fact)} AS above,
          {_is(cut, cut.denominator, fact)} AS below, t.*
        FROM {_source(cut, fact)} AS t
        WHERE {_base(cut, fact)}{within(cut, at)} AND {is_seen(cut, "t", at)} AND {passes_as_outcome(cut, "t")}
          AND ({" OR ".join(condition(each, "t") for each in cut.kpi.measures.all if each.fact == fact)})
        """


def _entries(cut: Cut) -> list[str]:
    found = [
        f"SELECT r.part, {names(cut, 'r.')} r.tag, r.who, r.u, r.s, 0 AS immature FROM rows_{fact} AS r"
        for fact in row_names(cut)
    ]
    if cut.denominator and cut.denominator.fact == UNITS:
        label = "u.counts" if is_single(cut) else ""
        found.insert(
            0,
            f"""
            SELECT {part(cut, "u", "u.dated_at", counts=label)} AS part, {unit_keys(cut, "u", "u.dated_at")} u.tag,
              u.who, 1 AS u, 0 AS s, 0 AS immature
            FROM ({units_select(cut, apart=True)}) AS u
            """,
        )
        if cut.unit is Denominator.SESSIONS:
            found.append(apart_entries(cut))
    return found


def _source(cut: Cut, fact: str) -> str:
    if not any(SOURCE_SHARE in columns_of(measure) for measure in cut.kpi.measures.all if fact == PATHS):
        return fact
    return f"""
        (SELECT p.*, SUM(p.share_ppb) OVER (PARTITION BY p.conversion_id,
           COALESCE(p.partner_id, p.channel_id, $nobody)) AS {SOURCE_SHARE}
         FROM paths AS p WHERE {credited(cut, "p")}{within(cut, "p.converted_at")})
        """


def _base(cut: Cut, fact: str) -> str:
    """The conditions that a row is of the program, of the definition if it is of one, and not from later."""
    if fact == PATHS:
        return credited(cut, "t")
    conditions = [f"t.program_id = $program AND t.{RELATIONS[fact].at} <= $as_of"]
    conditions += ["t.definition_id = $definition"] if has(fact, "definition_id") else []
    conditions += ["t.currency = $currency"] if cut.currency and has(fact, "currency") else []
    return " AND ".join(conditions)


def _is(cut: Cut, measure: Measure | None, fact: str) -> str:
    return condition(measure, "t") if measure and measure.fact == fact else "FALSE"


def _amount(cut: Cut, measure: Measure | None, fact: str) -> str:
    """What a row adds to a measure; 0 where the measure is over other rows."""
    if measure is None or measure.fact != fact or measure.aggregate is Aggregate.COUNT_DISTINCT:
        return "0"
    amount = {
        Aggregate.COUNT: "1",
        Aggregate.SUM: f"COALESCE(t.{measure.value}, 0)",
        Aggregate.SHARES: "t.share_ppb",
        Aggregate.COUNT_CONVERTED: "t.share_ppb",
        Aggregate.SHARE_OF: f"WIDE(COALESCE(t.{measure.value}, 0)) * t.share_ppb",
    }[measure.aggregate]
    return f"CASE WHEN {condition(measure, 't')} THEN {amount} ELSE 0 END"


def _thing(cut: Cut) -> str:
    measure = cut.numerator
    return measure.value if measure.aggregate is Aggregate.COUNT_DISTINCT else "conversion_id"


def _who(cut: Cut, fact: str) -> Who:
    """The cluster of a row: the person, the subject of the conversion, the order; of a spread, the partner."""
    if cut.kpi.spread is Spread.CONCENTRATION:
        return Who(str(ITEM), "COALESCE(ID_TEXT(t.partner_id), '')")
    of_conversions = cut.kpi.only_conversions or cut.unit is Denominator.LEADS
    if has(fact, "subject") and (of_conversions or not has(fact, "visitor")):
        return subject("t")
    if has(fact, "visitor"):
        return person("t")
    if has(fact, "order_number"):
        return Who(str(ORDER), "t.order_number")
    return Who("4", "ID_TEXT(t.receipt_id)")
