"""From a cell down to its rows: the chain of `compile`, ended before anything is summed up. Identifier: KPI-LINEAGE."""

from __future__ import annotations

from typing import Final

from tallystick.measurement.kpis.cohort import cohort_steps, converts
from tallystick.measurement.kpis.compile import Compiled, finish
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.measures import PATHS, RELATIONS, UNITS
from tallystick.measurement.kpis.period import period_steps, row_names
from tallystick.measurement.kpis.steps import Step, chain, has, outcome_filters
from tallystick.measurement.kpis.units import is_single, same_visit, units_select, visits_select
from tallystick.partners.programs.rules import Basis, Denominator

_PAGE: Final = "LIMIT $limit OFFSET $offset"


def follows_units(cut: Cut) -> bool:
    """Whether the rows of a cell are units; else they are the rows of its measures."""
    return cut.denominator is not None and cut.denominator.fact == UNITS


def compile_units(cut: Cut, *, limit: int, offset: int, dialect: str) -> Compiled:
    """The units of a cut, oldest first: one row each.

    Columns: unit, at_us, converted (0 or 1; 0 on the period basis), is_unit (1), immature, events, receipts,
    conversions (ids as texts, separated by spaces, in order of time), own_receipt (of a lead, else NULL).
    """
    steps = _steps(cut)
    cohort = cut.basis is Basis.COHORT
    converted = f"CASE WHEN {converts(cut)} THEN 1 ELSE 0 END" if cohort else "0"
    outcomes = "LEFT JOIN outcomes AS o ON o.unit_id = u.unit_id" if cohort else ""
    mature = "WHERE u.due_us <= $as_of_us" if cut.mature_only else ""
    immature = "CASE WHEN u.due_us > $as_of_us THEN 1 ELSE 0 END" if cut.open_windows else "0"
    lead = "u.own_receipt" if cut.unit is Denominator.LEADS else "NULL AS own_receipt"
    visit = ", u.tag, u.who, u.session, u.last_at" if cut.unit is Denominator.SESSIONS else ""
    page = f"""
        SELECT u.unit_id, u.dated_at, {converted} AS converted, {immature} AS immature, {lead}{visit}
        FROM ({units_select(cut)}) AS u {outcomes} {mature} ORDER BY u.dated_at, u.unit_id {_PAGE}
        """
    wanted = " AND ".join(["TRUE", *(f"r.of_{name} = $where_{n}" for n, name in outcome_filters(cut))])
    done = f"""
        SELECT r.unit_id, JOINED(ID_TEXT(r.conversion_id), r.converted_at, r.conversion_id) AS conversions
        FROM (SELECT DISTINCT r.unit_id, r.conversion_id, r.converted_at FROM reached AS r WHERE {wanted}) AS r
        GROUP BY r.unit_id
        """
    steps += [Step("page", page), _seen(cut), *([Step("done", done)] if cohort else [])]
    own = "ID_TEXT(p.own_receipt)" if cut.unit is Denominator.LEADS else "NULL"
    last = f"""
        SELECT ID_TEXT(p.unit_id) AS unit, MICROS(p.dated_at) AS at_us, p.converted, 1 AS is_unit, p.immature,
          COALESCE(s.events, '') AS events, COALESCE(s.receipts, '') AS receipts,
          {"COALESCE(d.conversions, '')" if cohort else "''"} AS conversions, {own} AS own_receipt
        FROM page AS p LEFT JOIN seen AS s ON s.unit_id = p.unit_id
          {"LEFT JOIN done AS d ON d.unit_id = p.unit_id" if cohort else ""}
        ORDER BY p.dated_at, p.unit_id
        """
    return finish(steps, last, cut, dialect=dialect, limit=limit, offset=offset)


def compile_rows(cut: Cut, *, limit: int, offset: int, dialect: str) -> Compiled:
    """The rows of a cut's measures, oldest first: conversions where these are parts of such, else single facts.

    Columns as `compile_units`. converted: 1 where the row counts above the line; is_unit: where it counts below it.
    """
    last = f"""
        SELECT ID_TEXT(l.unit) AS unit, MICROS(l.dated_at) AS at_us, l.above AS converted, l.below AS is_unit,
          0 AS immature, l.events, l.receipts, l.conversions, NULL AS own_receipt
        FROM listed AS l ORDER BY l.dated_at, l.unit {_PAGE}
        """
    return finish([*_steps(cut), _listed(cut)], last, cut, dialect=dialect, limit=limit, offset=offset)


