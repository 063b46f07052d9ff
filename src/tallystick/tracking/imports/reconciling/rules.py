"""Comparing the orders of a shop with the orders that were tracked. Pure. Identifier: IMPORT-RECONCILE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

DAY: Final = timedelta(hours=24)
EXPECTED: Final = ("placed", "refunded")
"""What the shop says of an order that tracking should have seen; of others it need not."""

TAKEN_BACK: Final = ("cancelled", "refunded")


class Kind(StrEnum):
    """What became of one order. Absent: it need not be here, and is not. Unreported: only we have it."""

    MATCHED = "matched"
    DIFFERING = "differing"
    MISSING = "missing"
    ABSENT = "absent"
    UNREPORTED = "unreported"


class Why(StrEnum):
    """Why an order of the shop is missing here; the first that holds."""

    QUARANTINE = "quarantine"
    LABELLED = "labelled"
    OTHER_KINDS = "other_kinds"
    ONLY_THE_FILE = "only_the_file"
    BEFORE_TRACKING = "before_tracking"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as the shop has it. source: of the file it stands in. status: of `reported.rules.ORDER_STATES`."""

    order: str
    ordered_at: datetime
    received_at: datetime
    source: str
    receipt_id: UUID
    status: str = "placed"
    amount_minor: int | None = None
    currency: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class TrackedOrder:
    """An event of an order. label: `valid`, or why it does not count."""

    order: str
    occurred_at: datetime
    source: str
    receipt_id: UUID
    label: str = "valid"
    amount_minor: int | None = None
    currency: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What waits in quarantine about an order."""

    receipt_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of orders that were not found among the tracked ones, by number as the shop writes it.

    held: what waits in quarantine. other_kinds: the kinds of event that name the order, none of them an order.
    taken_back: numbers that a refund, chargeback or cancellation names. began_at: when the first order was tracked.
    """

    held: Mapping[str, Held] = field(default_factory=dict)
    other_kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    taken_back: Set[str] = frozenset()
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which the shop and we do not agree: amount, currency, day, customer or status."""

    field: str
    shop: str
    here: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one order. order: as the shop writes it, or we where it has none. found_as: how we write it, where
    that is not the same. detail: the reason of the quarantine, the label, the kinds seen.
    """

    kind: Kind
    order: str
    shop: ShopOrder | None = None
    tracked: TrackedOrder | None = None
    why: Why | None = None
    detail: str = ""
    held: UUID | None = None
    found_as: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def is_expected(self) -> bool:
        """Whether tracking should have seen it: the shop placed it and did not cancel it, after tracking began."""
        return self.shop is not None and self.shop.status in EXPECTED and self.why is not Why.BEFORE_TRACKING


@dataclass(frozen=True, slots=True)
class MoneyOf:
    """What the orders of one currency come to, in minor units. shop: all orders of the shop that are expected here;
    here: those of them that were found, as we have them; missing: those that were not, as the shop has them;
    unreported: those that only we have.
    """

    currency: str
    shop: int = 0
    here: int = 0
    missing: int = 0
    unreported: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """A comparison in numbers. lost of expected is the tracking loss rate: both numbers are kept, for its interval."""

    kinds: Mapping[Kind, int]
    missing: Mapping[Why, int]
    differing: Mapping[str, int]
    money: tuple[MoneyOf, ...]
    lost: int
    expected: int

    @property
    def tracking_loss_rate(self) -> float | None:
        """The share of expected orders that tracking has not seen; None where none is expected."""
        return self.lost / self.expected if self.expected else None


def exact(number: str) -> str:
    """An order's number without the blanks around it: how orders are looked for first."""
    return number.strip()


def loose(number: str) -> str:
    """An order's number in small letters without a leading `#` and leading zeros: the second try, which is named."""
    bare = number.strip().removeprefix("#").strip().casefold()
    return bare.lstrip("0") or bare


def spellings(number: str) -> frozenset[str]:
    """How a tracked order may write a number of the shop, for looking it up: not all that `loose` would find."""
    bare = number.strip().removeprefix("#").strip()
    return frozenset({number.strip(), bare, f"#{bare}", bare.upper(), bare.lower(), bare.lstrip("0") or bare})


def compare(shop: Iterable[ShopOrder], tracked: Iterable[TrackedOrder], *, known: Known) -> list[Verdict]:
    """What became of every order: those of the shop by time, then our own. Identifier: IMPORT-RECONCILE.

    shop: of one number the latest received counts. tracked: events of orders; those from the shop's own files are no
    tracking. An order is found by its exact number, then by a loose one that nobody else has. The same orders in any
    order give the same verdicts.
    """
    wanted = {
        exact(one.order): one for one in sorted(shop, key=lambda one: (one.received_at, one.receipt_id))
    }
    own = {one.source for one in wanted.values()}
    found: dict[str, list[TrackedOrder]] = {}
    of_the_file: dict[str, str] = {}
    for event in tracked:
        if event.source in own:
            of_the_file[exact(event.order)] = event.source
        else:
            found.setdefault(exact(event.order), []).append(event)
    named = _named(wanted, found)
    in_time = sorted(wanted.items(), key=lambda item: (item[1].ordered_at, item[0]))
    verdicts = [
        _verdict(one, found.get(named[number], ()), of_the_file.get(number, ""), known)
        for number, one in in_time
    ]
    return verdicts + _unreported(wanted.values(), found, taken=set(named.values()))


