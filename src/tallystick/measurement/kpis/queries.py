"""Ask for any KPI of the catalogue, and open any of its cells down to receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from tallystick.kit import clock
from tallystick.measurement.kpis import lineage
from tallystick.measurement.kpis.answers import Answer, CreditPage, CreditRow, UnitPage, UnitRow
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.kpis.dimensions import Key
from tallystick.measurement.kpis.measures import PATHS
from tallystick.measurement.kpis.questions import BadQuestion, Part, Question, check, entry_of, parts
from tallystick.measurement.kpis.rollup import last_whole_quarter
from tallystick.measurement.kpis.running import Run
from tallystick.measurement.kpis.sections import in_one_currency, make_section
from tallystick.measurement.warehouse.engine import Engine
from tallystick.measurement.warehouse.queries import Snapshot
from tallystick.partners.programs.rules import Basis

MOST_ROWS: Final = 10_000
"""The most rows of a page of lineage."""


def ask(
    question: Question, *, engine: Engine, snapshot: Snapshot, completeness: Completeness | None = None
) -> Answer:
    """Answer a question from the files of one snapshot. Identifiers: KPI-COHORT, KPI-PERIOD.

    One section for each definition version in force in the period. Every cell carries its counts, its interval
    and how that was made; too little evidence and an undefined rate are answers, not errors. Deterministic: the
    same files and question give the same answer. Raises BadQuestion, WarehouseDamaged.
    """
    kpi = entry_of(question)
    check(question, kpi)
    question = _as_of_whole_rows(question)
    run = Run(engine, snapshot)
    return Answer(
        entry=kpi,
        question=question,
        zone=question.versions[0].zone.key,
        sections=tuple(make_section(question, part, run) for part in parts(question)),
        completeness=completeness,
    )


def receipts_of(
    question: Question,
    where: tuple[tuple[str, Key], ...] = (),
    *,
    engine: Engine,
    snapshot: Snapshot,
    limit: int = 100,
    offset: int = 0,
) -> tuple[UnitPage, ...]:
    """The units of a cell, oldest first, with their touchpoints, receipts and conversions: a page for each version.

    where: the keys of the cell, added to the question's own filters. Guarantee: `units` and `converted` of a page
    are those of the cell that `ask` gives, and paging through yields exactly so many rows. Raises BadQuestion.
    """
    run = Run(engine, snapshot)
    return tuple(
        _unit_page(run, part, limit, offset) for part in _parts_of_cell(question, where, limit, offset)
    )


def credits_of(
    question: Question,
    where: tuple[tuple[str, Key], ...] = (),
    *,
    engine: Engine,
    snapshot: Snapshot,
    limit: int = 100,
    offset: int = 0,
) -> tuple[CreditPage, ...]:
    """The credit behind a cell's conversions, oldest first: a page for each version.

    Arguments as `receipts_of`. Guarantee: `conversions` and `share_ppb` of a page are those of the cell, and the
    shares of all its rows add up to the latter. Raises BadQuestion.
    """
    run = Run(engine, snapshot)
    return tuple(
        _credit_page(run, part, limit, offset) for part in _parts_of_cell(question, where, limit, offset)
    )


def _as_of_whole_rows(question: Question) -> Question:
    """A quick question looks at whole quarters of an hour only, so that it can be answered from what is counted."""
    return question if question.intervals else replace(question, as_of=last_whole_quarter(question.as_of))


def _parts_of_cell(
    question: Question, where: tuple[tuple[str, Key], ...], limit: int, offset: int
) -> tuple[Part, ...]:
    if not 0 < limit <= MOST_ROWS or offset < 0:
        raise BadQuestion("a page has 1 to %(most)s rows and begins at 0 or later", most=MOST_ROWS)
    narrowed = replace(_as_of_whole_rows(question), by=(), where=(*question.where, *where), top=None)
    check(narrowed, entry_of(question))
    return parts(narrowed)


def _unit_page(run: Run, part: Part, limit: int, offset: int) -> UnitPage:
    cut, _ = in_one_currency(part.cut, run)
    if not lineage.follows_units(cut):
        return _row_page(run, replace(part, cut=cut), limit, offset)
    compiled = lineage.compile_units(cut, limit=limit, offset=offset, dialect=run.engine.dialect)
    whole = run.found(cut).total
    cohort = cut.basis is Basis.COHORT
    return UnitPage(
        version=part.version,
        rows=tuple(_unit_row(row, follows=cohort) for row in run.rows(compiled, cut)),
        units=whole.units,
        converted=whole.successes if cohort else None,
    )


def _row_page(run: Run, part: Part, limit: int, offset: int) -> UnitPage:
    cut, dialect = part.cut, run.engine.dialect
    (counts,) = run.rows(lineage.compile_row_counts(cut, dialect=dialect), cut)
    compiled = lineage.compile_rows(cut, limit=limit, offset=offset, dialect=dialect)
    ratio = cut.denominator is not None
    return UnitPage(
        version=part.version,
        rows=tuple(_unit_row(row, follows=ratio) for row in run.rows(compiled, cut)),
        units=int(counts["below"] if ratio else counts["every"]),
        converted=int(counts["above"]) if ratio else None,
    )


def _unit_row(row: Mapping[str, Any], *, follows: bool) -> UnitRow:
    """follows: whether something is said of what became of the row."""
    own = (UUID(hex=row["own_receipt"]),) if row["own_receipt"] else ()
    return UnitRow(
        unit_id=UUID(hex=row["unit"]),
        dated_at=clock.from_micros(int(row["at_us"])),
        converted=bool(row["converted"]) if follows else None,
        is_unit=bool(row["is_unit"]) or not follows,
        immature=bool(row["immature"]),
        event_ids=_ids(row["events"]),
        receipt_ids=(*own, *_ids(row["receipts"])),
        conversion_ids=_ids(row["conversions"]),
    )


def _credit_page(run: Run, part: Part, limit: int, offset: int) -> CreditPage:
    cut, _ = in_one_currency(part.cut, run)
    if cut.numerator.fact != PATHS:
        return CreditPage(version=part.version, rows=(), conversions=0, share_ppb=0)
    compiled = lineage.compile_credits(cut, limit=limit, offset=offset, dialect=run.engine.dialect)
    whole = run.found(cut).total
    return CreditPage(
        version=part.version,
        rows=tuple(_credit_row(row) for row in run.rows(compiled, cut, more=("conversions",))),
        conversions=whole.conversions,
        share_ppb=whole.share_ppb,
    )


def _credit_row(row: Mapping[str, Any]) -> CreditRow:
    return CreditRow(
        conversion_id=UUID(hex=row["conversion"]),
        conversion_receipt_id=UUID(hex=row["conversion_receipt"]) if row["conversion_receipt"] else None,
        event_id=UUID(hex=row["event"]),
        receipt_id=UUID(hex=row["receipt"]) if row["receipt"] else None,
        share_ppb=row["share_ppb"],
        converted_at=clock.from_micros(row["converted_us"]),
        touched_at=clock.from_micros(row["touched_us"]),
        customer_type=row["customer_type"],
        version=row["version"],
    )


def _ids(text: str) -> tuple[UUID, ...]:
    return tuple(UUID(hex=word) for word in text.split())