def compile_row_counts(cut: Cut, *, dialect: str) -> Compiled:
    """How many rows `compile_rows` has in all (`every`), above the line and below it."""
    last = """
        SELECT COUNT(*) AS every, COALESCE(SUM(l.above), 0) AS above, COALESCE(SUM(l.below), 0) AS below
        FROM listed AS l
        """
    return finish([*_steps(cut), _listed(cut)], last, cut, dialect=dialect)


def compile_credits(cut: Cut, *, limit: int, offset: int, dialect: str) -> Compiled:
    """The credit behind the conversions of a cut, oldest first: one row a conversion and touchpoint.

    Columns: conversion, conversion_receipt (NULL where the row is not in the warehouse), event, receipt, share_ppb,
    converted_us, touched_us, customer_type, version.
    """
    if cut.basis is Basis.COHORT:
        wanted = " AND ".join(["TRUE", *(f"r.of_{name} = $where_{n}" for n, name in outcome_filters(cut))])
        source = f"reached AS r WHERE {wanted}"
    else:
        source = f"rows_{PATHS} AS r WHERE r.above"
    chosen = f"""
        SELECT r.conversion_id, r.event_id, r.receipt_id, r.converted_at, r.touched_at, r.version, r.share_ppb,
          r.customer_type
        FROM {source}
        """
    last = f"""
        SELECT ID_TEXT(r.conversion_id) AS conversion, ID_TEXT(k.receipt_id) AS conversion_receipt,
          ID_TEXT(r.event_id) AS event, ID_TEXT(r.receipt_id) AS receipt, r.share_ppb,
          MICROS(r.converted_at) AS converted_us, MICROS(r.touched_at) AS touched_us,
          r.customer_type, r.version
        FROM chosen AS r LEFT JOIN conversions AS k ON k.conversion_id = r.conversion_id
        ORDER BY r.converted_at, r.conversion_id, r.event_id {_PAGE}
        """
    steps = [*_steps(cut), Step("chosen", chosen)]
    return finish(steps, last, cut, dialect=dialect, limit=limit, offset=offset)


def _steps(cut: Cut) -> list[Step]:
    """The chain without the steps that only sums need."""
    steps = cohort_steps(cut) if cut.basis is Basis.COHORT else period_steps(cut)
    return [step for step in steps if step.name not in ("entries", "counting", "crossed")]


def _seen(cut: Cut) -> Step:
    """The touchpoints of the units of a page, and their receipts."""
    if is_single(cut):
        source = "page AS p JOIN touchpoints AS t ON t.event_id = p.unit_id"
    elif cut.unit is Denominator.LEADS:
        source = "page AS p JOIN members AS t ON t.unit_id = p.unit_id"
    else:
        source = f"""page AS p JOIN ({visits_select(cut)}) AS t ON {same_visit("p", "t")}
          WHERE t.occurred_at BETWEEN p.dated_at AND p.last_at"""
    return Step(
        "seen",
        f"""
        SELECT p.unit_id, JOINED(ID_TEXT(t.event_id), t.occurred_at, t.event_id) AS events,
          JOINED(ID_TEXT(t.receipt_id), t.occurred_at, t.event_id) AS receipts
        FROM {source} GROUP BY p.unit_id
        """,
    )


def _listed(cut: Cut) -> Step:
    if cut.numerator.fact == PATHS:
        return Step(
            "listed",
            f"""
            SELECT r.conversion_id AS unit, MIN(r.converted_at) AS dated_at, MAX({_one("r.above")}) AS above,
              MAX({_one("r.below")}) AS below, JOINED(ID_TEXT(r.event_id), r.touched_at, r.event_id) AS events,
              JOINED(ID_TEXT(r.receipt_id), r.touched_at, r.event_id) AS receipts,
              ID_TEXT(r.conversion_id) AS conversions
            FROM rows_{PATHS} AS r GROUP BY r.conversion_id
            """,
        )
    return Step("listed", chain(_facts(cut, fact) for fact in row_names(cut)))


def _facts(cut: Cut, fact: str) -> str:
    own = next(iter(RELATIONS[fact].columns))
    events = "ID_TEXT(r.event_id)" if has(fact, "event_id") else "''"
    return f"""
        SELECT r.{own} AS unit, r.{RELATIONS[fact].at} AS dated_at, {_one("r.above")} AS above,
          {_one("r.below")} AS below, {events} AS events, ID_TEXT(r.receipt_id) AS receipts, '' AS conversions
        FROM rows_{fact} AS r
        """


def _one(flag: str) -> str:
    return f"CASE WHEN {flag} THEN 1 ELSE 0 END"
