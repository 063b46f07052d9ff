"""From a cell down to its rows: the chain of `compile`, ended before anything is summed up. Identifier: KPI-LINEAGE."""

from __future__ import annotations

from typing import Final

from tallystick.measurement.kpis.compile import (
    Compiled,
    cohort_steps,
    converts,
    counts_for_cell,
    finish,
    period_steps,
)
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.units import Step
from tallystick.partners.programs.rules import Basis, Denominator

_PAGE: Final = "LIMIT $limit OFFSET $offset"


def compile_units(cut: Cut, *, limit: int, offset: int, dialect: str) -> Compiled:
    """The units of a cut, oldest first: one row each.

    Columns: unit, at_us, converted (0 or 1; 0 on the period basis), immature, events, receipts, conversions (ids
    as texts, separated by spaces, in order of time), own_receipt (of a lead, else NULL).
    """
    steps = _steps(cut)
    cohort = cut.basis is Basis.COHORT
    converted = f"CASE WHEN {converts(cut)} THEN 1 ELSE 0 END" if cohort else "0"
    outcomes = "LEFT JOIN outcomes AS o ON o.unit_id = u.unit_id" if cohort else ""
    page = f"""
        SELECT u.unit_id, u.dated_at, {converted} AS converted,
          CASE WHEN u.due_us > $as_of_us THEN 1 ELSE 0 END AS immature
        FROM counted AS u {outcomes} ORDER BY u.dated_at, u.unit_id {_PAGE}
        """
    seen = """
        SELECT m.unit_id, JOINED(ID_TEXT(t.event_id), t.occurred_at, t.event_id) AS events,
          JOINED(ID_TEXT(t.receipt_id), t.occurred_at, t.event_id) AS receipts
        FROM members AS m JOIN page AS p ON p.unit_id = m.unit_id JOIN touches AS t ON t.event_id = m.event_id
        GROUP BY m.unit_id
        """
    done = f"""
        SELECT r.unit_id, JOINED(ID_TEXT(r.conversion_id), r.converted_at, r.conversion_id) AS conversions
        FROM (SELECT DISTINCT r.unit_id, r.conversion_id, r.converted_at FROM reached AS r
              WHERE {counts_for_cell(cut, "r")}) AS r
        GROUP BY r.unit_id
        """
    steps += [Step("page", page), Step("seen", seen), *([Step("done", done)] if cohort else [])]
    own = "l.own_receipt" if cut.unit is Denominator.LEADS else "NULL"
    lead = "LEFT JOIN leads AS l ON l.unit_id = p.unit_id" if cut.unit is Denominator.LEADS else ""
    last = f"""
        SELECT ID_TEXT(p.unit_id) AS unit, MICROS(p.dated_at) AS at_us, p.converted, p.immature,
          COALESCE(s.events, '') AS events, COALESCE(s.receipts, '') AS receipts,
          {"COALESCE(d.conversions, '')" if cohort else "''"} AS conversions,
          {f"ID_TEXT({own})" if lead else own} AS own_receipt
        FROM page AS p LEFT JOIN seen AS s ON s.unit_id = p.unit_id
          {"LEFT JOIN done AS d ON d.unit_id = p.unit_id" if cohort else ""} {lead}
        ORDER BY p.dated_at, p.unit_id
        """
    return finish(steps, last, cut, dialect=dialect, limit=limit, offset=offset)


def compile_credits(cut: Cut, *, limit: int, offset: int, dialect: str) -> Compiled:
    """The credit behind the conversions of a cut, oldest first: one row a conversion and touchpoint.

    Columns: conversion, conversion_receipt, event, receipt (NULL where the row is not in the warehouse),
    share_ppb, converted_us, touched_us, customer_type, version.
    """
    source = "reached" if cut.basis is Basis.COHORT else "dated"
    chosen = f"""
        SELECT r.conversion_id, r.event_id, r.converted_at, r.touched_at, r.version, r.customer_type, r.share_ppb
        FROM {source} AS r WHERE {counts_for_cell(cut, "r")}
        """
    last = f"""
        SELECT ID_TEXT(r.conversion_id) AS conversion, ID_TEXT(k.receipt_id) AS conversion_receipt,
          ID_TEXT(r.event_id) AS event, ID_TEXT(t.receipt_id) AS receipt, r.share_ppb,
          MICROS(r.converted_at) AS converted_us, MICROS(r.touched_at) AS touched_us,
          r.customer_type, r.version
        FROM chosen AS r
          LEFT JOIN touches AS t ON t.event_id = r.event_id
          LEFT JOIN conversions AS k ON k.conversion_id = r.conversion_id
        ORDER BY r.converted_at, r.conversion_id, r.event_id {_PAGE}
        """
    steps = [*_steps(cut), Step("chosen", chosen)]
    return finish(steps, last, cut, dialect=dialect, limit=limit, offset=offset)


def _steps(cut: Cut) -> list[Step]:
    """The chain without the steps that only sums need."""
    steps = cohort_steps(cut) if cut.basis is Basis.COHORT else period_steps(cut)
    return [step for step in steps if step.name not in ("entries", "counting")]
