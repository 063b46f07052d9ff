"""How much of what arrived stands behind an answer. Frozen values only. Identifier: KPI-COMPLETE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Completeness:
    """What had become of the receipts of a brand when it was asked.

    complete_through: everything that was received until then is in the answer, or in quarantine. behind: stage of the
    journey → rows that wait for it. quarantined: receipts of the brand that wait for a person. published_at: when the
    files last changed; None before the first.
    """

    as_of: datetime
    complete_through: datetime
    behind: Mapping[str, int]
    quarantined: int
    published_at: datetime | None

    @property
    def lag(self) -> timedelta:
        """How old the oldest thing is that is not in the answer yet; 0 where nothing waits."""
        return max(timedelta(0), self.as_of - self.complete_through)
