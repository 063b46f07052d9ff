"""From the touchpoints of a subject and a policy to shares of one conversion, each touch accounted for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tallystick.kit.shares import PPB, apportion
from tallystick.measurement.attribution.rules.models import ModelSettings, Step, model_named
from tallystick.measurement.attribution.rules.reasons import NoCredit
from tallystick.partners.partnerships.rules import ALWAYS, Standing

CODE_USE = "code_use"
"""The kind of touchpoint that a used code is."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who stands behind a touch: a partner by id, or a house channel by key; exactly one of them."""

    partner_id: UUID | None = None
    house_channel: str | None = None

    def __post_init__(self) -> None:
        if (self.partner_id is None) == (self.house_channel is None):
            raise ValueError("A source is either a partner or a house channel.")

    @property
    def is_house(self) -> bool:
        """Whether the brand itself stands behind it."""
        return self.partner_id is None


@dataclass(frozen=True, slots=True)
class Touch:
    """One candidate touchpoint: an event of a subject that may have helped a conversion.

    event_id: the event it is made of, unique among the candidates. at: when it occurred, with zone.
    kind: the touchpoint kind (click, impression, code_use, introduction ...), key of the windows.
    is_coupon: the touch belongs to a coupon or voucher placement, for last_non_coupon.
    barred: what earlier stages know against it (bot, shared visitor), if anything. standing: when the partnership it
    belongs to was active; always for a house channel.
    """

    event_id: UUID
    at: datetime
    kind: str
    source: Source
    is_coupon: bool = False
    barred: NoCredit | None = None
    standing: Standing = ALWAYS

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"The time of a touch needs a zone, but {self.at.isoformat()} has none.")

    @property
    def is_code(self) -> bool:
        """Whether it is the use of a code, which code_wins puts before everything else."""
        return self.kind == CODE_USE


@dataclass(frozen=True, slots=True)
class Policy:
    """What a conversion definition says about credit.

    model: a key of MODELS. window_days: per touchpoint kind, days of 24 hours; other kinds earn nothing.
    house_channels_compete: whether the brand's own channels take shares (they are never paid).
    """

    model: str
    window_days: Mapping[str, int]
    house_channels_compete: bool = True
    settings: ModelSettings = field(default_factory=ModelSettings)

    def __post_init__(self) -> None:
        model_named(self.model)
        for kind, days in self.window_days.items():
            if type(days) is not int or days < 0:
                raise ValueError(f"The window for {kind!r} is whole days from 0 up, not {days!r}.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one touch got: a share above zero and no reason, or no share and the reason."""

    touch: Touch
    share_ppb: int
    reason: NoCredit | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on every candidate of one conversion, in path order."""

    verdicts: tuple[Verdict, ...]

    @property
    def credited(self) -> tuple[Verdict, ...]:
        """Those with a share: they sum to exactly 10**9, or there are none."""
        return tuple(verdict for verdict in self.verdicts if verdict.share_ppb)

    @property
    def uncredited(self) -> tuple[Verdict, ...]:
        """Those without a share: each has its reason."""
        return tuple(verdict for verdict in self.verdicts if not verdict.share_ppb)

    def shares(self) -> tuple[tuple[Source, int], ...]:
        """The share of each source over all its touches, in the order of its first credited touch."""
        totals: dict[Source, int] = {}
        for verdict in self.credited:
            totals[verdict.touch.source] = totals.get(verdict.touch.source, 0) + verdict.share_ppb
        return tuple(totals.items())


def credit(touches: Iterable[Touch], *, converted_at: datetime, policy: Policy) -> Decision:
    """Share one conversion among its candidate touchpoints. Identifiers: ATTR-PATH, ATTR-SHARES.

    touches: all candidates of the subject in any order; the order given changes nothing.
    converted_at: when the conversion occurred, with zone.
    Returns one verdict per candidate, ordered by (at, event_id). When at least one candidate is
    eligible the shares sum to exactly 10**9; when none is, every verdict carries its reason.
    Raises ValueError for two candidates with one event id, which would be paid twice.
    """
    ordered = sorted(touches, key=lambda touch: (touch.at, touch.event_id))
    if len({touch.event_id for touch in ordered}) < len(ordered):
        raise ValueError("The same event stands twice among the touchpoints of one conversion.")
    refused = {touch.event_id: _ineligible(touch, converted_at, policy) for touch in ordered}
    path = [touch for touch in ordered if refused[touch.event_id] is None]
    shared = {verdict.touch.event_id: verdict for verdict in _shared(path, converted_at, policy)}
    verdicts = (shared.get(touch.event_id) or Verdict(touch, 0, refused[touch.event_id]) for touch in ordered)
    return Decision(tuple(verdicts))


def _ineligible(touch: Touch, converted_at: datetime, policy: Policy) -> NoCredit | None:
    """The first reason that applies, in this order: ATTR-ELIGIBLE."""
    if touch.barred is not None:
        return touch.barred
    if not (touch.standing.is_active_at(touch.at) and touch.standing.is_active_at(converted_at)):
        return NoCredit.PARTNERSHIP_NOT_ACTIVE
    if touch.kind not in policy.window_days:
        return NoCredit.KIND_NOT_IN_DEFINITION
    if touch.source.is_house and not policy.house_channels_compete:
        return NoCredit.HOUSE_DOES_NOT_COMPETE
    if touch.at > converted_at:
        return NoCredit.AFTER_CONVERSION
    if converted_at - touch.at > timedelta(days=policy.window_days[touch.kind]):
        return NoCredit.OUTSIDE_WINDOW
    return None


def _shared(path: list[Touch], converted_at: datetime, policy: Policy) -> list[Verdict]:
    if not path:
        return []
    steps = [Step(converted_at - touch.at, touch.is_coupon, touch.is_code) for touch in path]
    weights = model_named(policy.model)(steps, policy.settings)
    shares = apportion(PPB, [0 if isinstance(weight, NoCredit) else weight for weight in weights])
    return [
        Verdict(touch, share, None if share else _why(weight))
        for touch, share, weight in zip(path, shares, weights, strict=True)
    ]


def _why(weight: int | NoCredit) -> NoCredit:
    return weight if isinstance(weight, NoCredit) else NoCredit.ROUNDS_TO_NOTHING
