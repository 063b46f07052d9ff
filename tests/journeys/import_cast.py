"""Files to import, of several shapes and with everything wrong in them, and the steps of importing them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.receiving.receive import Received
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.imports.services.lifecycle import start, write_mapping
from tallystick.tracking.imports.services.running import run
from tallystick.tracking.imports.services.trial import Trial, try_out
from tallystick.tracking.imports.services.uploads import bring
from tests.people import TESTER

PLAIN = """
name = "orders"
program = "shop"
[fields]
occurred_at = { column = "at" }
customer = { column = "customer" }
[[events]]
kind = "click"
fields.partner = { column = "partner" }
when = { column = "partner", filled = true }
[[events]]
kind = "purchase"
when = { column = "total", filled = true }
fields.order = { column = "order" }
fields.amount = { column = "total" }
"""
KEYED = PLAIN.replace('program = "shop"', 'program = "shop"\nkey = ["order"]')
HEADER = "order,at,customer,partner,total\n"
LINES = """
name = "lines"
program = "shop"
group_by = ["order"]
[fields]
occurred_at = { column = "at" }
customer = { column = "customer" }
order = { column = "order" }
[[events]]
kind = "purchase"
when = [{ column = "quantity", above = "0" }, { column = "customer", filled = true }]
lines.fields.sku = { column = "sku" }
lines.fields.quantity = { column = "quantity" }
lines.fields.unit_price = { column = "price" }
[[events]]
kind = "refund"
when = [{ column = "quantity", below = "0" }, { column = "customer", filled = true }]
fields.amount = { column = "back" }
"""
NETWORK = """
name = "network"
program = "shop"
key = ["id"]
[[partners]]
fields.key = { column = "affiliate" }
[[codes]]
when = { column = "code", filled = true }
fields.key = { column = "code" }
fields.partner = { column = "affiliate" }
[[commissions]]
when = { column = "amount", filled = true }
fields.partner = { column = "affiliate" }
fields.earned_at = { column = "at" }
fields.amount = { column = "amount" }
fields.status = { column = "status" }
fields.reference = { column = "id" }
[[events]]
kind = "code_use"
when = { column = "used", filled = true }
fields.occurred_at = { column = "at" }
fields.customer = { column = "customer" }
fields.code = { column = "used" }
"""


def order(number: int, *, customer: str = "carol", partner: str = "alice", total: str = "10.00") -> str:
    return f"{number},2026-03-02T{number % 24:02}:00:00Z,{customer},{partner},{total}\n"


ORDERS = [
    order(1),
    order(1),
    order(2, partner=""),
    order(3, partner="nobody"),
    order(4, partner="nobody", total="7.00"),
    order(5, total="much"),
    order(6, partner="", total=""),
    "7,2026-03-02,short\n",
    order(8, customer="dora", total="0.05"),
    order(9).replace("2026", "1926"),
]
CORRECTED = [
    order(1, total="broken"),
    order(2),
    order(1, total="12.00"),
    order(2, total="99.00"),
    order(1, total="13.00"),
    order(2, total="99.00"),
    order(3, partner="nobody"),
    order(3, partner="", total=""),
]
ORDER_LINES = "order,at,customer,sku,quantity,price,back\n" + "".join(
    f"{row}\n"
    for row in (
        "a,2026-03-02T09:00:00Z,carol,pen,2,1.50,",
        "b,2026-03-02T10:00:00Z,dora,pen,1,1.50,",
        "a,2026-03-02T09:00:00Z,carol,ink,1,4.00,",
        "a,2026-03-02T09:00:00Z,carol,bag,0,4.00,",
        "b,2026-03-02T10:00:00Z,dora,pen,-1,,1.50",
        "c,2026-03-02T10:00:00Z,,pen,1,1.50,",
        "d,2026-03-02T10:00:00Z,erin,pen,1,much,",
        "d,2026-03-02T10:00:00Z,erin,ink,1,1.00,",
    )
)
COMMISSIONS = "id,affiliate,code,at,amount,status,customer,used\n" + "".join(
    f"{row}\n"
    for row in (
        "1,Alice's blog,,2026-03-02T09:00:00Z,8.00,paid,carol,spring",
        "2,bob,BOB5,2026-03-02T10:00:00Z,0.50,pending,,",
        "3,Nina,SPRING,2026-03-02T11:00:00Z,,,,",
        "4,Nina,,2026-03-02T11:00:00Z,1.005,paid,,",
        "5,Nina,,2026-03-02T12:00:00Z,1.00,paid,dora,UNHEARD",
        "6,Ola,,2026-03-02T12:00:00Z,,,,",
    )
)


def file_of(
    folder: Path, content: str | Sequence[str], name: str = "orders.csv", header: str = HEADER
) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else header + "".join(content))
    return path


def begun(path: Path, mapping: str = PLAIN) -> Import:
    row = bring(path, by=TESTER)
    return start(write_mapping(row, text=mapping, by=TESTER), by=TESTER)


def imported(path: Path, mapping: str = PLAIN) -> Import:
    return run(begun(path, mapping), store=journey.inbox())


def brought(brand_id: UUID, path: Path, mapping: str = PLAIN, *, limit: int = 1_000) -> Import:
    """An import, and what the journey makes of it. A mapping of "" is for canonical events."""
    with brand_scope(brand_id):
        row = imported(path, mapping)
    journey.run_until_done(brand_id, limit=limit)
    return row


def tried(path: Path, mapping: str = PLAIN, limit: int | None = None) -> Trial:
    return try_out(path, mapping=read_mapping(mapping), store=journey.inbox(), limit=limit)


def counts(row: Import) -> tuple[int, ...]:
    return (row.receipts, row.rows, row.rows_accepted, row.rows_duplicate, row.rows_conflict)


def received(row: Import) -> Received:
    """What became of its rows."""
    return Received(row.rows, row.rows_accepted, row.rows_duplicate, row.rows_conflict)


def is_sum(tally: Tally) -> bool:
    parts = (tally.counted, tally.duplicate, tally.ignored, tally.quarantined, tally.waiting)
    return tally.rows == sum(parts)
