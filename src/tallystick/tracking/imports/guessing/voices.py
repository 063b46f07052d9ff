"""Guesses for files about customers: subscriptions, stages of a pipeline, tickets, answers, reviews. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tallystick.kit.texts import translatable
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, When
from tallystick.tracking.imports.guessing.form import Note
from tallystick.tracking.imports.guessing.table import Sketch, Table, day_to_say, key_of, somebody

_YES: Final = frozenset(
    "yes true y t 1 ja j oui si sì sí sim vero verdadero wahr churned cancelled canceled".split()
)


def subscriptions(table: Table) -> Iterator[Sketch]:
    """Customers by how many months they have been there, and whether they have left."""
    who, role = somebody(table)
    if role not in ("customer", "email", "account") or not table.has("tenure"):
        return
    today = table.known.today.isoformat()
    months = table.source("tenure")
    begun = FieldFrom(column=months.column, months_before=today)
    why = "it counts months before the day of the export, which the file does not name: write that day"
    notes = [Note("occurred_at", months.column or "", why, must_look=True)]
    fields = {**who, "order": table.source(role), **table.sources(country="country", currency="currency")}
    paid = table.sources(amount="amount")
    attributes = table.attributes("plan", "payment", "category")
    events = [EventFrom(kind="subscription", fields={"occurred_at": begun, **paid}, attributes=attributes)]
    churned = table.column("churned")
    words = tuple(sorted(cell for cell in churned.distinct if cell.lower() in _YES)) if churned else ()
    if churned and words:
        left = When(column=churned.name, is_in=words)
        at = {"occurred_at": FieldFrom(constant=today)}
        events.append(
            EventFrom(kind="cancellation", when=(left,), fields=at, attributes=table.attributes("plan"))
        )
        notes.append(
            Note(
                "cancellation",
                churned.name,
                "who has left is said to have left on that same day",
                must_look=True,
            )
        )
    fit = 60 + 20 * bool(words) + 10 * bool(paid)
    yield Sketch(
        translatable("Subscriptions and cancellations"),
        fit,
        fields,
        {"events": tuple(events)},
        key_of(table, role),
        notes=tuple(notes),
    )


def stages(table: Table) -> Iterator[Sketch]:
    """Where opportunities stand in a CRM."""
    deal = table.first("opportunity", "order", "account", "customer")
    if not table.has("stage") or deal is None:
        return
    name = "order" if deal in ("opportunity", "order") else deal
    shared, notes = _when(table)
    shared |= {
        name: table.source(deal),
        **table.sources(account="account", amount="amount", currency="currency"),
    }
    if table.has("customer"):
        shared["customer"] = table.source("customer")
    event = EventFrom(kind="stage_change", attributes=table.attributes("stage", "status"))
    events = [event]
    if table.has("partner") and somebody(table)[0]:
        events.insert(
            0,
            EventFrom(
                kind="crm_partner_field",
                when=(table.filled("partner"),),
                fields=table.sources(partner="partner"),
            ),
        )
    deals, stage = table.roles[deal].column, table.roles["stage"].column
    key = (deals.name, stage.name) if deals.is_unique else ()
    fit = 70 + 15 * table.has("opportunity") + 10 * table.has("occurred_at")
    yield Sketch(
        translatable("Stages of a CRM"), fit, shared, {"events": tuple(events)}, key, notes=tuple(notes)
    )


def tickets(table: Table) -> Iterator[Sketch]:
    """Requests of customers for help."""
    if not table.first("ticket", "subject") or not table.first("ticket", "priority"):
        return
    attributes = table.attributes("ticket", "priority", "status", "subject", "category")
    yield from _voice(
        table,
        "ticket",
        translatable("Tickets"),
        60 + 15 * table.has("ticket") + 10 * table.has("priority"),
        attributes,
    )


def answers(table: Table) -> Iterator[Sketch]:
    """Answers to surveys."""
    if not table.has("score"):
        return
    attributes = table.attributes("score", "question", "answer")
    fit = 55 + 15 * table.has("question") + 20 * table.is_called("surveys")
    yield from _voice(table, "survey_answer", translatable("Answers to a survey"), fit, attributes)


def reviews(table: Table) -> Iterator[Sketch]:
    """Reviews with their ratings."""
    if not table.has("rating"):
        return
    attributes = table.attributes("rating", "product", "sku", "answer")
    fit = 60 + 20 * table.is_called("reviews") + 10 * table.has("product")
    yield from _voice(table, "review", translatable("Reviews"), fit, attributes)


def _voice(table: Table, kind: str, title: str, fit: int, attributes: dict[str, str]) -> Iterator[Sketch]:
    who, _ = somebody(table)
    shared, notes = _when(table)
    if not who:
        who = {"visitor": FieldFrom(row=True)}
        notes.append(
            Note("visitor", "", "no column says whose words these are: each row is somebody of its own")
        )
        fit -= 15
    fit -= 25 * table.surely("amount")
    sketch = Sketch(
        title,
        max(5, min(fit, 95)),
        {**shared, **who, **table.sources(order="order")},
        {"events": (EventFrom(kind=kind, attributes=attributes),)},
        notes=tuple(notes),
    )
    ticket = table.column("ticket")
    yield replace(sketch, key=key_of(table, "ticket")) if ticket else sketch


def _when(table: Table) -> tuple[dict[str, FieldFrom], list[Note]]:
    if table.has("occurred_at"):
        return table.sources(occurred_at="occurred_at"), []
    source, note = day_to_say(table, "occurred_at")
    return {"occurred_at": source}, [note]
