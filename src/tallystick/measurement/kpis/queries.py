"""Ask for a rate, and open any of its cells down to receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from tallystick.kit import clock
from tallystick.measurement.kpis import compile as compiler
from tallystick.measurement.kpis import lineage
from tallystick.measurement.kpis.answers import (
    Answer,
    CreditPage,
    CreditRow,
    Previous,
    Section,
    UnitPage,
    UnitRow,
)
from tallystick.measurement.kpis.catalog import Kpi, catalog
from tallystick.measurement.kpis.cells import Cell, Statistics, make_cell, read_statistics
from tallystick.measurement.kpis.comparisons import compare
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.kpis.cuts import Cut, Segment, days_read
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About, Key, as_key, without_source
from tallystick.measurement.kpis.notes import notes
from tallystick.measurement.kpis.questions import (
    BadQuestion,
    Part,
    Question,
    check,
    immature_from,
    parts,
    previous,
)
from tallystick.measurement.kpis.totals import Whole, compile_total, read_whole
from tallystick.measurement.warehouse.engine import Engine
from tallystick.measurement.warehouse.queries import Snapshot
from tallystick.partners.programs.rules import Basis

KPI: Final = "partnership_conversion_rate"
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
    kpi = catalog()[KPI]
    check(question, kpi)
    found = parts(question)
    return Answer(
        entry=kpi,
        question=question,
        zone=question.versions[0].zone.key,
        sections=tuple(_section(question, part, kpi, _Run(engine, snapshot)) for part in found),
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
    run = _Run(engine, snapshot)
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
    run = _Run(engine, snapshot)
    return tuple(
        _credit_page(run, part, limit, offset) for part in _parts_of_cell(question, where, limit, offset)
    )


class _Run:
    """One engine over one snapshot: runs what was compiled on the files that can matter."""

    def __init__(self, engine: Engine, snapshot: Snapshot) -> None:
        self.engine, self.snapshot = engine, snapshot
        self._totals: dict[Cut, Statistics] = {}

    def rows(self, compiled: compiler.Compiled, cut: Cut, *, aside: bool = False) -> list[dict[str, Any]]:
        return self.engine.rows(compiled.sql, compiled.parameters, tables=self._files(cut, aside))

    def statistics(self, cut: Cut) -> dict[tuple[Key, ...], Statistics]:
        """The cells of a cut by their keys; without `by`, the one cell under the empty key."""
        compiled = compiler.compile_cells(cut, dialect=self.engine.dialect)
        return {_keys(row, cut): read_statistics(row, cut.basis) for row in self.rows(compiled, cut)}

    def whole(self, cut: Cut) -> Whole:
        undivided = replace(cut, by=())
        compiled = compile_total(undivided, dialect=self.engine.dialect)
        (row,) = self.rows(compiled, undivided, aside=cut.basis is Basis.COHORT)
        found = read_whole(row, undivided)
        self._totals[undivided] = found.statistics
        return found

    def total(self, cut: Cut) -> Statistics:
        undivided = replace(cut, by=())
        if undivided not in self._totals:
            cells = self.statistics(undivided)
            self._totals[undivided] = cells.get((), Statistics(basis=cut.basis))
        return self._totals[undivided]

    def pooled(self, cut: Cut) -> Fraction | None:
        """The rate of the cut's segment without any filter: the same for a row and for the page it opens to."""
        return self.total(replace(cut, where=())).ratio

    def _files(self, cut: Cut, aside: bool) -> Mapping[str, list[Path]]:
        return {
            table: self.snapshot.paths(table, first=first, last=last)
            for table, (first, last) in days_read(cut, aside=aside).items()
        }


def _section(question: Question, part: Part, kpi: Kpi, run: _Run) -> Section:
    cut = part.cut
    whole = run.whole(cut)
    total = _total(question, cut, kpi, run)
    baseline_cut = replace(cut, segment=Segment.HOUSE, where=without_source(cut.where))
    baseline = _total(question, baseline_cut, kpi, run)
    rows = _rows(question, cut, kpi, run)
    before = previous(question, part) if question.compare_previous else None
    return Section(
        version=part.version,
        period=part.period,
        denominator=cut.unit,
        basis=cut.basis,
        rows=rows,
        total=total,
        baseline=baseline,
        against_baseline=compare(total, baseline),
        immature_from=immature_from(part),
        first_on=whole.first_on,
        last_on=whole.last_on,
        aside=whole.aside,
        notes=notes(cut, (total, baseline, *rows), aside=whole.aside),
        previous=_previous(question, before, kpi, run, now=(total, rows)) if before else None,
        why_no_previous=_why_no_previous(question) if question.compare_previous and not before else None,
    )


