"""The table of an answer as CSV: unrounded, with what each figure means beside it, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tallystick.doors.answered import exact
from tallystick.doors.asking import Asked
from tallystick.doors.nouns.cells import csv_line
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.catalog import Kind
from tallystick.measurement.kpis.cells import Cell, Status
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About

SORTS: Final = ("name", "rate", "converted", "units")

COLUMNS: Final = (
    "kpi", "unit", "currency", "definition", "version", "from", "until", "segment", "basis", "denominator", "row",
    "key", "name", "status", "value", "low", "high", "method", "numerator", "units", "converted", "conversions",
    "credit", "units_short", "immature_units", "excluded", "complete_through", "quarantined",
)  # fmt: skip


def csv_lines(answer: Answer, asked: Asked, *, sort: str = "") -> Iterator[str]:
    """One line a row, and for each version the total and the baseline. `until` is the last day, not included."""
    yield csv_line(COLUMNS)
    complete = asked.completeness
    for section in answer.sections:
        for row, key, name, cell in _rows(section, asked, sort):
            said = (*_about(section, asked), row, key, name, *_figures(cell))
            yield csv_line((*said, complete.complete_through.isoformat(), complete.quarantined))


def sort_of(asked: Asked, sort: str) -> str:
    """By what rows are sorted where nobody says: time and steps run forward; else the most comes first."""
    if sort:
        return sort
    found = [DIMENSIONS[name] for name in asked.question.by]
    if all(each.about is About.TIME or each.values for each in found):
        return "name"
    return "rate" if asked.entry.kind is Kind.SIMPLE else "units"


def rows_in_order(section: Section, asked: Asked, sort: str) -> list[tuple[str, Cell]]:
    """The rows with their names; that of all others comes last."""
    sort = sort_of(asked, sort)
    named = [(_name(asked, cell), cell) for cell in section.rows]
    named.sort(key=lambda pair: _place(asked, pair[1]))
    if sort == "rate":
        named.sort(key=lambda pair: (pair[1].status is not Status.OK, -(pair[1].value or 0.0)))
    elif sort == "converted":
        named.sort(key=lambda pair: -pair[1].numerator)
    elif sort == "units" and asked.entry.kind is Kind.SIMPLE:
        named.sort(key=lambda pair: -pair[1].conversions)
    elif sort == "units":
        named.sort(key=lambda pair: (-(pair[1].denominator or 0), -pair[1].numerator))
    named.sort(key=lambda pair: pair[1].is_other)
    return named


def _name(asked: Asked, cell: Cell) -> str:
    pairs = list(zip(asked.question.by, cell.keys, strict=True))
    return " · ".join(
        asked.terms.term(name, key).name for name, key in (pairs[:1] if cell.is_other else pairs)
    )


def _place(asked: Asked, cell: Cell) -> list[tuple[int, str]]:
    """Where a row stands by its names: values that have an order of their own in that order."""
    places = []
    for name, key in zip(asked.question.by, cell.keys, strict=True):
        values = DIMENSIONS[name].values
        place = values.index(key) if isinstance(key, str) and key in values else len(values)
        places.append((place, asked.terms.term(name, key).name.casefold()))
    return places


def _rows(section: Section, asked: Asked, sort: str) -> Iterator[tuple[str, str, str, Cell]]:
    yield "total", "", "", section.total
    if len(asked.entry.segments) > 1:
        yield "baseline", "", "", section.baseline
    for name, cell in rows_in_order(section, asked, sort):
        pairs = zip(asked.question.by, cell.keys, strict=True)
        key = "; ".join(asked.terms.term(by, key).key for by, key in pairs)
        yield "other" if cell.is_other else "cell", key, name, cell


def _about(section: Section, asked: Asked) -> tuple[Any, ...]:
    entry, period = asked.entry, section.period
    return (
        entry.key,
        str(entry.unit),
        section.currency or "",
        section.version.definition_key if entry.asks_definition else "",
        section.version.version if entry.asks_definition else "",
        period.from_on.isoformat() if period.from_on else "",
        period.until_on.isoformat() if period.until_on else "",
        str(asked.question.segment),
        str(section.basis),
        str(section.denominator or ""),
    )


def _figures(cell: Cell) -> tuple[Any, ...]:
    return (
        str(cell.status),
        cell.value,
        cell.interval.low if cell.interval else None,
        cell.interval.high if cell.interval else None,
        cell.method,
        exact(cell.numerator),
        exact(cell.denominator),
        cell.converted,
        cell.conversions,
        cell.share_ppb / 10**9,
        cell.units_short,
        cell.immature_units,
        cell.excluded,
    )
