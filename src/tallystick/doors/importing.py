"""Imports, mappings and reconciliations as values: the same words on the command line and in the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec

from tallystick.kit import ids
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.money import Money
from tallystick.measurement.kpis.intervals import wilson_interval
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.targets import targets_of
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.events.models import Mapping as SavedMapping
from tallystick.tracking.events.queries import saved_mappings
from tallystick.tracking.imports.guessing.form import Proposal
from tallystick.tracking.imports.guessing.propose import propose_presets
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.presets.catalog import PRESETS, preset_named
from tallystick.tracking.imports.presets.form import Preset
from tallystick.tracking.imports.queries.imports import ahead_of
from tallystick.tracking.imports.queries.known import known_here
from tallystick.tracking.imports.reading.look import Look
from tallystick.tracking.imports.reconciling.queries import OrderReconciliation
from tallystick.tracking.imports.reconciling.rules import MoneyOf, Summary, Verdict
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.imports.services.corrections import Corrected
from tallystick.tracking.imports.services.trial import Trial
from tallystick.tracking.inbox.models import Quarantined


class NoMapping(Foreseen, LookupError):
    """A saved mapping or a preset that is not there; the message says which there are."""

    exit = Exit.NOT_FOUND


class UnlikePreset(Foreseen, ValueError):
    """A file that is not the export that a preset is for; the message says what it lacks."""

    exit = Exit.USAGE


def saved_values() -> list[dict[str, Any]]:
    """The saved mappings of the brand, by name, but for their texts."""
    return [mapping_values(row, read_mapping(row.text)) for row in saved_mappings().values()]


def preset_values() -> list[dict[str, str]]:
    """The presets: for which export of which platform each is."""
    return [{"name": each.key, "platform": each.platform, "what": each.what} for each in PRESETS]


def saved_text(name: str) -> str:
    """The text of the newest version of a saved mapping. Raises NoMapping."""
    saved = saved_mappings()
    if name not in saved:
        raise NoMapping(
            "There is no saved mapping %(name)r; there is: %(known)s.",
            name=name,
            known=", ".join(saved) or "none",
        )
    return saved[name].text


def preset_text(key: str) -> str:
    """The text of a preset, in the words of the platform's own export. Raises NoMapping."""
    return _preset(key).text


def preset_for(key: str, look: Look) -> Proposal:
    """A preset with the columns of a file. Raises NoMapping, and UnlikePreset for a file that is something else."""
    preset = _preset(key)
    for proposal in propose_presets(look, known=known_here()):
        if proposal.preset == key:
            return proposal
    raise UnlikePreset(
        "The file is not what %(title)s looks like: that has the columns %(needs)s, and this %(columns)s.",
        title=preset.title,
        needs=", ".join(preset.needs),
        columns=", ".join(look.sheets[0].columns),
    )


def for_program(text: str, program: str | None) -> str:
    """The text of a mapping for another program than it names, or for one where it names none. Raises BadMapping."""
    mapping = read_mapping(text)
    if program is None or mapping.program == program:
        return text
    return mapping_text(msgspec.structs.replace(mapping, program=program))


def _preset(key: str) -> Preset:
    preset = preset_named(key)
    if preset is None:
        known = ", ".join(each.key for each in PRESETS)
        raise NoMapping("There is no preset %(key)r; there is: %(known)s.", key=key, known=known)
    return preset


def what_it_makes(mapping: RowMapping) -> list[str]:
    """What a row may become by a mapping: `purchase`, `partner`, `cost`."""
    named = {"events": "event", "partners": "partner", "links": "link", "codes": "code"}
    named |= {"totals": "total", "costs": "cost", "commissions": "commission", "orders": "order"}
    return list(
        dict.fromkeys(getattr(target, "kind", named[name]) for name, _, target in targets_of(mapping))
    )


def mapping_values(row: SavedMapping, mapping: RowMapping) -> dict[str, Any]:
    """A saved mapping, but for its text."""
    return {
        "name": row.name,
        "version": row.version,
        "program": mapping.program,
        "makes": what_it_makes(mapping),
        "columns": sorted(columns_of(mapping)),
        "created_at": row.created_at.isoformat(),
    }


def import_values(row: Import) -> dict[str, Any]:
    """An import as it stands: how far it is, and what became of the rows that were received."""
    return {
        "id": ids.show("imp", row.id),
        "name": row.name,
        "state": row.state,
        "format": row.format,
        "mapping": row.mapping_name,
        "mapping_version": row.mapping_version,
        "size_bytes": row.size_bytes,
        "arrived_bytes": row.arrived_bytes,
        "read_bytes": row.read_bytes,
        "rows": row.rows,
        "accepted": row.rows_accepted,
        "duplicate": row.rows_duplicate,
        "conflict": row.rows_conflict,
        "ahead": ahead_of(row),
        "is_paused": row.is_paused,
        "skipped": _skipped(row.skipped),
        "error": row.error,
        "by": row.by_name,
        "created_at": row.created_at.isoformat(),
        "received_at": _at(row.received_at),
        "ended_at": _at(row.ended_at),
    }


