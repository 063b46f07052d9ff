"""Answers as JSON values, for the API and the command line: stable names, exact numbers as texts, nothing rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec

from tallystick.doors.asking import Asked
from tallystick.doors.kpis import TITLES
from tallystick.kit import ids
from tallystick.measurement.kpis.answers import Answer, CreditPage, Section, UnitPage, UnitRow
from tallystick.measurement.kpis.catalog import Kpi
from tallystick.measurement.kpis.cells import Cell
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.kpis.questions import Period
from tallystick.partners.programs.rules import Version


def entry(kpi: Kpi) -> dict[str, Any]:
    """One entry of the catalogue."""
    return {
        "key": kpi.key,
        "title": str(TITLES.get(kpi.key, kpi.key)),
        "question": kpi.question,
        "family": kpi.family,
        "kind": kpi.kind,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "source_of_record": kpi.source_of_record,
        "owner_role": kpi.owner_role,
        "cadence": kpi.cadence,
        "version": kpi.version,
        "effective_from": kpi.effective_from.isoformat(),
        "dimensions": list(kpi.dimensions),
        "segments": list(kpi.segments),
        "bases": list(kpi.bases),
        "denominators": list(kpi.units),
        "measures": msgspec.to_builtins(kpi.measures),
        "min_evidence": msgspec.to_builtins(kpi.min_evidence),
        "thresholds": msgspec.to_builtins(kpi.thresholds),
    }


def answer(asked: Asked, found: Answer) -> dict[str, Any]:
    """The whole answer; `sections` has one entry for each version of the definition in the period."""
    return {
        "kpi": found.kpi,
        "kpi_version": found.kpi_version,
        "question": found.entry.question,
        "family": found.entry.family,
        "unit": found.entry.unit,
        "direction": found.entry.direction,
        "owner_role": found.entry.owner_role,
        "thresholds": msgspec.to_builtins(found.entry.thresholds),
        "program": asked.program.key,
        "zone": found.zone,
        "as_of": found.question.as_of.isoformat(),
        "segment": found.question.segment,
        "by": list(found.question.by),
        "where": list(asked.wanted.where),
        "completeness": completeness(asked.completeness),
        "sections": [_section(asked, section) for section in found.sections],
    }


def completeness(found: Completeness) -> dict[str, Any]:
    """How much of what was received stands behind an answer."""
    return {
        "as_of": found.as_of.isoformat(),
        "complete_through": found.complete_through.isoformat(),
        "lag_seconds": found.lag.total_seconds(),
        "behind": dict(found.behind),
        "quarantined": found.quarantined,
        "published_at": found.published_at.isoformat() if found.published_at else None,
    }


def units(pages: Iterable[UnitPage]) -> list[dict[str, Any]]:
    """The units of a figure with what they are made of: a part for each version."""
    return [
        {
            **_of_version(page.version),
            "units": page.units,
            "converted": page.converted,
            "rows": [_unit(row) for row in page.rows],
        }
        for page in pages
    ]


def credit(pages: Iterable[CreditPage]) -> list[dict[str, Any]]:
    """What touchpoints earned of the conversions of a figure: a part for each version."""
    return [
        {
            **_of_version(page.version),
            "conversions": page.conversions,
            "share_ppb": page.share_ppb,
            "rows": [
                {
                    "conversion": ids.show("cnv", row.conversion_id),
                    "event": ids.show("evt", row.event_id),
                    "receipts": [
                        ids.show("rcp", each) for each in (row.receipt_id, row.conversion_receipt_id) if each
                    ],
                    "share_ppb": row.share_ppb,
                    "converted_at": row.converted_at.isoformat(),
                    "touched_at": row.touched_at.isoformat(),
                    "customer_type": row.customer_type,
                }
                for row in page.rows
            ],
        }
        for page in pages
    ]


def exact(number: Fraction | int | None) -> str | None:
    """An exact number: a decimal text, and `p/q` where no decimal is exact."""
    if number is None:
        return None
    whole, places, of = Fraction(number), 0, Fraction(number).denominator
    for prime in (2, 5):
        times = 0
        while of % prime == 0:
            of, times = of // prime, times + 1
        places = max(places, times)
    if of > 1:
        return str(whole)
    digits = f"{abs(whole.numerator) * 10**places // whole.denominator:0{places + 1}d}"
    sign = "-" if whole < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _section(asked: Asked, section: Section) -> dict[str, Any]:
    version, before = section.version, section.previous
    is_defined = asked.entry.asks_definition
    return {
        "definition": version.definition_key if is_defined else None,
        "version": version.version if is_defined else None,
        "effective_on": version.effective_on.isoformat() if is_defined else None,
        "model": version.meaning.model if is_defined else None,
        "windows_days": version.meaning.windows if is_defined else {},
        "period": _period(section.period),
        "denominator": section.denominator,
        "currency": section.currency,
        "basis": section.basis,
        "first_on": _day(section.first_on),
        "last_on": _day(section.last_on),
        "aside": section.aside,
        "immature_from": _day(section.immature_from),
        "total": _cell(section.total),
        "baseline": _cell(section.baseline),
        "against_baseline": asdict(section.against_baseline),
        "rows": [
            {"keys": _keys(asked, cell), "is_other": cell.is_other, **_cell(cell), **_against(section, cell)}
            for cell in section.rows
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


def _of_version(version: Version) -> dict[str, Any]:
    return {"definition": version.definition_key, "version": version.version}


def _unit(row: UnitRow) -> dict[str, Any]:
    return {
        "dated_at": row.dated_at.isoformat(),
        "is_unit": row.is_unit,
        "converted": row.converted,
        "immature": row.immature,
        "events": [ids.show("evt", event) for event in row.event_ids],
        "receipts": [ids.show("rcp", receipt) for receipt in row.receipt_ids],
        "conversions": [ids.show("cnv", conversion) for conversion in row.conversion_ids],
    }


def _keys(asked: Asked, cell: Cell) -> dict[str, dict[str, str]]:
    pairs = zip(asked.question.by, cell.keys, strict=True)
    return {name: asdict(asked.terms.term(name, key)) for name, key in pairs}


def _against(section: Section, cell: Cell) -> Mapping[str, Any]:
    if section.previous is None:
        return {}
    found = {now.keys: verdict for now, verdict in section.previous.of_rows}.get(cell.keys)
    return {"against_previous": asdict(found) if found else None}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "status": cell.status,
        "value": cell.value,
        "numerator": exact(cell.numerator),
        "denominator": exact(cell.denominator),
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
        "parts": dict(cell.parts),
    }


def _period(period: Period) -> dict[str, str | None]:
    """The period as ISO dates; `until` is the first day that is no longer in it."""
    return {"from": _day(period.from_on), "until": _day(period.until_on)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
