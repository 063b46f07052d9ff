"""Bindings: the first credited conversion ties a customer to partners, and renewals follow the tie."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from tallystick.measurement.attribution.rules.credit import Source
from tallystick.measurement.attribution.rules.reasons import NoBinding

Shares = tuple[tuple[Source, int], ...]


@dataclass(frozen=True, slots=True)
class BindingPolicy:
    """How long a tie lasts. duration_days: None is for life. breaks_after_days: None is never."""

    duration_days: int | None = None
    breaks_after_days: int | None = None

    def __post_init__(self) -> None:
        for days in (self.duration_days, self.breaks_after_days):
            if days is not None and (type(days) is not int or days < 1):
                raise ValueError(f"A binding is measured in whole days from 1 up, not {days!r}.")


@dataclass(frozen=True, slots=True)
class CreditedConversion:
    """A conversion of the customer with the shares its model gave, empty when it was not credited."""

    conversion_id: UUID
    at: datetime
    shares: Shares


@dataclass(frozen=True, slots=True)
class Binding:
    """A customer's tie: the conversion that made it, since when, with which shares, under which policy."""

    conversion_id: UUID
    since: datetime
    shares: Shares
    policy: BindingPolicy


def binding_for(conversions: Iterable[CreditedConversion], *, policy: BindingPolicy) -> Binding | None:
    """The binding of one customer, or None while no partner has earned credit. Identifier: ATTR-BIND.

    conversions: those of the customer under definitions that bind, in any order; it changes nothing.
    The earliest by (at, conversion_id) in which a partner has a share makes the binding, with all its
    shares, those of house channels included, so that renewals are shared exactly as it was. A
    conversion credited to house channels alone ties the customer to nobody.
    """
    credited = [
        conversion
        for conversion in conversions
        if any(not source.is_house for source, _ in conversion.shares)
    ]
    if not credited:
        return None
    first = min(credited, key=lambda conversion: (conversion.at, conversion.conversion_id))
    return Binding(first.conversion_id, first.at, first.shares, policy)


def shares_at(
    binding: Binding, at: datetime, *, earlier_conversions: Iterable[datetime]
) -> Shares | NoBinding:
    """The shares a conversion at this time gets by the binding, or why it no longer binds. ATTR-BIND.

    at: when the conversion occurred. earlier_conversions: times of the customer's conversions, in
    any order; those outside (since, at) are ignored.
    The binding ends when more than duration_days have passed since it was made, and breaks for
    good at the first pause of more than breaks_after_days between two conversions in a row.
    Days are 24 hours; the last instant of a limit is still inside.
    """
    if at < binding.since:
        return NoBinding.BEFORE_BINDING
    policy = binding.policy
    if policy.duration_days is not None and at - binding.since > timedelta(days=policy.duration_days):
        return NoBinding.DURATION_OVER
    if policy.breaks_after_days is not None:
        between = sorted(earlier for earlier in earlier_conversions if binding.since < earlier < at)
        steps = [binding.since, *between, at]
        longest = max(later - earlier for earlier, later in pairwise(steps))
        if longest > timedelta(days=policy.breaks_after_days):
            return NoBinding.BROKEN_BY_PAUSE
    return binding.shares