def tally_values(tally: Tally) -> dict[str, Any]:
    """What became of the rows of a file, and what stands behind them."""
    return {
        "rows": tally.rows,
        "counted": tally.counted,
        "duplicate": tally.duplicate,
        "ignored": tally.ignored,
        "quarantined": tally.quarantined,
        "waiting": tally.waiting,
        "reasons": {str(reason): rows for reason, rows in tally.reasons.items()},
        "things": [
            {"what": what, "number": number, "money": list(_money(tally.money, what))}
            for what, number in tally.things.items()
        ],
        "unknown": [
            {"program": program, "role": role, "value": value, "rows": rows}
            for (program, role, value), rows in tally.unknown.items()
        ],
        "first_at": _at(tally.first_at),
        "last_at": _at(tally.last_at),
    }


def trial_values(trial: Trial) -> dict[str, Any]:
    """What would become of a file."""
    return {
        "tally": tally_values(trial.tally),
        "problems": [asdict(each) for each in trial.problems],
        "opens": list(trial.opens),
        "is_whole": trial.is_whole,
        "skipped": _skipped(trial.skipped),
        "broken": trial.broken,
    }


def problem_values(row: Quarantined) -> dict[str, Any]:
    """What waits in quarantine, and what to do about it."""
    named = ("reason", "detail", "fix", "file", "line", "column", "value", "rows", "order", "tries")
    return {"receipt": ids.show("rcp", row.receipt_id)} | {name: getattr(row, name) for name in named}


def reconciliation_values(found: OrderReconciliation) -> dict[str, Any]:
    """A reconciliation of orders, with its page of verdicts."""
    return {
        "program": found.program,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "sources": list(found.sources),
        "first_at": _at(found.first_at),
        "last_at": _at(found.last_at),
        "verdicts": {str(kind): number for kind, number in sorted(found.summary.kinds.items())},
        "missing": {str(why): number for why, number in sorted(found.summary.missing.items())},
        "differing": dict(sorted(found.summary.differing.items())),
        "nameless": found.nameless,
        "money": [_money_values(each) for each in found.summary.money],
        "tracking_loss": loss_values(found.summary),
        "total": found.total,
        "data": [verdict_values(each) for each in found.verdicts],
    }


def loss_values(summary: Summary) -> dict[str, Any]:
    """The tracking loss rate with both of its numbers and its 95 % interval; null where no order is expected."""
    interval = wilson_interval(summary.lost, summary.expected) if summary.expected else None
    return {
        "lost": summary.lost,
        "expected": summary.expected,
        "rate": summary.tracking_loss_rate,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
    }


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """What became of one order."""
    shop, here = verdict.shop, verdict.tracked
    return {
        "order": verdict.order,
        "verdict": verdict.kind.value,
        "why": verdict.why.value if verdict.why else None,
        "detail": verdict.detail,
        "found_as": verdict.found_as,
        "differences": [each.field for each in verdict.differences],
        "status": shop.status if shop else None,
        "shop_at": _at(shop.ordered_at) if shop else None,
        "shop_amount": _amount(shop.amount_minor, shop.currency) if shop else None,
        "shop_customer": shop.customer if shop else None,
        "shop_receipt": ids.show("rcp", shop.receipt_id) if shop else None,
        "here_at": _at(here.occurred_at) if here else None,
        "here_amount": _amount(here.amount_minor, here.currency) if here else None,
        "here_customer": here.customer if here else None,
        "here_source": here.source if here else None,
        "here_receipt": ids.show("rcp", here.receipt_id) if here else None,
        "held_receipt": ids.show("rcp", verdict.held) if verdict.held else None,
    }


def _skipped(members: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    return [{"name": name, "why": why} for name, why in members]


def _money_values(money: MoneyOf) -> dict[str, str]:
    parts = {name: getattr(money, name) for name in ("shop", "here", "missing", "unreported")}
    shown = {name: Money(minor, money.currency).number() for name, minor in parts.items()}
    return {"currency": money.currency, **shown}


def _money(money: Mapping[tuple[str, str], int], what: str) -> Iterator[dict[str, str]]:
    for (of_what, currency), minor in money.items():
        if of_what == what and currency:
            yield {"amount": Money(minor, currency).number(), "currency": currency}


def _amount(minor: int | None, currency: str | None) -> str | None:
    return Money(minor, currency).show() if minor is not None and currency else None


def _at(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def corrected_values(done: Corrected) -> dict[str, Any]:
    """What became of a correction. problem: why it waits again; null where it does not."""
    return {
        "receipt": ids.show("rcp", done.receipt_id),
        "became": done.became.value,
        "problem": problem_values(done.finding) if done.finding else None,
    }