def summed(verdicts: Iterable[Verdict]) -> Summary:
    """Verdicts in numbers."""
    kinds, missing, differing = Counter[Kind](), Counter[Why](), Counter[str]()
    money: dict[str, Counter[str]] = {}
    lost = expected = 0
    for one in verdicts:
        kinds[one.kind] += 1
        missing.update([one.why] if one.why else [])
        differing.update(difference.field for difference in one.differences)
        expected += one.is_expected
        lost += one.is_expected and one.kind is Kind.MISSING
        for currency, part, amount in _amounts(one):
            money.setdefault(currency, Counter())[part] += amount
    per_currency = tuple(MoneyOf(currency, **money[currency]) for currency in sorted(money))
    return Summary(dict(kinds), dict(missing), dict(differing), per_currency, lost, expected)


def _named(wanted: Mapping[str, ShopOrder], found: Mapping[str, object]) -> dict[str, str]:
    """Number of the shop → number among the tracked orders, which may not be there."""
    free: dict[str, list[str]] = {}
    for number in found.keys() - wanted.keys():
        free.setdefault(loose(number), []).append(number)
    asking = {number: loose(number) for number in wanted.keys() - found.keys()}
    times = Counter(asking.values())
    named = {number: number for number in wanted}
    for number, bare in asking.items():
        like = free.get(bare, ())
        if len(like) == 1 and times[bare] == 1:
            named[number] = like[0]
    return named


def _verdict(shop: ShopOrder, events: Sequence[TrackedOrder], of_the_file: str, known: Known) -> Verdict:
    counted = [one for one in events if one.label == "valid"]
    if not counted:
        return _not_here(shop, events, of_the_file, known)
    best = min(
        counted, key=lambda one: (len(_differences(shop, one, known)), one.occurred_at, one.receipt_id)
    )
    differences = _differences(shop, best, known)
    same = exact(best.order) == exact(shop.order)
    return Verdict(
        Kind.DIFFERING if differences else Kind.MATCHED,
        exact(shop.order),
        shop,
        best,
        differences=differences,
        found_as="" if same else best.order,
    )


def _not_here(shop: ShopOrder, events: Sequence[TrackedOrder], of_the_file: str, known: Known) -> Verdict:
    """events: those that name the order and carry a label. of_the_file: the shop's file that made an event of it."""
    number = exact(shop.order)
    if shop.status not in EXPECTED:
        return Verdict(Kind.ABSENT, number, shop)
    held = known.held.get(number)
    kinds = known.other_kinds.get(number, ())
    if held:
        why, detail = Why.QUARANTINE, held.reason
    elif events:
        why, detail = Why.LABELLED, ", ".join(sorted({one.label for one in events}))
    elif kinds:
        why, detail = Why.OTHER_KINDS, ", ".join(kinds)
    elif of_the_file:
        why, detail = Why.ONLY_THE_FILE, of_the_file
    elif known.began_at is None or shop.ordered_at < known.began_at:
        why, detail = Why.BEFORE_TRACKING, ""
    else:
        why, detail = Why.NOTHING, ""
    return Verdict(Kind.MISSING, number, shop, why=why, detail=detail, held=held.receipt_id if held else None)


def _differences(shop: ShopOrder, here: TrackedOrder, known: Known) -> tuple[Difference, ...]:
    found: list[Difference] = []
    if shop.currency and here.currency and shop.currency != here.currency:
        found.append(Difference("currency", shop.currency, here.currency))
    elif None not in (shop.amount_minor, here.amount_minor) and shop.amount_minor != here.amount_minor:
        found.append(Difference("amount", str(shop.amount_minor), str(here.amount_minor)))
    if abs(shop.ordered_at - here.occurred_at) > DAY:
        found.append(Difference("day", shop.ordered_at.isoformat(), here.occurred_at.isoformat()))
    if shop.customer and here.customer and shop.customer.strip() != here.customer.strip():
        found.append(Difference("customer", shop.customer, here.customer))
    numbers = {exact(shop.order), exact(here.order)}
    if shop.status in TAKEN_BACK and numbers.isdisjoint(known.taken_back):
        found.append(Difference("status", shop.status, "counted"))
    return tuple(found)


def _unreported(
    shop: Iterable[ShopOrder], found: Mapping[str, Sequence[TrackedOrder]], *, taken: Set[str]
) -> list[Verdict]:
    """Tracked orders that the shop's list should hold, because it reaches from before to after them, and does not."""
    days = [one.ordered_at for one in shop]
    if not days:
        return []
    first, last = min(days), max(days)
    verdicts = []
    for number in sorted(found.keys() - taken):
        inside = [one for one in found[number] if one.label == "valid" and first <= one.occurred_at <= last]
        if inside:
            best = min(inside, key=lambda one: (one.occurred_at, one.receipt_id))
            verdicts.append(Verdict(Kind.UNREPORTED, number, tracked=best))
    return verdicts


def _amounts(one: Verdict) -> Iterable[tuple[str, str, int]]:
    """(currency, part, minor units) of a verdict."""
    shop, here = one.shop, one.tracked
    if one.is_expected and shop and shop.currency and shop.amount_minor is not None:
        yield shop.currency, "shop", shop.amount_minor
        if one.kind is Kind.MISSING:
            yield shop.currency, "missing", shop.amount_minor
    if here and here.currency and here.amount_minor is not None:
        if one.kind is Kind.UNREPORTED:
            yield here.currency, "unreported", here.amount_minor
        elif one.is_expected:
            yield here.currency, "here", here.amount_minor
