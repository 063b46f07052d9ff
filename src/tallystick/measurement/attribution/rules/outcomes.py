"""What is to be decided about every conversion of some people: pure, from the whole of what is known of them.

Asked again with more events it gives the whole answer again; the stage writes down what differs. This is why the
order of arrival cannot matter. Identifiers: ATTR-OUTCOME, EO-ORDER.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from tallystick.kit import kinds
from tallystick.kit.shares import PPB, apportion
from tallystick.measurement.attribution.rules.bindings import (
    Binding,
    BindingPolicy,
    CreditedConversion,
    binding_for,
    shares_at,
)
from tallystick.measurement.attribution.rules.credit import Decision, Policy, Source, Touch, credit
from tallystick.measurement.attribution.rules.customers import CustomerType, customer_type
from tallystick.measurement.attribution.rules.evidence import (
    ConversionKey,
    Evidence,
    conversion_keys,
    deciding,
)
from tallystick.measurement.attribution.rules.models import ModelSettings
from tallystick.measurement.attribution.rules.reasons import NoBinding, NoCredit
from tallystick.measurement.attribution.rules.subjects import Identities, Touchpoints
from tallystick.partners.partnerships.rules import ALWAYS, Standing
from tallystick.partners.programs.rules import CreditBy, Meaning, Version, version_at

NO_TOUCHPOINT = "no_touchpoint"
NONE_ELIGIBLE = "none_eligible"
NO_BINDING = "no_binding"


@dataclass(frozen=True, slots=True)
class BroughtTie:
    """The tie of a customer to a partner that was brought along from before. event: who says so, and since when."""

    event: Evidence
    touch: Touch


@dataclass(frozen=True, slots=True)
class Known:
    """Everything known of the people concerned. history: program id → the day from which orders are known.

    evidence: outcomes, and the orders that were brought along. brought_ties: those of their customers.
    """

    evidence: Sequence[Evidence]
    touchpoints: Touchpoints
    identities: Identities
    versions: Sequence[Version]
    history: Mapping[UUID, date | None]
    brought_ties: Sequence[BroughtTie] = ()

    @property
    def customers(self) -> frozenset[str]:
        """Every customer of whom all evidence is here, also those to whom none of it belongs any more."""
        events = (*self.evidence, *(tie.event for tie in self.brought_ties))
        subjects = {self.identities.subject_of(event) for event in events}
        return frozenset(self.identities.visitors) | {s[2:] for s in subjects if s.startswith("c:")}


@dataclass(frozen=True, slots=True)
class Share:
    """One touchpoint's part: a share above zero, or zero with the reason.

    standing: when its partnership was active, for the conversions that follow this one by a binding.
    """

    event_id: UUID
    source: Source
    share_ppb: int
    reason: str
    standing: Standing = ALWAYS


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole decision about one conversion. via: `path` or `binding`. reason: why nobody got credit, or ""."""

    key: ConversionKey
    conversion_id: UUID
    version: Version
    evidence: Evidence
    corroborating: int
    subject: str
    customer_type: CustomerType
    shares: tuple[Share, ...]
    via: str
    reason: str

    @property
    def credited(self) -> bool:
        """Whether the shares sum to 10⁹ rather than to nothing."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Ties:
    """The binding of one customer in one program, with the touchpoint shares that renewals repeat.

    is_brought: it was brought along, and stands under the id of the event that says so. It has no policy of its own:
    how long it lasts, each definition says that follows it.
    """

    program_id: UUID
    customer: str
    binding: Binding
    shares: tuple[Share, ...]
    is_brought: bool = False


def outcomes(
    known: Known, *, ids: Mapping[ConversionKey, UUID]
) -> tuple[dict[ConversionKey, Outcome], list[Ties]]:
    """Decide every conversion that the evidence shows. ids: the id of each conversion key.

    Conversions credited by their path come first; those that follow a binding take the shares of the conversion that
    made it, however late that one was recorded, or of the tie that was brought along.
    """
    orders = _orders_by_subject(known)
    decided = {}
    for key, pieces in evidence_by_conversion(known).items():
        outcome = _by_path(key, pieces, known, ids[key])
        kind = _customer_type(outcome, {piece.event_id for piece in pieces}, orders, known)
        decided[key] = replace(outcome, customer_type=kind)
    ties, times = _ties(decided, known), _times_by_subject(decided, orders)
    for key, outcome in decided.items():
        if outcome.version.meaning.credit_by is CreditBy.BINDING:
            decided[key] = _by_binding(outcome, ties, times[outcome.version.program_id, outcome.subject])
    return decided, list(ties.values())


def evidence_by_conversion(known: Known) -> dict[ConversionKey, list[Evidence]]:
    """The evidence of each conversion; an event may be evidence of several definitions' conversions."""
    found: dict[ConversionKey, list[Evidence]] = {}
    for event in known.evidence:
        for key in conversion_keys(event, known.versions):
            found.setdefault(key, []).append(event)
    return found


