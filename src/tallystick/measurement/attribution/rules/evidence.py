"""Which events are evidence of a conversion, which make one conversion together, and which of them decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallystick.partners.programs.rules import DedupeKey, Meaning, Version, version_at


@dataclass(frozen=True, slots=True)
class Evidence:
    """An outcome event as attribution sees it. counts: no label excludes it."""

    event_id: UUID
    program_id: UUID
    kind: str
    source: str
    occurred_at: datetime
    counts: bool
    visitor: str | None
    customer: str | None
    account: str | None
    order: str | None
    amount_minor: int | None
    currency: str | None
    attributes: Mapping[str, str]


ConversionKey = tuple[UUID, str]
"""(definition id, dedupe key): what a conversion is. Identifier: ATTR-CONVERSION."""


def conversion_keys(event: Evidence, versions: Sequence[Version]) -> list[ConversionKey]:
    """The conversions that an event is evidence of: one for each definition it fits on its day. ATTR-CONVERSION.

    versions: of all definitions of the brand. An event that a label excludes is evidence of nothing.
    """
    if not event.counts:
        return []
    found = []
    for definition_id in {v.definition_id for v in versions if v.program_id == event.program_id}:
        version = version_at([v for v in versions if v.definition_id == definition_id], event.occurred_at)
        if version and fits(event, version.meaning):
            found.append((definition_id, dedupe_key(event, version.meaning)))
    return sorted(found)


def has_path(event: Evidence, versions: Iterable[Version]) -> bool:
    """Whether an event may be a conversion by any of these versions, on whatever day: for others no path is asked."""
    return event.counts and any(
        version.program_id == event.program_id and fits(event, version.meaning) for version in versions
    )


def fits(event: Evidence, meaning: Meaning) -> bool:
    """Whether the event is of a kind, and carries the attributes, that the definition asks for."""
    return event.kind in meaning.events and all(
        event.attributes.get(k) == v for k, v in meaning.where.items()
    )


def dedupe_key(event: Evidence, meaning: Meaning) -> str:
    """What makes two pieces of evidence one conversion. An event without the wanted key stands for itself."""
    if meaning.dedupe is DedupeKey.ORDER and event.order:
        return f"order:{event.order}"
    if meaning.dedupe is DedupeKey.CUSTOMER and (event.customer or event.visitor):
        return f"customer:{event.customer}" if event.customer else f"visitor:{event.visitor}"
    return f"event:{event.event_id.hex}"


def deciding(evidence: Iterable[Evidence], sources: Sequence[str]) -> Evidence:
    """The piece whose values hold: of the most trusted source, then the earliest, then by id. ATTR-EVIDENCE.

    sources: from the most to the least trusted; one that is not named ranks after all of them.
    """
    rank = {source: place for place, source in enumerate(sources)}
    return min(evidence, key=lambda e: (rank.get(e.source, len(rank)), e.occurred_at, e.event_id))
