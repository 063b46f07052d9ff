"""Why something did not count, as sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from tallystick.kit import kinds
from tallystick.measurement.attribution.gathering import gather, origins, touch_of
from tallystick.measurement.attribution.rules import outcomes as rules
from tallystick.measurement.attribution.rules.credit import credit
from tallystick.measurement.attribution.rules.evidence import conversion_keys
from tallystick.measurement.attribution.rules.outcomes import (
    Known,
    Outcome,
    evidence_by_conversion,
    policy_of,
)
from tallystick.measurement.attribution.rules.reasons import BINDING_SENTENCES, SENTENCES, NoBinding, NoCredit
from tallystick.measurement.attribution.services import conversion_id
from tallystick.tracking.events.labels import VALID
from tallystick.tracking.events.models import Event

_UNCREDITED = {
    rules.NO_TOUCHPOINT: gettext_lazy(
        "No touchpoint of this customer lies in any window before the conversion."
    ),
    rules.NONE_ELIGIBLE: gettext_lazy(
        "There are touchpoints, but none of them is eligible: the path says why."
    ),
    rules.NO_BINDING: gettext_lazy(
        "The definition follows the customer's binding, and this customer has none."
    ),
}

_NO_CONVERSIONS = {
    **dict.fromkeys(
        kinds.BEHAVIOUR,
        gettext_lazy("This kind of event is behaviour: it is neither a touchpoint nor a conversion."),
    ),
    **dict.fromkeys(
        kinds.CORRECTIONS,
        gettext_lazy("It takes back an order, or part of it. It is recorded, and changes no credit yet."),
    ),
    "past_order": gettext_lazy(
        "It was brought along from before: it makes its customer returning and is no conversion."
    ),
    **dict.fromkeys(
        (*kinds.PIPELINE, *kinds.VOICE),
        gettext_lazy("It says how the customer fares: it is neither a touchpoint nor a conversion."),
    ),
}
"""What kinds are that neither earn credit nor are conversions."""


def sentence(reason: str) -> str:
    """The sentence of a touchpoint's reason for having no share; empty for one that has."""
    return gettext(SENTENCES[NoCredit(reason)]) if reason else ""


def uncredited(reason: str) -> str:
    """The sentence of a conversion's reason for crediting nobody; empty where somebody has credit."""
    if not reason:
        return ""
    return str(_UNCREDITED.get(reason) or gettext(BINDING_SENTENCES[NoBinding(reason)]))


def why_not(events: Sequence[Event], *, max_customers: int) -> dict[UUID, str]:
    """event id → one sentence on why the event neither earned credit nor is a conversion; counted ones are left out."""
    known = gather(events, max_customers=max_customers)
    keys = evidence_by_conversion(known)
    decided, _ = rules.outcomes(known, ids={key: conversion_id(key) for key in keys})
    found = {}
    for event in events:
        reason = _why_not(event, known, decided.values())
        if reason:
            found[event.id] = reason
    return found


def lacks(event: Event) -> str:
    """What an event that comes to nothing lacks: `count`, `credit` or `conversion`; empty for mere behaviour."""
    if event.label != VALID:
        return "count"
    if event.kind in kinds.TOUCHPOINTS:
        return "credit"
    return "conversion" if event.kind in kinds.OUTCOMES else ""


def _why_not(event: Event, known: Known, decided: Iterable[Outcome]) -> str:
    if event.label != VALID:
        return gettext("It is labelled %(label)s: kept, but not counted and not credited.") % {
            "label": event.label.replace("_", " ")
        }
    if event.kind in kinds.TOUCHPOINTS:
        return _touch_why_not(event, known, list(decided))
    if event.kind in kinds.OUTCOMES:
        return _outcome_why_not(event, known, decided)
    if event.kind == kinds.TIE:
        return _tie_why_not(event, decided)
    return str(_NO_CONVERSIONS[event.kind])


def _touch_why_not(event: Event, known: Known, decided: Sequence[Outcome]) -> str:
    verdicts = [share for outcome in decided for share in outcome.shares if share.event_id == event.id]
    if any(share.share_ppb for share in verdicts):
        return ""
    if verdicts:
        return sentence(verdicts[-1].reason)
    if event.visitor and not event.customer and known.identities.is_shared(event.visitor):
        return sentence(NoCredit.VISITOR_SHARED_BY_TOO_MANY)
    if not decided:
        return gettext("No conversion of this visitor, or of a customer it was identified as, is known.")
    known_origins = origins([event.partnership_id] if event.partnership_id else [])
    touch, last = touch_of(event, known_origins), decided[-1]
    refused = credit([touch], converted_at=last.evidence.occurred_at, policy=policy_of(last.version.meaning))
    reason = refused.verdicts[0].reason
    return sentence(reason) if reason else gettext("The conversions that are known belong to somebody else.")


def _tie_why_not(event: Event, decided: Iterable[Outcome]) -> str:
    """Why no conversion follows a tie that was brought along; empty where one does."""
    if any(share.event_id == event.id and share.share_ppb for outcome in decided for share in outcome.shares):
        return ""
    return gettext(
        "It ties its customer to the partner from its time on. No conversion has followed it so far."
    )


def _outcome_why_not(event: Event, known: Known, decided: Iterable[Outcome]) -> str:
    evidence = next((piece for piece in known.evidence if piece.event_id == event.id), None)
    keys = conversion_keys(evidence, known.versions) if evidence else []
    if not keys:
        return gettext("No definition in force on its day counts a %(kind)s like this one.") % {
            "kind": event.kind
        }
    own = [outcome for outcome in decided if outcome.key in keys]
    if all(outcome.evidence.event_id != event.id for outcome in own):
        return gettext(
            "Another event of a more trusted or earlier source decides this conversion; this one corroborates it."
        )
    return ""
