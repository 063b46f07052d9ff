"""The table of the answer as CSV: the figures of the page, unrounded, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tallystick.doors.asking import Asked
from tallystick.doors.console.answer_page import lines_in_order
from tallystick.doors.nouns.cells import csv_line
from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.cells import Cell

COLUMNS: Final = (
    "definition", "version", "from", "until", "segment", "basis", "denominator", "row", "key", "name", "status",
    "converted", "conversions", "credit", "units", "rate", "low", "high", "method", "units_short", "immature_units",
    "excluded",
)  # fmt: skip


def as_csv(answer: Answer, asked: Asked, *, sort: str) -> str:
    """One line a row, and for each version the total and the baseline. `until` is the last day, not included."""
    lines = [csv_line(COLUMNS)]
    for section in answer.sections:
        for row, key, name, cell in _rows(section, asked, sort):
            lines.append(csv_line((*_about(section, asked), row, key, name, *_figures(cell))))
    return "".join(lines)


def _rows(section: Section, asked: Asked, sort: str) -> Iterator[tuple[str, str, str, Cell]]:
    yield "total", "", "", section.total
    yield "baseline", "", "", section.baseline
    for name, cell in lines_in_order(section, asked, sort):
        pairs = zip(asked.question.by, cell.keys, strict=True)
        yield "cell", "; ".join(asked.terms.term(by, key).key for by, key in pairs), name, cell


def _about(section: Section, asked: Asked) -> tuple[Any, ...]:
    period = section.period
    return (
        section.version.definition_key,
        section.version.version,
        period.from_on.isoformat() if period.from_on else "",
        period.until_on.isoformat() if period.until_on else "",
        str(asked.question.segment),
        str(section.basis),
        str(section.denominator),
    )


def _figures(cell: Cell) -> tuple[Any, ...]:
    return (
        str(cell.status),
        cell.converted,
        cell.conversions,
        cell.share_ppb / 10**9,
        cell.units,
        cell.value,
        cell.interval.low if cell.interval else None,
        cell.interval.high if cell.interval else None,
        cell.method,
        cell.units_short,
        cell.immature_units,
        cell.excluded,
    )
