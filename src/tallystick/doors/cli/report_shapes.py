"""The JSON of `tallystick report`: stable keys, ids as texts, rates as numbers, nothing rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import msgspec

from tallystick.doors.asking import Asked
from tallystick.kit import ids
from tallystick.measurement.kpis.answers import Answer, Section, UnitPage
from tallystick.measurement.kpis.cells import Cell
from tallystick.measurement.kpis.questions import Period


def answer(asked: Asked, found: Answer) -> dict[str, Any]:
    """The whole answer; `sections` has one entry for each version of the definition in the period."""
    return {
        "kpi": found.kpi,
        "kpi_version": found.kpi_version,
        "question": found.entry.question,
        "family": str(found.entry.family),
        "unit": str(found.entry.unit),
        "direction": str(found.entry.direction),
        "owner_role": found.entry.owner_role,
        "thresholds": msgspec.to_builtins(found.entry.thresholds),
        "program": asked.program.key,
        "zone": found.zone,
        "as_of": found.question.as_of.isoformat(),
        "segment": str(found.question.segment),
        "by": list(found.question.by),
        "where": list(asked.wanted.where),
        "sections": [_section(asked, section) for section in found.sections],
    }


def receipts(pages: Iterable[UnitPage]) -> dict[str, Any]:
    """The units of a figure with what they are made of."""
    return {
        "pages": [
            {
                "definition": page.version.definition_key,
                "version": page.version.version,
                "units": page.units,
                "converted": page.converted,
                "rows": [
                    {
                        "dated_at": row.dated_at.isoformat(),
                        "converted": row.converted,
                        "immature": row.immature,
                        "events": [ids.show("evt", event) for event in row.event_ids],
                        "receipts": [ids.show("rcp", receipt) for receipt in row.receipt_ids],
                        "conversions": [ids.show("cnv", conversion) for conversion in row.conversion_ids],
                    }
                    for row in page.rows
                ],
            }
            for page in pages
        ]
    }


def _section(asked: Asked, section: Section) -> dict[str, Any]:
    version = section.version
    before = section.previous
    return {
        "definition": version.definition_key,
        "version": version.version,
        "effective_on": version.effective_on.isoformat(),
        "model": version.meaning.model,
        "windows_days": version.meaning.windows,
        "period": _period(section.period),
        "denominator": str(section.denominator),
        "basis": str(section.basis),
        "first_on": section.first_on.isoformat() if section.first_on else None,
        "last_on": section.last_on.isoformat() if section.last_on else None,
        "aside": section.aside,
        "immature_from": section.immature_from.isoformat() if section.immature_from else None,
        "total": _cell(section.total),
        "baseline": _cell(section.baseline),
        "against_baseline": asdict(section.against_baseline),
        "rows": [
            {"keys": _keys(asked, cell), **_cell(cell), **_against(section, cell)} for cell in section.rows
        ],
        "previous": {
            "period": _period(before.period),
            "total": _cell(before.total),
            "against_previous": asdict(before.of_total),
        }
        if before
        else None,
        "why_no_previous": section.why_no_previous,
        "notes": list(section.notes),
    }


def _keys(asked: Asked, cell: Cell) -> dict[str, dict[str, str]]:
    pairs = zip(asked.question.by, cell.keys, strict=True)
    return {name: asdict(asked.terms.term(name, key)) for name, key in pairs}


def _against(section: Section, cell: Cell) -> dict[str, Any]:
    if section.previous is None:
        return {}
    found = {now.keys: verdict for now, verdict in section.previous.of_rows}.get(cell.keys)
    return {"against_previous": asdict(found) if found else None}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "status": str(cell.status),
        "rate": cell.value,
        "low": cell.interval.low if cell.interval else None,
        "high": cell.interval.high if cell.interval else None,
        "method": cell.method,
        "units": cell.units,
        "converted": cell.converted,
        "conversions": cell.conversions,
        "share_ppb": cell.share_ppb,
        "immature_units": cell.immature_units,
        "excluded": cell.excluded,
        "units_short": cell.units_short,
    }


def _period(period: Period) -> dict[str, str | None]:
    """The period as ISO dates; `until` is the first day that is no longer in it."""
    return {
        "from": period.from_on.isoformat() if period.from_on else None,
        "until": period.until_on.isoformat() if period.until_on else None,
    }
