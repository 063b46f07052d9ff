"""What a row can stand for, which fields each of these things has, and which of them are times or amounts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import Final, NamedTuple, TypeAlias, cast

import msgspec

from tallystick.tracking.events.demands import OWNER_FIELDS
from tallystick.tracking.events.mapping.form import EventFrom, FieldFrom, Mapping, Target
from tallystick.tracking.events.wire import CodeBody, EventBody, LineBody, LinkBody, PartnerBody
from tallystick.tracking.reported.wire import CommissionBody, CostBody, OrderBody, TotalBody

Body: TypeAlias = (
    EventBody | PartnerBody | LinkBody | CodeBody | TotalBody | CostBody | CommissionBody | OrderBody
)


class TargetForm(NamedTuple):
    """One sort of thing: what it is called, the body that is made of it, and its fields."""

    one: str
    body: type[Body] | type[LineBody]
    fields: tuple[str, ...]
    required: tuple[str, ...]


def _form(one: str, body: type[Body] | type[LineBody], *apart: str) -> TargetForm:
    fields = [field for field in msgspec.structs.fields(body) if field.name not in ("attributes", *apart)]
    required = tuple(field.name for field in fields if field.required)
    return TargetForm(one, body, tuple(field.name for field in fields), required)


TARGETS: Final = {
    "events": _form("an event", EventBody, "kind", "lines"),
    "partners": _form("a partner", PartnerBody),
    "links": _form("a link", LinkBody),
    "codes": _form("a code", CodeBody),
    "totals": _form("a total", TotalBody),
    "costs": _form("a cost", CostBody),
    "commissions": _form("a commission", CommissionBody),
    "orders": _form("an order of the shop", OrderBody),
}
"""Name in a mapping → form. An event's kind stands beside its fields, because it is never read from a cell."""

LINES: Final = _form("a line", LineBody)

TIMES: Final = ("occurred_at", "earned_at", "paid_at", "ordered_at")
DAYS: Final = ("on",)
MONEY: Final = ("amount", "sale_amount", "unit_price")
NUMBERS: Final = (*MONEY, "quantity", "value")


def targets_of(mapping: Mapping) -> Iterator[tuple[str, int, Target]]:
    """Every target with the name of its list and its number in it, from 1, in the order in which legs are made."""
    for name in TARGETS:
        for number, target in enumerate(cast("tuple[Target, ...]", getattr(mapping, name)), 1):
            yield name, number, target


def fields_of(mapping: Mapping, name: str, target: Target) -> Dict[str, FieldFrom]:
    """Where each field of a target comes from: its own go before the shared ones, of which it has those it knows.

    An event with an `origin` is whose that says: shared names of partners and the like are not its own.
    """
    apart = OWNER_FIELDS if isinstance(target, EventFrom) and target.origin else ()
    known = TARGETS[name].fields
    shared = {
        field: source for field, source in mapping.fields.items() if field in known and field not in apart
    }
    return {**shared, **target.fields}
