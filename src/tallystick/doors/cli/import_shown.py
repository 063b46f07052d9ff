"""What became of a file, or would become of it, as tables and JSON; the same for an import and a dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tallystick.doors import importing
from tallystick.doors.cli import output
from tallystick.kit import ids
from tallystick.tracking.imports.queries.tallying import tally_of

if TYPE_CHECKING:
    from tallystick.tracking.imports.models import Import
    from tallystick.tracking.imports.rules.tally import Tally
    from tallystick.tracking.imports.services.trial import Trial

NAMES_SHOWN = 20
PROBLEMS_SHOWN = 20
OPENED_SHOWN = 20


def show_import(row: Import, *, as_json: bool) -> None:
    """The reconciliation of an import: what became of its rows, and what to do next."""
    tally = tally_of(row)
    if as_json:
        output.emit_json(importing.import_values(row) | {"tally": importing.tally_values(tally)})
        return
    show_tally(tally)
    for name, why in row.skipped:
        output.warn(f"Not read: {name} ({why})")
    if tally.waiting:
        output.say(f"{tally.waiting:,} rows are kept and not verified yet; the worker goes on with them.")
    if tally.quarantined:
        shown = ids.show("imp", row.id)
        output.warn(
            f"{tally.quarantined:,} rows wait: `tallystick quarantine --import {shown}` says why and what to do."
        )
    if tally.unknown:
        output.warn("Say who these names are: `tallystick names list`.")


def show_trial(trial: Trial, *, as_json: bool) -> None:
    """What importing a file would do."""
    if as_json:
        output.emit_json(importing.trial_values(trial))
        return
    show_tally(trial.tally)
    for name, why in trial.skipped:
        output.warn(f"Would not be read: {name} ({why})")
    if trial.broken:
        output.warn(trial.broken)
    if trial.opens:
        output.emit_text("\nWould be opened:")
        for what in trial.opens[:OPENED_SHOWN]:
            output.emit_text(f"  {what}")
        _say_more(len(trial.opens), OPENED_SHOWN)
    if trial.problems:
        output.emit_text("\nWould wait in quarantine:")
        for problem in trial.problems[:PROBLEMS_SHOWN]:
            place = f"line {problem.line}" if problem.line else ""
            where = " · ".join(part for part in (place, problem.column, repr(problem.value)) if part)
            output.emit_text(f"  {where} · {problem.reason}")
            output.emit_text(f"      {problem.detail}")
            output.emit_text(f"      to do: {problem.fix}")
        _say_more(len(trial.problems), PROBLEMS_SHOWN)
    output.say("A dry run: nothing was kept.")


def show_tally(tally: Tally) -> None:
    """What became of the rows, what was made of them, and the names that nobody knows."""
    columns = ["rows", "counted", "duplicate", "ignored", "quarantined"]
    columns += ["waiting"] if tally.waiting else []
    output.emit_table(columns, [[f"{getattr(tally, name):,}" for name in columns]], numeric=columns)
    values = importing.tally_values(tally)
    if values["things"]:
        output.emit_text("")
        output.emit_table(
            ("what", "number", "money"),
            [(each["what"], f"{each['number']:,}", _money(each)) for each in values["things"]],
            numeric=("number", "money"),
        )
    if tally.first_at and tally.last_at:
        output.emit_text(f"\nfrom {tally.first_at:%Y-%m-%d %H:%M} to {tally.last_at:%Y-%m-%d %H:%M} UTC")
    if values["reasons"]:
        reasons = ", ".join(f"{rows:,} {reason}" for reason, rows in values["reasons"].items())
        output.emit_text(f"\nin quarantine: {reasons}")
    if values["unknown"]:
        shown = sorted(values["unknown"], key=lambda each: -each["rows"])[:NAMES_SHOWN]
        output.emit_text("")
        output.emit_table(
            ("unknown", "name", "program", "rows"),
            [(each["role"], each["value"], each["program"], f"{each['rows']:,}") for each in shown],
            numeric=("rows",),
        )
        _say_more(len(values["unknown"]), NAMES_SHOWN)


def _money(thing: dict[str, Any]) -> str:
    return ", ".join(f"{_grouped(each['amount'])} {each['currency']}" for each in thing["money"])


def _grouped(amount: str) -> str:
    """`8911407.90` as `8,911,407.90`."""
    whole, point, fraction = amount.partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole != "-0" else amount


def _say_more(total: int, shown: int) -> None:
    if total > shown:
        output.say(f"{total - shown:,} more; --json has them.")