def _total(question: Question, cut: Cut, kpi: Kpi, run: _Run) -> Cell:
    return _cells(question, cut, kpi, run, {(): run.total(cut)})[0]


def _rows(question: Question, cut: Cut, kpi: Kpi, run: _Run) -> tuple[Cell, ...]:
    return _cells(question, cut, kpi, run, run.statistics(cut)) if cut.by else ()


def _cells(
    question: Question, cut: Cut, kpi: Kpi, run: _Run, found: Mapping[tuple[Key, ...], Statistics]
) -> tuple[Cell, ...]:
    pooled = partial(run.pooled, cut)
    return tuple(
        make_cell(keys, statistics, method=question.method, evidence=kpi.min_evidence, pooled=pooled)
        for keys, statistics in found.items()
    )


def _previous(
    question: Question, before: Part, kpi: Kpi, run: _Run, *, now: tuple[Cell, tuple[Cell, ...]]
) -> Previous:
    total, rows = now
    past_total = _total(question, before.cut, kpi, run)
    timeless = all(DIMENSIONS[name].about is not About.TIME for name in question.by)
    past = _rows(question, before.cut, kpi, run) if timeless else ()
    by_keys = {cell.keys: cell for cell in past}
    return Previous(
        period=before.period,
        total=past_total,
        rows=past,
        of_total=compare(total, past_total),
        of_rows=tuple((cell, compare(cell, by_keys[cell.keys])) for cell in rows if cell.keys in by_keys),
    )


def _why_no_previous(question: Question) -> str:
    if question.period.before is None:
        return gettext("The period is open: there is none before it of the same length.")
    return gettext("The definition changed in this period or the one before: the two would not compare.")


def _parts_of_cell(
    question: Question, where: tuple[tuple[str, Key], ...], limit: int, offset: int
) -> tuple[Part, ...]:
    if not 0 < limit <= MOST_ROWS or offset < 0:
        raise BadQuestion("a page has 1 to %(most)s rows and begins at 0 or later", most=MOST_ROWS)
    narrowed = replace(question, by=(), where=(*question.where, *where))
    check(narrowed, catalog()[KPI])
    return parts(narrowed)


def _unit_page(run: _Run, part: Part, limit: int, offset: int) -> UnitPage:
    cut = part.cut
    compiled = lineage.compile_units(cut, limit=limit, offset=offset, dialect=run.engine.dialect)
    whole = run.total(cut)
    cohort = cut.basis is Basis.COHORT
    return UnitPage(
        version=part.version,
        rows=tuple(_unit_row(row, cohort) for row in run.rows(compiled, cut)),
        units=whole.units,
        converted=whole.successes if cohort else None,
    )


def _unit_row(row: Mapping[str, Any], cohort: bool) -> UnitRow:
    own = (UUID(hex=row["own_receipt"]),) if row["own_receipt"] else ()
    return UnitRow(
        unit_id=UUID(hex=row["unit"]),
        dated_at=clock.from_micros(row["at_us"]),
        converted=bool(row["converted"]) if cohort else None,
        immature=bool(row["immature"]) and cohort,
        event_ids=_ids(row["events"]),
        receipt_ids=(*own, *_ids(row["receipts"])),
        conversion_ids=_ids(row["conversions"]),
    )


def _credit_page(run: _Run, part: Part, limit: int, offset: int) -> CreditPage:
    compiled = lineage.compile_credits(part.cut, limit=limit, offset=offset, dialect=run.engine.dialect)
    whole = run.total(part.cut)
    return CreditPage(
        version=part.version,
        rows=tuple(_credit_row(row) for row in run.rows(compiled, part.cut)),
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


def _keys(row: Mapping[str, Any], cut: Cut) -> tuple[Key, ...]:
    return tuple(as_key(name, row[f"k{n}"]) for n, name in enumerate(cut.by, 1))
