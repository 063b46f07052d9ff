"""Guesses for files of what somebody reports: totals of days, costs, commissions of another platform. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tallystick.kit.texts import translatable
from tallystick.tracking.events.mapping.form import FieldFrom, Target
from tallystick.tracking.imports.guessing.columns import Column
from tallystick.tracking.imports.guessing.form import Note
from tallystick.tracking.imports.guessing.table import Sketch, Table, day_to_say, key_of
from tallystick.tracking.imports.presets.form import fold

_PLACES: Final = 6
"""How many places a total keeps behind the mark."""

_STATES: Final = {
    **dict.fromkeys(
        ("pending", "hold", "open", "waiting", "tracked", "offen", "enattente", "pendiente"), "pending"
    ),
    **dict.fromkeys(
        ("approved", "confirmed", "locked", "due", "accepted", "validated", "unpaid", "bestatigt"), "approved"
    ),
    **dict.fromkeys(("paid", "settled", "bezahlt", "paye", "pagado", "pagato", "betaald", "pago"), "paid"),
    **dict.fromkeys(
        (
            "reversed",
            "rejected",
            "declined",
            "voided",
            "void",
            "cancelled",
            "canceled",
            "denied",
            "storniert",
            "abgelehnt",
        ),
        "reversed",
    ),
}


def totals(table: Table) -> Iterator[Sketch]:
    """Numbers of a day: sends, impressions, reach, conversions of whole paths."""
    counted = {
        name: column
        for name, column in table.measures.items()
        if column.number and column.number.places <= _PLACES
    }
    if not counted:
        return
    beside = {name.replace("-", "_"): c.name for name, c in table.measures.items() if name not in counted}
    notes = [
        Note(
            name,
            column,
            "it has more places behind the mark than a total keeps: it stays beside as it is written",
        )
        for name, column in beside.items()
    ]
    shared = table.sources(on="occurred_at", partner="partner", placement="placement", channel="channel")
    if "on" not in shared:
        shared["on"], note = day_to_say(table, "on")
        notes.append(note)
    if not _is_one_report_a_row(table):
        shared["reference"] = FieldFrom(row=True)
        notes.append(
            Note("reference", "", "several rows are about the same day and name: each is reported for itself")
        )
    elif table.has("campaign"):
        shared["reference"] = FieldFrom(columns=tuple(column.name for column in _names(table)))
        notes.append(Note("reference", "", "a later file says anew what it says of the same day and names"))
    attributes = {**table.attributes("path", "product", "country", "device", "campaign"), **beside}
    targets = tuple(
        Target(
            fields={"measure": FieldFrom(constant=measure), "value": FieldFrom(column=column.name)},
            attributes=attributes,
        )
        for measure, column in counted.items()
    )
    fit = 55 + 5 * len(counted) + 15 * table.has("occurred_at") + 15 * table.has("path")
    fit -= 35 * table.has("order") + 25 * table.has("customer") + 15 * table.has("email")
    yield Sketch(
        translatable("Totals of days, as somebody reports them"),
        max(5, min(fit, 92)),
        shared,
        {"totals": targets},
        notes=tuple(notes),
    )


def _is_one_report_a_row(table: Table) -> bool:
    """Whether day and names tell the rows apart."""
    if not table.has("occurred_at") or table.has("path"):
        return False
    rows = list(zip(*(column.cells for column in _names(table)), strict=True))
    return len(set(rows)) == len(rows)


def _names(table: Table) -> list[Column]:
    """The columns that say what a total is about: its day, and whose it is."""
    roles = ("occurred_at", "partner", "placement", "channel", "campaign")
    return [table.roles[role].column for role in roles if table.has(role)]


def costs(table: Table) -> Iterator[Sketch]:
    """What was spent, by channel, campaign or partner."""
    if not table.has("cost"):
        return
    notes = [
        Note(
            "kind",
            "",
            "taken for advertising; other kinds: fixed_fee, bonus, discount, mdf, tool, goods",
            must_look=True,
        )
    ]
    shared = table.sources(on="occurred_at", partner="partner", channel="channel", currency="currency")
    if "on" not in shared:
        shared["on"], note = day_to_say(table, "on")
        notes.append(note)
    fields = {"kind": FieldFrom(constant="spend"), "amount": table.source("cost")}
    fit = 45 + 15 * table.has("occurred_at") + 15 * bool(table.first("channel", "campaign", "partner"))
    fit += 20 * table.is_called("costs")
    fit -= 35 * (table.has("order") or table.has("customer") or table.has("visitor"))
    yield Sketch(
        translatable("Costs"),
        max(5, min(fit, 95)),
        shared,
        {"costs": (Target(fields=fields, attributes=table.attributes("campaign")),)},
        key_of(table, "link"),
        notes=tuple(notes),
    )


def commissions(table: Table) -> Iterator[Sketch]:
    """Commissions that another platform kept: history, owed by nobody here."""
    if not table.has("commission", "partner"):
        return
    notes: list[Note] = []
    fields = table.sources(
        partner="partner", earned_at="occurred_at", amount="commission", sale_amount="amount", order="order",
        customer="customer", paid_at="paid_at", reference="order", currency="currency",
    )  # fmt: skip
    if "earned_at" not in fields:
        fields["earned_at"], note = day_to_say(table, "earned_at")
        notes.append(note)
    status = table.column("status")
    if status:
        values = {cell: state for cell in sorted(status.distinct) if (state := _STATES.get(fold(cell)))}
        fields["status"] = FieldFrom(column=status.name, values=values, otherwise="other")
        fields["status_raw"] = FieldFrom(column=status.name)
        unknown = sorted(status.distinct - values.keys())
        if unknown:
            why = f"these statuses are kept as other: {', '.join(unknown)}"
            notes.append(Note("status", status.name, why, must_look=True))
    fit = 60 + 10 * table.surely("commission") + 10 * table.has("occurred_at") + 10 * bool(status)
    fit += 10 * table.is_called("commissions")
    targets = {"commissions": (Target(fields=fields),)}
    yield Sketch(
        translatable("Commissions of another platform, as history"),
        max(5, min(fit, 95)),
        targets=targets,
        key=key_of(table, "order"),
        notes=tuple(notes),
    )