def _by_path(key: ConversionKey, pieces: list[Evidence], known: Known, conversion_id: UUID) -> Outcome:
    of_definition = [v for v in known.versions if v.definition_id == key[0]]
    earliest = min(pieces, key=lambda e: (e.occurred_at, e.event_id))
    ranking = version_at(of_definition, earliest.occurred_at) or of_definition[0]
    event = deciding(pieces, ranking.meaning.sources)
    version = version_at(of_definition, event.occurred_at) or ranking
    policy = policy_of(version.meaning)
    candidates = [
        touch
        for touch in known.touchpoints.candidates(event, known.identities)
        if 0 <= (event.occurred_at - touch.at).total_seconds() <= version.meaning.longest_window_days * 86_400
    ]
    decision = credit(candidates, converted_at=event.occurred_at, policy=policy)
    return Outcome(
        key=key,
        conversion_id=conversion_id,
        version=version,
        evidence=event,
        corroborating=len(pieces) - 1,
        subject=known.identities.subject_of(event),
        customer_type="unknown",
        shares=_shares(decision),
        via="path",
        reason="" if decision.credited else NONE_ELIGIBLE if candidates else NO_TOUCHPOINT,
    )


def policy_of(meaning: Meaning) -> Policy:
    """The credit policy that a definition's version asks for."""
    settings = ModelSettings(half_life_days=meaning.half_life_days)
    return Policy(meaning.model, meaning.windows, meaning.house_channels_compete, settings)


def _shares(decision: Decision) -> tuple[Share, ...]:
    return tuple(
        Share(
            event_id=verdict.touch.event_id,
            source=verdict.touch.source,
            share_ppb=verdict.share_ppb,
            reason=str(verdict.reason or ""),
            standing=verdict.touch.standing,
        )
        for verdict in decision.verdicts
    )


def _orders_by_subject(known: Known) -> dict[str, list[Evidence]]:
    orders: dict[str, list[Evidence]] = {}
    for event in known.evidence:
        if event.kind in kinds.EARLIER_ORDERS and event.counts:
            orders.setdefault(known.identities.subject_of(event), []).append(event)
    return orders


def _customer_type(
    outcome: Outcome, own: set[UUID], orders: Mapping[str, list[Evidence]], known: Known
) -> CustomerType:
    if not outcome.subject.startswith("c:"):
        return "unknown"
    event = outcome.evidence
    earlier = [
        other.occurred_at
        for other in orders.get(outcome.subject, ())
        if other.occurred_at < event.occurred_at
        and other.event_id not in own
        and (other.order is None or other.order != event.order)
    ]
    return customer_type(
        event.occurred_at,
        earlier_order_at=min(earlier, default=None),
        history_from=known.history.get(event.program_id),
        zone=outcome.version.zone,
    )


def _ties(decided: Mapping[ConversionKey, Outcome], known: Known) -> dict[tuple[UUID, str], Ties]:
    """The binding of each customer: the earliest of those that conversions make and those that were brought along."""
    candidates: dict[tuple[UUID, str], dict[UUID, Ties]] = {}
    for tie in (*_made(decided), *_brought(known)):
        candidates.setdefault((tie.program_id, tie.customer), {})[tie.binding.conversion_id] = tie
    found = {}
    for key, by_id in candidates.items():
        first = binding_for([_credited(tie) for tie in by_id.values()], policy=BindingPolicy())
        if first is not None:
            found[key] = by_id[first.conversion_id]
    return found


