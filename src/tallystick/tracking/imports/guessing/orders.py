"""Guesses for files of orders: purchases with lines, codes, partners and refunds; also as the shop's own list. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tallystick.kit.texts import translatable
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, LinesFrom, Target, When
from tallystick.tracking.imports.guessing.columns import Column
from tallystick.tracking.imports.guessing.form import Note
from tallystick.tracking.imports.guessing.table import (
    Sketch,
    Table,
    day_to_say,
    is_same_in_each,
    key_of,
    line_fields,
    somebody,
)
from tallystick.tracking.imports.presets.form import fold

_CANCELLED: Final = frozenset(
    map(
        fold,
        "cancelled canceled voided void failed trash storniert annulliert abgebrochen annulé annulée cancelado "
        "cancelada anulado annullato geannuleerd".split(),
    )
)
_REFUNDED: Final = frozenset(
    map(
        fold,
        "refunded erstattet remboursé remboursée reembolsado rimborsato terugbetaald returned chargeback".split(),
    )
)
_BELOW_ZERO: Final = (
    "what is below zero goes back to the customer: it is a refund, and its sign is turned round"
)


@dataclass(frozen=True)
class Orders:
    """What is known of a file of orders. amount: None where the lines say it. somebody: the role that says who bought.

    lines: of orders that stand in several rows.
    """

    table: Table
    who: dict[str, FieldFrom]
    somebody: str
    lines: LinesFrom | None
    amount: FieldFrom | None
    notes: tuple[Note, ...]

    @property
    def group_by(self) -> tuple[str, ...]:
        order = self.table.column("order")
        return (order.name,) if self.lines and order else ()


def orders(table: Table) -> Iterator[Sketch]:
    """Purchases; the shop's own list of orders, to hold tracking against; orders from before tracking began."""
    read = _read(table)
    if read is None:
        return
    fit = _fit(read)
    yield _purchases(read, fit)
    if table.has("order", "occurred_at"):
        yield _shop_list(read, fit)
    if read.somebody in ("customer", "email", "account") and table.has("occurred_at"):
        yield _past_orders(read, fit)


def _read(table: Table) -> Orders | None:
    who, role = somebody(table)
    has_lines = table.has("quantity", "unit_price")
    if not (table.has("amount") or has_lines or (table.has("order") and table.has("occurred_at"))):
        return None
    notes: list[Note] = []
    order = table.column("order")
    if not who:
        if order is None:
            return None
        who, role = {"visitor": table.source("order")}, "order"
        notes.append(
            Note(
                "visitor",
                order.name,
                "no column says who bought: each order is somebody of its own",
                must_look=True,
            )
        )
    lines, amount = _lines_and_amount(table, order, has_lines, notes)
    return Orders(table, who, role, lines, amount, tuple(notes))


def _lines_and_amount(
    table: Table, order: Column | None, has_lines: bool, notes: list[Note]
) -> tuple[LinesFrom | None, FieldFrom | None]:
    """Whether rows are lines of orders, and where the order's amount comes from if not from its lines."""
    amount = table.column("amount")
    source = FieldFrom(column=amount.name) if amount else None
    if order is None:
        return (line_fields(table), None) if has_lines and amount is None else (None, source)
    if not order.repeats and not (has_lines and amount is None):
        return None, source
    why = (
        "several rows have the same number: they are the lines of one order"
        if order.repeats
        else "rows are lines"
    )
    notes.append(Note("group_by", order.name, why))
    lines = line_fields(table)
    if amount and is_same_in_each(amount, order.cells) and _is_total_of_order(amount, order):
        notes.append(
            Note("amount", amount.name, "all rows of an order say the same amount: it is the whole order's")
        )
        return (lines if has_lines else None), source
    if amount:
        notes.append(
            Note("lines.amount", amount.name, "rows of an order say different amounts: each is its line's")
        )
        fields = {name: field for name, field in lines.fields.items() if name != "unit_price"}
        return LinesFrom(fields={**fields, "amount": FieldFrom(column=amount.name)}), None
    if not has_lines:
        return None, None
    notes.append(
        Note("amount", "", "no column holds the order's total: it is what quantity × unit price add up to")
    )
    return lines, None


def _is_total_of_order(amount: Column, order: Column) -> bool:
    """Whether an amount is seen to be the same in several rows of an order, or to stand in only one of them."""
    return order.repeats or amount.has_gaps


def _fit(read: Orders) -> int:
    table = read.table
    fit = 35 + 10 * table.has("occurred_at") + 10 * table.has("order")
    fit += 15 * (table.surely("amount") or table.has("quantity", "unit_price"))
    fit += 15 * (read.somebody in ("customer", "email"))
    fit += 10 * table.is_called("orders")
    fit -= 40 * (table.surely("commission") and table.has("partner"))
    fit -= 30 * (table.has("stage") or table.surely("cost") or table.has("path") or bool(table.measures))
    return max(5, min(fit, 95))


