"""What an event of each kind must say besides its kind and its time. Read by mappings and by verification. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.kit import kinds

SOMEBODY: Final = ("visitor", "customer", "account")

NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(kinds.CORRECTIONS, ("order", "customer")),
    **dict.fromkeys(kinds.HISTORY, ("customer",)),
    **dict.fromkeys(kinds.PIPELINE, ("order", "account", "customer")),
}
"""Kind → the fields of which one must be there, so that it is known whom or what the event is about."""

ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "stage_change": ("stage",),
    "survey_answer": ("score", "answer"),
    "review": ("rating",),
}
"""Kind → the attributes of which one must be there: without them the event says nothing."""

NUMBERS: Final = ("score", "rating")
"""Attributes of what customers say that are numbers."""

OWNED: Final = (*kinds.TOUCHPOINTS, kinds.TIE)
"""Kinds that are nothing without somebody whose they are."""

OWNER_FIELDS: Final = ("code", "link", "placement", "partner", "channel")
"""The fields that say whose an event is, the most particular first."""

WITH_AMOUNT: Final = ("refund", "chargeback")
"""Kinds that are nothing without an amount."""


def named_in(kind: str) -> tuple[str, ...]:
    """The fields of which an event of this kind must have one."""
    return NAMED.get(kind, SOMEBODY)
