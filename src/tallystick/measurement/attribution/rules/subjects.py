"""Whose conversion it is, and which touchpoints are that subject's. Identifier: ATTR-IDENTITY.

Kept as data about all identities of the people concerned, so that the answer is the same whenever it is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from tallystick.measurement.attribution.rules.credit import Source, Touch
from tallystick.measurement.attribution.rules.evidence import Evidence
from tallystick.measurement.attribution.rules.reasons import NoCredit


@dataclass(frozen=True, slots=True)
class Seen:
    """A touchpoint of a program with the keys of who was seen at it."""

    touch: Touch
    program_id: UUID
    visitor: str | None
    customer: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Identities:
    """Which visitors were ever identified as which customers. A visitor with too many is linked to none."""

    customers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    visitors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    max_customers: int = 10

    def is_shared(self, visitor: str) -> bool:
        """Whether so many customers were seen behind the visitor that it says nothing about any of them."""
        return len(self.customers.get(visitor, ())) > self.max_customers

    def subject_of(self, event: Evidence) -> str:
        """`c:` customer, else `v:` visitor, else `a:` account.

        An event without a customer belongs to the one customer its visitor was ever identified as, before or after;
        where there were several it stays with the visitor.
        """
        if event.customer:
            return f"c:{event.customer}"
        if event.visitor:
            known = self.customers.get(event.visitor, frozenset())
            return f"c:{next(iter(known))}" if len(known) == 1 else f"v:{event.visitor}"
        return f"a:{event.account}"


class Touchpoints:
    """The touchpoints of some people, found by visitor, customer or account."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self._by: dict[tuple[str, str], list[Seen]] = {}
        for one in seen:
            for name in ("visitor", "customer", "account"):
                key = getattr(one, name)
                if key:
                    self._by.setdefault((name, key), []).append(one)

    def candidates(self, event: Evidence, identities: Identities) -> list[Touch]:
        """All touchpoints of its program that could have helped this conversion, each once, in no order.

        Those of its customer, of every visitor ever identified as that customer, of its own visitor and of its
        account. A shared visitor links to nobody: only what was seen of the conversion's own is there, barred.
        """
        kind, _, name = identities.subject_of(event).partition(":")
        own = ("visitor", event.visitor or "")
        keys = {own, ("account", event.account or "")}
        if kind == "c":
            keys |= {("customer", name)} | {("visitor", v) for v in identities.visitors.get(name, ())}
        linked = {key for key in keys if key[0] != "visitor" or not identities.is_shared(key[1])}
        found = {touch.event_id: touch for key in linked for touch in self._of(key, event.program_id)}
        for touch in self._of(own, event.program_id):
            shared = replace(touch, barred=touch.barred or NoCredit.VISITOR_SHARED_BY_TOO_MANY)
            found.setdefault(touch.event_id, shared)
        return list(found.values())

    def _of(self, key: tuple[str, str], program_id: UUID) -> list[Touch]:
        return [seen.touch for seen in self._by.get(key, ()) if seen.program_id == program_id]


def source_of(partner_id: UUID | None, channel_id: UUID | None) -> Source:
    """The source of a touchpoint from the two columns of which one is filled."""
    return Source(partner_id=partner_id) if partner_id else Source(house_channel=str(channel_id))
