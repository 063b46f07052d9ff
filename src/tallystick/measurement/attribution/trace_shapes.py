"""What the trace of an id consists of: receipts, events, conversions with their paths, in words and with their ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReceiptTrace:
    """A receipt as it arrived. repeats: how often the same arrived again. waits: why it is no event, or empty.

    corrected: it could not be used, and another body under its key took its place. dismissed: why a person said that
    nothing will come of it, or empty.
    """

    id: str
    source: str
    kind: str
    key: str | None
    received_at: datetime
    file: str | None
    line: int | None
    body: str
    repeats: int
    conflict_of: str | None
    erased_at: datetime | None
    waits: str
    fix: str
    corrected: bool
    dismissed: str


@dataclass(frozen=True, slots=True)
class EventTrace:
    """A verified fact and whose it is.

    lacks: `count` (a label excludes it), `credit` (a touchpoint that earned none), `conversion` (an outcome that is
    none), or empty. why_not: the sentence for it.
    """

    id: str
    receipt: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    recorded_at: datetime
    visitor: str | None
    customer: str | None
    account: str | None
    origin: str
    order: str | None
    amount: str | None
    campaign: str | None
    landing_page: str | None
    sub_id: str | None
    device: str | None
    browser: str | None
    country: str | None
    visitor_type: str
    label: str
    attributes: dict[str, str]
    lacks: str
    why_not: str


@dataclass(frozen=True, slots=True)
class StepTrace:
    """One touchpoint of a path: its share, or the reason for none. `credit` is the id of the row."""

    credit: str
    event: str
    receipt: str
    at: datetime
    kind: str
    origin: str
    share_ppb: int
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RevisionTrace:
    """When a conversion got which decision."""

    attribution: str
    decided_at: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class ConversionTrace:
    """A conversion with the decision that stands, its path, and the decisions before."""

    id: str
    attribution: str
    definition: str
    definition_name: str
    version: int
    effective_on: str
    model: str
    windows_days: dict[str, int]
    occurred_at: datetime
    subject: str
    customer_type: str
    value: str | None
    evidence: str
    corroborating: int
    via: str
    credited: bool
    why_not: str
    withdrawn: bool
    path: tuple[StepTrace, ...]
    revisions: tuple[RevisionTrace, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything behind one id. `more` counts conversions beyond the first fifty."""

    asked: str
    receipts: tuple[ReceiptTrace, ...]
    events: tuple[EventTrace, ...]
    conversions: tuple[ConversionTrace, ...]
    more: int