def _made(decided: Mapping[ConversionKey, Outcome]) -> Iterator[Ties]:
    """What each conversion under a definition that binds would tie its customer to, if it is the first."""
    for outcome in decided.values():
        meaning = outcome.version.meaning
        if meaning.binds and meaning.credit_by is CreditBy.PATH and outcome.subject.startswith("c:"):
            shares = tuple(share for share in outcome.shares if share.share_ppb)
            binding = _binding(
                outcome.conversion_id, outcome.evidence.occurred_at, shares, _binding_policy(meaning)
            )
            yield Ties(outcome.version.program_id, outcome.subject[2:], binding, shares)


def _brought(known: Known) -> Iterator[Ties]:
    """The ties that were brought along, all of each the partner's; its event stands in a conversion's place."""
    for tie in known.brought_ties:
        event, touch = tie.event, tie.touch
        subject = known.identities.subject_of(event)
        if subject.startswith("c:") and touch.barred is None:
            shares = (Share(event.event_id, touch.source, PPB, "", touch.standing),)
            binding = _binding(event.event_id, event.occurred_at, shares, BindingPolicy())
            yield Ties(event.program_id, subject[2:], binding, shares, is_brought=True)


def _binding(made_by: UUID, since: datetime, shares: Sequence[Share], policy: BindingPolicy) -> Binding:
    return Binding(made_by, since, tuple((share.source, share.share_ppb) for share in shares), policy)


def _credited(tie: Ties) -> CreditedConversion:
    return CreditedConversion(tie.binding.conversion_id, tie.binding.since, tie.binding.shares)


def _times_by_subject(
    decided: Mapping[ConversionKey, Outcome], orders: Mapping[str, Sequence[Evidence]]
) -> dict[tuple[UUID, str], list[datetime]]:
    """When each customer converted, or had bought by the orders that were brought along: no pause lies between."""
    times: dict[tuple[UUID, str], list[datetime]] = {}
    for outcome in decided.values():
        key = (outcome.version.program_id, outcome.subject)
        times.setdefault(key, []).append(outcome.evidence.occurred_at)
    for subject, events in orders.items():
        for event in events:
            if event.kind not in kinds.ORDERS:
                times.setdefault((event.program_id, subject), []).append(event.occurred_at)
    return times


def _binding_policy(meaning: Meaning) -> BindingPolicy:
    return BindingPolicy(duration_days=meaning.binding_days, breaks_after_days=meaning.break_after_days)


def _by_binding(
    outcome: Outcome,
    ties: Mapping[tuple[UUID, str], Ties],
    times: Sequence[datetime],
) -> Outcome:
    """The same conversion with the shares of its customer's binding, its own path kept as contenders.

    times: of all conversions of the customer in the program, and of orders brought along.
    """
    own = tuple(
        replace(share, share_ppb=0, reason=str(NoCredit.CREDITED_BY_BINDING)) for share in outcome.shares
    )
    tie = (
        ties.get((outcome.version.program_id, outcome.subject[2:]))
        if outcome.subject.startswith("c:")
        else None
    )
    if tie is None:
        return replace(outcome, shares=own, via="binding", reason=NO_BINDING)
    binding = tie.binding
    if tie.is_brought:
        binding = replace(binding, policy=_binding_policy(outcome.version.meaning))
    answer = shares_at(binding, outcome.evidence.occurred_at, earlier_conversions=times)
    if isinstance(answer, NoBinding):
        return replace(outcome, shares=own, via="binding", reason=str(answer))
    bound = {share.event_id for share in tie.shares}
    contenders = tuple(share for share in own if share.event_id not in bound)
    followed = _followed(tie.shares, outcome.evidence.occurred_at)
    reason = "" if any(share.share_ppb for share in followed) else NONE_ELIGIBLE
    return replace(outcome, shares=(*contenders, *followed), via="binding", reason=reason)


def _followed(shares: Sequence[Share], at: datetime) -> tuple[Share, ...]:
    """The shares of a binding at one conversion that follows it. Identifier: ATTR-STANDING.

    Whose partnership is not active then gets nothing of it; the others share it in the proportion of the binding. The
    binding itself stands: a later conversion follows it again.
    """
    weights = [share.share_ppb if share.standing.is_active_at(at) else 0 for share in shares]
    parts = apportion(PPB, weights) if any(weights) else weights
    inactive = str(NoCredit.PARTNERSHIP_NOT_ACTIVE)
    return tuple(
        replace(share, share_ppb=part, reason="" if part else inactive)
        for share, part in zip(shares, parts, strict=True)
    )