def _purchases(read: Orders, fit: int) -> Sketch:
    table = read.table
    fields, notes = _shared(read)
    events = [*_touches(read), _purchase(read), *_backwards(read)]
    if any(event.kind == "refund" for event in events):
        column = table.column("refund_amount")
        why = "what is refunded is an event of its own" if column else _BELOW_ZERO
        notes.append(Note("refund", column.name if column else "", why))
    return Sketch(
        translatable("Orders: each is a purchase"),
        fit,
        fields,
        {"events": tuple(events)},
        key=() if read.group_by else key_of(table, "order"),
        group_by=read.group_by,
        notes=tuple(notes),
    )


def _shared(read: Orders) -> tuple[dict[str, FieldFrom], list[Note]]:
    table, notes = read.table, list(read.notes)
    fields = {**table.sources(occurred_at="occurred_at"), **read.who}
    if "occurred_at" not in fields:
        fields["occurred_at"], note = day_to_say(table, "occurred_at")
        notes.append(note)
    fields |= table.sources(currency="currency")
    fields |= {role: source for role, source in table.around().items() if _agrees(read, role)}
    if read.somebody in ("customer", "email", "account") and _names_somebody(read):
        column = table.roles[read.somebody].column.name
        notes.append(Note("when", column, "rows that name no customer are kept and stand for nothing"))
    return fields, notes


def _names_somebody(read: Orders) -> tuple[When, ...]:
    """That a row says who bought; not asked where only one of an order's rows says it for all."""
    table = read.table
    column, order = table.roles[read.somebody].column, table.column("order")
    if read.group_by and order and column.has_gaps:
        named = {number for number, cell in zip(order.cells, column.cells, strict=True) if cell}
        unnamed = {number for number, cell in zip(order.cells, column.cells, strict=True) if not cell}
        if named & unnamed:
            return ()
    return (table.filled(read.somebody),)


def _purchase(read: Orders) -> EventFrom:
    """The purchase: without rows that name nobody, that are below zero, or that cost nothing among lines."""
    table, when = read.table, list(_names_somebody(read))
    prefix = _prefix_of_returns(table)
    if prefix:
        when.append(When(column=table.roles["order"].column.name, starts=prefix, is_not=True))
    lines = read.lines
    if lines and read.amount is None:
        when += [
            When(column=table.roles[role].column.name, above="0")
            for role in ("quantity", "unit_price")
            if table.has(role) and (role in lines.fields)
        ]
    elif _has_negative(table, "amount"):
        when.append(When(column=table.roles["amount"].column.name, below="0", is_not=True))
    fields = {} if read.amount is None else {"amount": read.amount}
    fields |= table.sources(order="order")
    attributes = _attributes(read)
    return EventFrom(kind="purchase", when=tuple(when), fields=fields, lines=lines, attributes=attributes)


def _attributes(read: Orders) -> dict[str, str]:
    """What is kept beside a purchase; of groups only what their rows agree on."""
    table = read.table
    found = table.attributes("status", "plan", "payment")
    if not read.lines:
        return found | table.attributes("product", "quantity", "category")
    return {name: column for name, column in found.items() if _agrees(read, name)}


def _agrees(read: Orders, role: str) -> bool:
    """Whether the rows of an order say one thing there; rows that are orders of their own do."""
    order = read.table.column("order")
    if order is None or not read.group_by:
        return True
    return is_same_in_each(read.table.roles[role].column, order.cells)


def _touches(read: Orders) -> Iterator[EventFrom]:
    """What brought the order: the code that was used, the partner that is named."""
    table = read.table
    names = _names_somebody(read)
    if table.has("code"):
        fields = table.sources(code="code")
        yield EventFrom(kind="code_use", when=(*names, table.filled("code")), fields=fields)
    if table.has("partner"):
        fields = table.sources(partner="partner")
        yield EventFrom(kind="crm_partner_field", when=(*names, table.filled("partner")), fields=fields)


