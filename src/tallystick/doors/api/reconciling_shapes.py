"""What operations on mappings, unknown names, corrections and the shop's orders take and give."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from tallystick.doors.api.import_shapes import (
    MOST_MAPPING,
    MOST_NAME,
    Count,
    Key,
    Moment,
    Paging,
    Problem,
    ReceiptId,
    UnknownName,
)
from tallystick.doors.api.shapes import DAY, STRICT
from tallystick.tracking.imports.reconciling.rules import Kind

MOST_CELL: Final = 10_000
MOST_CELLS: Final = 500
MOST_NAMES: Final = 1_000


class SavedMapping(BaseModel):
    """A mapping of the brand, in its newest version."""

    name: str
    version: int
    program: str | None
    makes: list[str] = Field(description="What a row may become.")
    columns: list[str] = Field(description="The columns that it reads.")
    created_at: Moment


class MappingText(SavedMapping):
    """A mapping with its text."""

    text: str = Field(description="TOML.")


class Preset(BaseModel):
    """A mapping for another platform's export."""

    name: str
    platform: str
    what: str


class Mappings(BaseModel):
    """Everything that there is to import with."""

    data: list[SavedMapping]
    presets: list[Preset]


class NewMapping(BaseModel):
    """A mapping to be saved under its name."""

    model_config = STRICT

    text: str = Field(
        min_length=1, max_length=MOST_MAPPING, description="TOML; its `name` is that of the address."
    )


class Choice(BaseModel):
    """What somebody said about a name."""

    program: str
    role: str
    value: str
    to: str | None = Field(description="A handle; null where the name counts for nothing.")
    by: str
    at: Moment


class Names(BaseModel):
    """Names that nobody knows, and what was said about others."""

    unknown: list[UnknownName] = Field(description="Those with the most rows, at most 1,000.")
    total: Count = Field(description="How many unknown names there are.")
    said: list[Choice] = Field(description="The newest, at most 1,000.")


class NewChoice(BaseModel):
    """What is said about a name: one of opening, mapping, a house channel, or that it counts for nothing."""

    model_config = STRICT

    program: Key | None = Field(None, description="Id or key of the program; not needed where there is one.")
    role: Literal["partner", "placement", "link", "code", "channel"]
    value: str = Field(min_length=1, max_length=MOST_NAME, description="The name as files write it.")
    choice: Literal["open", "map", "house", "ignore", "forget"]
    to: str = Field(
        "", max_length=MOST_NAME, description="For map: `alice` or `alice/blog`; for house: its key."
    )
    name: str = Field(
        "", max_length=200, description="For open: what it shall be called; the value by default."
    )
    kind: str = Field(
        "affiliate", max_length=30, description="For open: kind of the partner, type of the placement."
    )


class Chosen(BaseModel):
    """What was said, and what came of it."""

    said: Choice | None = Field(description="Null where it was taken back.")
    released: Count = Field(description="Receipts that waited for the name and count now.")
    waiting: Count = Field(description="Receipts that waited for it and wait on, for something else.")


Cells = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=MOST_NAME)], Annotated[str, Field(max_length=MOST_CELL)]
    ],
    Field(max_length=MOST_CELLS),
]


class Correction(BaseModel):
    """What a receipt should have said: cells of a row, or a whole event."""

    model_config = STRICT

    cells: Cells | None = Field(None, description="Column → text; of an event field → text.")
    line: int | None = Field(None, ge=1, le=2**53, description="Which row of a receipt that holds several.")
    event: str | None = Field(None, max_length=1_000_000, description="A whole event as JSON text.")


class Corrected(BaseModel):
    """What became of a correction."""

    receipt: ReceiptId = Field(description="The corrected receipt.")
    became: Literal["released", "waiting", "kept"]
    problem: Problem | None = Field(description="Why it waits again.")


class OrdersQuery(Paging):
    """Which orders."""

    program: str = Field(
        "", max_length=60, description="Id or key of the program; not needed where there is one."
    )
    first: str = Field(
        "", max_length=10, pattern=f"^$|{DAY}", description="First day, in the program's zone."
    )
    last: str = Field("", max_length=10, pattern=f"^$|{DAY}", description="Last day, included.")
    verdict: Literal[("", *(kind.value for kind in Kind))] = Field(  # type: ignore[valid-type]
        "", description="Only these; without it those that need a look come first."
    )


class MoneyOfOrders(BaseModel):
    """What the orders of one currency come to, as decimal texts."""

    currency: str
    shop: str
    here: str
    missing: str
    unreported: str


class Loss(BaseModel):
    """The tracking loss rate, with both of its numbers and its 95 % interval; null where no order is expected."""

    lost: Count
    expected: Count
    rate: float | None
    low: float | None
    high: float | None


class Verdict(BaseModel):
    """What became of one order."""

    order: str
    verdict: str
    why: str | None
    detail: str
    found_as: str = Field(description="How we write its number, where that is not the same.")
    differences: list[str]
    status: str | None
    shop_at: Moment | None
    shop_amount: str | None
    shop_customer: str | None
    shop_receipt: str | None
    here_at: Moment | None
    here_amount: str | None
    here_customer: str | None
    here_source: str | None
    here_receipt: str | None
    held_receipt: str | None


class Reconciliation(BaseModel):
    """The shop's orders against what was tracked."""

    program: str
    since: Moment
    until: Moment
    sources: list[str]
    first_at: Moment | None
    last_at: Moment | None
    verdicts: dict[str, int]
    missing: dict[str, int]
    differing: dict[str, int]
    nameless: Count
    money: list[MoneyOfOrders]
    tracking_loss: Loss
    total: Count
    data: list[Verdict]
