"""A section of an answer: the cells of one definition version, what they compare with, what must be said of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from django.utils.translation import gettext

from tallystick.measurement.kpis.answers import Previous, Section
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.comparisons import compare
from tallystick.measurement.kpis.compile import finish
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About
from tallystick.measurement.kpis.judging import Judge
from tallystick.measurement.kpis.measures import PATHS
from tallystick.measurement.kpis.notes import notes
from tallystick.measurement.kpis.questions import Part, Question, immature_from, previous
from tallystick.measurement.kpis.running import Found, Run
from tallystick.measurement.kpis.steps import Step, within

_PRICED: Final = """
    SELECT c.conversion_id, c.currency
    FROM paths AS c
    WHERE c.program_id = $program AND c.definition_id = $definition AND c.converted_at <= $as_of AND c.share_ppb > 0
      AND c.currency IS NOT NULL AND c.value_minor IS NOT NULL
"""
_CURRENCIES: Final = """
    SELECT p.currency, EXACT_DISTINCT(p.conversion_id) AS conversions
    FROM priced AS p GROUP BY p.currency ORDER BY conversions DESC, p.currency
"""


def make_section(question: Question, part: Part, run: Run) -> Section:
    """The answer under one version."""
    cut = replace(part.cut, baseline=len(part.cut.kpi.segments) > 1)
    cut, others = in_one_currency(cut, run)
    found = run.found(cut)
    run.remember(cut, found.total)
    judge = _judge(question, cut, run)
    total, baseline = judge.cell((), found.total), judge.cell((), found.baseline)
    if not cut.baseline and cut.denominator is None:
        baseline = replace(baseline, value=None, status=Status.UNDEFINED)
    rows = _rows(found, cut, judge)
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
        first_on=found.first_on,
        last_on=found.last_on,
        aside=found.aside,
        notes=notes(
            cut,
            (total, baseline, *rows),
            aside=found.aside,
            other_currencies=others,
            kept_from=run.kept_from(cut),
        ),
        currency=cut.currency,
        previous=_previous(question, before, run, now=(total, rows), currency=cut.currency)
        if before
        else None,
        why_no_previous=_why_no_previous(question) if question.compare_previous and not before else None,
    )


def in_one_currency(cut: Cut, run: Run) -> tuple[Cut, int]:
    """The cut in the currency asked for, else in that of most conversions; and how many are in others. KPI-MONEY."""
    if not cut.kpi.is_money:
        return cut, 0
    priced = Step("priced", f"{_PRICED}{within(cut, 'c.converted_at')}")
    compiled = finish([priced], _CURRENCIES, cut, dialect=run.engine.dialect)
    counted = {row["currency"]: int(row["conversions"]) for row in run.rows(compiled, cut, more=(PATHS,))}
    chosen = cut.currency or next(iter(counted), None)
    return replace(cut, currency=chosen), sum(count for name, count in counted.items() if name != chosen)


def _judge(question: Question, cut: Cut, run: Run) -> Judge:
    return Judge(cut.kpi, question.method, cut.clustered, partial(run.pooled, cut))


def _rows(found: Found, cut: Cut, judge: Judge) -> tuple[Cell, ...]:
    rows = [judge.cell(keys, statistics) for keys, statistics in found.rows.items()]
    if cut.top:
        rows.sort(key=partial(_size, cut), reverse=True)
    if found.other:
        rows.append(judge.cell(("",) * len(cut.by), found.other, is_other=True))
    return tuple(rows)


def _size(cut: Cut, cell: Cell) -> int:
    return cell.statistics.units if cut.denominator else cell.statistics.successes


def _previous(
    question: Question, before: Part, run: Run, *, now: tuple[Cell, tuple[Cell, ...]], currency: str | None
) -> Previous:
    total, rows = now
    timeless = all(DIMENSIONS[name].about is not About.TIME for name in question.by)
    cut = replace(before.cut, currency=currency, top=None, by=before.cut.by if timeless else ())
    found = run.found(cut)
    run.remember(cut, found.total)
    judge = _judge(question, cut, run)
    past_total = judge.cell((), found.total)
    past = _rows(found, cut, judge) if timeless else ()
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
