"""The schemas of the facts that modules publish to the warehouse: one place, so that all sides agree.

A fact table is append-shaped and read only by columns. Sources (`facts.py` of a module) yield
rows in the order of the columns; the warehouse writes them; KPIs read them by these names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["id", "text", "instant", "int", "flag"]
"""id: 16 bytes · text: UTF-8 · instant: UTC microseconds · int: 64 bit · flag: true or false."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a fact table."""

    name: str
    kind: Kind
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class FactTable:
    """A fact table: its name, its columns in order, and the instant column whose UTC day partitions it."""

    name: str
    columns: tuple[Column, ...]
    day_column: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a fact table since a cursor, by UTC day.

    rewritten: days of which a row is different or gone: they are written anew, whole. added: other days, with nothing
    but new rows: these are written beside what is there. next: the cursor, a JSON value, from which to ask again.
    left: 0 when no change waits behind it, else at least so many.
    """

    rewritten: frozenset[date]
    added: frozenset[date]
    next: Any
    left: int


_WHO = (
    Column("visitor", "text", nullable=True),
    Column("customer", "text", nullable=True),
    Column("account", "text", nullable=True),
    Column("session", "text", nullable=True),
)
_CAME_BY = (
    Column("partner_id", "id", nullable=True),
    Column("partner_kind", "text", nullable=True),
    Column("partnership_id", "id", nullable=True),
    Column("placement_id", "id", nullable=True),
    Column("placement_type", "text", nullable=True),
    Column("link_id", "id", nullable=True),
    Column("code_id", "id", nullable=True),
    Column("channel_id", "id", nullable=True),
    Column("campaign_id", "id", nullable=True),
    Column("device", "text", nullable=True),
    Column("browser", "text", nullable=True),
    Column("country", "text", nullable=True),
    Column("visitor_type", "text"),
)
"""By whom and with what somebody came: few different values each, so that counters are kept by all of them."""

_CAME_TO = (
    Column("landing_page", "text", nullable=True),
    Column("sub_id", "text", nullable=True),
)
"""Where they came to and what the partner wrote into the link: any number of different values."""

TOUCHPOINTS = FactTable(
    "touchpoints",
    (
        Column("event_id", "id"),
        Column("receipt_id", "id"),
        Column("program_id", "id"),
        Column("occurred_at", "instant"),
        Column("kind", "text"),
        *_WHO,
        *_CAME_BY,
        *_CAME_TO,
        Column("counts", "flag"),
        Column("label", "text"),
    ),
    day_column="occurred_at",
)
"""Every touchpoint event, counted or not. `counts` is false where a label (a known bot) excludes it. Beside them the
ties of customers to partners that were brought along (kind `customer_binding`), which credit goes to as well: without
visitor and session, so that they are no unit of a rate. A row never changes but by a change of names (`partner_kind`,
`placement_type`)."""

TOUCH_COUNTS = FactTable(
    "touch_counts",
    (
        Column("bucket_at", "instant"),
        Column("program_id", "id"),
        Column("kind", "text"),
        *_CAME_BY,
        Column("counts", "flag"),
        Column("label", "text"),
        Column("touches", "int"),
    ),
    day_column="bucket_at",
)
"""How many touchpoints there were in each quarter of an hour (UTC), by all that they are alike in: the sum of
`touches` over any rows is the number of rows of `touchpoints`. Written with those, in the same step."""

OUTCOMES = FactTable(
    "outcomes",
    (
        Column("event_id", "id"),
        Column("receipt_id", "id"),
        Column("program_id", "id"),
        Column("occurred_at", "instant"),
        Column("kind", "text"),
        Column("source", "text"),
        *_WHO,
        Column("order_number", "text", nullable=True),
        Column("amount_minor", "int", nullable=True),
        Column("currency", "text", nullable=True),
        Column("label", "text"),
    ),
    day_column="occurred_at",
)
"""Every event that can be a conversion, and every correction of one, whatever a definition makes of it. Several may
report one order."""

CONVERSIONS = FactTable(
    "conversions",
    (
        Column("conversion_id", "id"),
        Column("event_id", "id"),
        Column("receipt_id", "id"),
        Column("program_id", "id"),
        Column("definition_id", "id"),
        Column("version", "int"),
        Column("occurred_at", "instant"),
        Column("subject", "text"),
        Column("customer_type", "text"),
        Column("value_minor", "int", nullable=True),
        Column("currency", "text", nullable=True),
        Column("credited", "flag"),
    ),
    day_column="occurred_at",
)
"""The current decision on every conversion. `subject` is the customer, or the visitor where none is known."""

PATHS = FactTable(
    "paths",
    (
        Column("conversion_id", "id"),
        Column("event_id", "id"),
        Column("place", "int"),
        Column("program_id", "id"),
        Column("definition_id", "id"),
        Column("version", "int"),
        Column("converted_at", "instant"),
        Column("touched_at", "instant"),
        Column("subject", "text"),
        Column("customer_type", "text"),
        Column("share_ppb", "int"),
        Column("via", "text"),
        Column("value_minor", "int", nullable=True),
        Column("currency", "text", nullable=True),
        Column("receipt_id", "id"),
        Column("kind", "text"),
        *_WHO,
        *_CAME_BY,
        *_CAME_TO,
        Column("counts", "flag"),
    ),
    day_column="converted_at",
)
"""The current path of every conversion: a row for each touchpoint on it, from place 0 on, also those of share 0 (a
contender). It says of the touchpoint what `touchpoints` says, and of the conversion what `conversions` says, so that no
question has to join the three. `receipt_id` is the touchpoint's. `via` is `path` or `binding`."""

