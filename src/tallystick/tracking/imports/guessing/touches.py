"""Guesses for files of what comes before an order: clicks, leads, ties of customers to partners. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tallystick.kit.texts import translatable
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom
from tallystick.tracking.imports.guessing.form import Note
from tallystick.tracking.imports.guessing.table import Sketch, Table, day_to_say, key_of, somebody
from tallystick.tracking.imports.presets.form import fold

_OWNERS: Final = ("code", "link", "placement", "partner", "channel")
_CLICK_IDS: Final = ("clickid", "klickid", "eventid", "id")


def clicks(table: Table) -> Iterator[Sketch]:
    """Followed links: a time and whose they are, and nothing that was bought."""
    if not table.has("occurred_at") or not table.first(*_OWNERS):
        return
    visitor = table.first("visitor", "customer")
    who = {"visitor": table.source(visitor)} if visitor else {"visitor": FieldFrom(row=True)}
    notes = (
        []
        if visitor
        else [Note("visitor", "", "no column says who clicked: each row is a visitor of its own")]
    )
    fit = 45 + 10 * bool(visitor) + 30 * table.is_called("clicks")
    page = next(filter(table.surely, ("landing_page", "destination")), "")
    fit += 10 * table.has("user_agent") + 10 * bool(page) + 5 * table.has("device")
    fit -= 40 * (table.surely("amount") or table.has("order") or table.surely("commission"))
    yield Sketch(
        translatable("Clicks"),
        max(5, min(fit, 95)),
        {
            **table.sources(occurred_at="occurred_at", user_agent="user_agent"),
            **table.around(),
            **table.sources(landing_page=page),
            **who,
        },
        {"events": (EventFrom(kind="click", fields=_owner(table)),)},
        key=_click_id(table),
        notes=tuple(notes),
    )


def leads(table: Table) -> Iterator[Sketch]:
    """People who left their names: a time and somebody, and nothing that was bought."""
    who, role = somebody(table)
    if not who or not table.has("occurred_at"):
        return
    is_signup = table.is_called("signups")
    fit = 35 + 40 * (is_signup or table.is_called("leads"))
    fit -= 25 * (table.surely("amount") or table.has("order") or table.surely("commission"))
    fields = {**table.sources(occurred_at="occurred_at"), **table.around(), **who}
    events = [
        EventFrom(kind="signup" if is_signup else "lead", attributes=table.attributes("status", "plan"))
    ]
    if owner := _owner(table):
        (name, _), *_ = owner.items()
        kind = "code_use" if name == "code" else "crm_partner_field"
        events.insert(0, EventFrom(kind=kind, when=(table.filled(name),), fields=owner))
    yield Sketch(
        translatable("Sign-ups") if is_signup else translatable("Leads"),
        max(5, min(fit, 95)),
        fields,
        {"events": tuple(events)},
        key_of(table, role),
    )


def bindings(table: Table) -> Iterator[Sketch]:
    """Customers with the partners who brought them: their renewals are credited to those."""
    who, role = somebody(table)
    if role not in ("customer", "email") or not table.has("partner"):
        return
    notes: list[Note] = []
    fields = {**table.sources(occurred_at="occurred_at"), **who, **table.sources(partner="partner")}
    if "occurred_at" not in fields:
        fields["occurred_at"], note = day_to_say(table, "occurred_at")
        notes.append(note)
    fit = 50 + 30 * table.is_called("customers") + 5 * table.has("occurred_at")
    fit -= 35 * (table.surely("amount") or table.has("order") or table.surely("commission"))
    event = EventFrom(kind="customer_binding", when=(table.filled(role), table.filled("partner")))
    yield Sketch(
        translatable("Customers and the partners who brought them"),
        max(5, min(fit, 95)),
        fields,
        {"events": (event,)},
        key_of(table, role),
        notes=tuple(notes),
    )


def _click_id(table: Table) -> tuple[str, ...]:
    """The column that numbers the clicks. A visitor is none: who clicks twice has clicked twice."""
    return tuple(
        column.name for column in table.columns if fold(column.name) in _CLICK_IDS and column.is_unique
    )[:1]


def _owner(table: Table) -> dict[str, FieldFrom]:
    """The most particular name of whose it is; a placement goes with its partner."""
    role = table.first(*_OWNERS)
    if role is None:
        return {}
    if role == "placement":
        return table.sources(placement="placement", partner="partner") if table.has("partner") else {}
    return {role: table.source(role)}