def _backwards(read: Orders) -> Iterator[EventFrom]:
    """What takes orders back: rows below zero, an amount that was refunded, and statuses that say so."""
    table, names = read.table, _names_somebody(read)
    order = table.sources(order="order")
    if read.somebody not in ("customer", "email") and not order:
        return
    if read.lines and read.amount is None and {"quantity", "unit_price"} <= read.lines.fields.keys():
        quantity, price = (table.roles[role].column.name for role in ("quantity", "unit_price"))
        when = (*names, When(column=quantity, below="0"), When(column=price, above="0"))
        turned = {**read.lines.fields, "quantity": _turned(read.lines.fields["quantity"])}
        credit_note = {"credit_note": table.roles["order"].column.name} if order else {}
        returned = {} if credit_note and read.somebody in ("customer", "email") else order
        yield EventFrom(
            kind="refund", when=when, fields=returned, lines=LinesFrom(fields=turned), attributes=credit_note
        )
    elif _has_negative(table, "amount") and read.amount:
        amount = table.roles["amount"].column.name
        fields = {"amount": FieldFrom(column=amount, negate=True), **order}
        yield EventFrom(kind="refund", when=(*names, When(column=amount, below="0")), fields=fields)
    if table.has("refund_amount"):
        column = table.roles["refund_amount"].column.name
        fields = {"amount": FieldFrom(column=column), **order}
        yield EventFrom(kind="refund", when=(*names, When(column=column, above="0")), fields=fields)
    if words := _words(table, _CANCELLED | (frozenset() if table.has("refund_amount") else _REFUNDED)):
        status = When(column=table.roles["status"].column.name, is_in=words)
        yield EventFrom(
            kind="cancellation", when=(*names, status), fields=order, attributes=table.attributes("status")
        )


def _turned(source: FieldFrom) -> FieldFrom:
    """The same source with the other sign."""
    return FieldFrom(column=source.column, negate=True)


def _words(table: Table, meant: frozenset[str]) -> tuple[str, ...]:
    """The cells of the status that are among some words."""
    column = table.column("status")
    return tuple(sorted(cell for cell in column.distinct if fold(cell) in meant)) if column else ()


def _has_negative(table: Table, role: str) -> bool:
    column = table.column(role)
    return bool(column and column.number and column.number.has_negative)


def _prefix_of_returns(table: Table) -> str:
    """The letters before the numbers of orders that are below zero, and before no others: `C536379`."""
    order, quantity = table.column("order"), table.column("quantity")
    if not order or not quantity:
        return ""
    pairs = list(zip(order.cells, quantity.cells, strict=True))
    back = {_letters(number) for number, count in pairs if count.startswith(("-", "\u2212"))}
    forth = {_letters(number) for number, count in pairs if not count.startswith(("-", "\u2212"))}
    return next(iter(back)) if len(back) == 1 and not back & forth and "" not in back else ""


def _letters(number: str) -> str:
    return number[: len(number) - len(number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"))]


def _shop_list(read: Orders, fit: int) -> Sketch:
    table = read.table
    fields = {
        **table.sources(ordered_at="occurred_at", order="order", currency="currency", code="code"),
        **_customer(read),
    }
    notes = [Note("orders", "", "to hold against what was tracked; nothing is counted from it")]
    if read.amount:
        fields["amount"] = read.amount
    elif read.lines:
        notes.append(
            Note(
                "amount",
                "",
                "the total of an order stands in no column: orders are compared by number alone",
                must_look=True,
            )
        )
    if table.has("status"):
        fields |= _status(table)
    targets: dict[str, tuple[Target, ...]] = {"orders": (Target(fields=fields),)}
    called = 25 * table.is_called("shop")
    return Sketch(
        translatable("The shop's list of orders, to compare tracking with"),
        max(5, fit - 20 + called),
        targets=targets,
        key=() if read.group_by else key_of(table, "order"),
        group_by=(table.roles["order"].column.name,) if table.roles["order"].column.repeats else (),
        notes=tuple(notes),
    )


def _status(table: Table) -> dict[str, FieldFrom]:
    column = table.roles["status"].column
    values = dict.fromkeys(_words(table, _CANCELLED), "cancelled")
    values |= dict.fromkeys(_words(table, _REFUNDED), "refunded")
    return {
        "status": FieldFrom(column=column.name, values=values, otherwise="placed"),
        "status_raw": FieldFrom(column=column.name),
    }


def _customer(read: Orders) -> dict[str, FieldFrom]:
    return read.who if "customer" in read.who else {}


def _past_orders(read: Orders, fit: int) -> Sketch:
    fields, notes = _shared(read)
    bought = _as_kind(_purchase(read), "past_order")
    why = "as orders from before tracking began: they make their customers returning ones, and are no conversions"
    return Sketch(
        translatable("Earlier orders of customers"),
        max(5, fit - 25 + 35 * read.table.is_called("history")),
        fields,
        {"events": (bought,)},
        key=() if read.group_by else key_of(read.table, "order"),
        group_by=read.group_by,
        notes=(*notes, Note("kind", "", why)),
    )


def _as_kind(event: EventFrom, kind: str) -> EventFrom:
    """The same event as another kind."""
    return EventFrom(
        kind=kind, when=event.when, fields=event.fields, lines=event.lines, attributes=event.attributes
    )