_REPORT = (
    Column("report_id", "id"),
    Column("receipt_id", "id"),
    Column("program_id", "id"),
    Column("source", "text"),
)
_SPENT_ON = (
    Column("partner_id", "id", nullable=True),
    Column("partnership_id", "id", nullable=True),
    Column("channel_id", "id", nullable=True),
    Column("campaign_id", "id", nullable=True),
)

REPORTED_TOTALS = FactTable(
    "reported_totals",
    (
        *_REPORT,
        Column("reported_on", "instant"),
        Column("measure", "text"),
        Column("value_millionths", "int", nullable=True),
        Column("amount_minor", "int", nullable=True),
        Column("currency", "text", nullable=True),
        *_SPENT_ON,
        Column("placement_id", "id", nullable=True),
    ),
    day_column="reported_on",
)
"""Totals of a day as somebody reports them, the latest report of each; never mixed with what was counted. `reported_on`
is midnight UTC of the day that was named, whatever the zone it was meant in."""

REPORTED_COSTS = FactTable(
    "reported_costs",
    (
        *_REPORT,
        Column("spent_on", "instant"),
        Column("kind", "text"),
        Column("amount_minor", "int"),
        Column("currency", "text"),
        *_SPENT_ON,
    ),
    day_column="spent_on",
)
"""What was spent, the latest report of each; a credit note is negative. `spent_on` is as `reported_on`."""

PAST_COMMISSIONS = FactTable(
    "past_commissions",
    (
        *_REPORT,
        Column("earned_at", "instant"),
        Column("kind", "text"),
        Column("amount_minor", "int"),
        Column("sale_minor", "int", nullable=True),
        Column("currency", "text"),
        Column("status", "text"),
        Column("partner_id", "id", nullable=True),
        Column("partnership_id", "id", nullable=True),
        Column("customer", "text", nullable=True),
        Column("order_number", "text", nullable=True),
        Column("paid_at", "instant", nullable=True),
    ),
    day_column="earned_at",
)
"""Commissions that another platform kept, the latest report of each: history, never owed by us."""

SHOP_ORDERS = FactTable(
    "shop_orders",
    (
        *_REPORT,
        Column("ordered_at", "instant"),
        Column("order_number", "text"),
        Column("amount_minor", "int", nullable=True),
        Column("currency", "text", nullable=True),
        Column("status", "text"),
        Column("customer", "text", nullable=True),
        Column("code", "text", nullable=True),
    ),
    day_column="ordered_at",
)
"""Orders as the shop has them, the latest report of each: what tracking is compared with."""

REPORTED: tuple[FactTable, ...] = (REPORTED_TOTALS, REPORTED_COSTS, PAST_COMMISSIONS, SHOP_ORDERS)

TABLES: tuple[FactTable, ...] = (TOUCHPOINTS, TOUCH_COUNTS, OUTCOMES, CONVERSIONS, PATHS, *REPORTED)
