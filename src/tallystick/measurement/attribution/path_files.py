"""Attribution of whole files, without Django, server or set-up: what each channel earned under which model.

    report = analyze_path_file(Path("paths.csv"))
    report.models["linear"].conversions["search"]

The same rules credit conversions in the product; only the source of the paths differs.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tallystick.kit.delimited import TableSource
from tallystick.kit.shares import apportion
from tallystick.measurement.attribution.path_sources import (
    ChannelPath,
    ChannelPaths,
    EventColumns,
    read_event_log,
    read_path_file,
)
from tallystick.measurement.attribution.rules.models import (
    ModelSettings,
    Step,
    TimesMissing,
    Weights,
    model_named,
)
from tallystick.measurement.attribution.rules.reasons import NoCredit

WITHOUT_TIMES = ("first_touch", "last_touch", "linear", "position")
"""The models applied when none are named and the file carries no times."""

WITH_TIMES = (*WITHOUT_TIMES, "time_decay")
"""The models applied when none are named and every touch has a time."""

PARTS = 10**18
"""Every path is divided into so many equal parts, so that sums are exact until they are shown."""

DECIMALS = 9
"""Shown figures are rounded to so many decimals."""


class ChannelsUnsaid(ValueError):
    """A model needs to know which channels are coupons or codes, or a named channel is not in the file."""


@dataclass(frozen=True, slots=True)
class ChannelCredit:
    """What one model gives every channel. value is empty when the file has no values."""

    conversions: dict[str, float]
    value: dict[str, float]


@dataclass(frozen=True, slots=True)
class PathReport:
    """The answer for one file: credit per model, and how much was read.

    conversions, nulls: how many journeys ended in a conversion and how many did not.
    notes: sentences about how the file was read, to be shown beside the figures.
    """

    models: dict[str, ChannelCredit]
    conversions: int
    nulls: int
    notes: tuple[str, ...]


def analyze_path_file(
    source: TableSource,
    *,
    models: Sequence[str] = (),
    coupons: Collection[str] = (),
    codes: Collection[str] = (),
) -> PathReport:
    """Credit the channels of a file of counted paths (see `read_path_file`).

    models: names of MODELS; without any, first_touch, last_touch, linear, position, and what
    `coupons` and `codes` make possible. coupons, codes: the channels that count as coupons for
    last_non_coupon and as used codes for code_wins.
    Guarantee: per model the conversions of all channels sum to those of the file, before rounding.
    Raises BadFile, UnknownModel, ChannelsUnsaid; TimesMissing for time_decay.
    """
    _refuse_unknown(models)
    return credit_paths(read_path_file(source), models=models, coupons=coupons, codes=codes)


def analyze_event_log(
    source: TableSource,
    *,
    columns: EventColumns,
    models: Sequence[str] = (),
    coupons: Collection[str] = (),
    codes: Collection[str] = (),
) -> PathReport:
    """Credit the channels of an event log (see `read_event_log`); time_decay is possible and a default.

    Conversions without any channel before them are credited to nobody; a note counts them.
    Raises UnknownColumn for a column the log does not have; otherwise as `analyze_path_file`.
    """
    _refuse_unknown(models)
    return credit_paths(read_event_log(source, columns=columns), models=models, coupons=coupons, codes=codes)


def credit_paths(
    read: ChannelPaths,
    *,
    models: Sequence[str] = (),
    coupons: Collection[str] = (),
    codes: Collection[str] = (),
    settings: ModelSettings | None = None,
) -> PathReport:
    """Credit paths that were read already; otherwise as `analyze_path_file`. Identifier: ATTR-FILES."""
    wanted = tuple(dict.fromkeys(models)) or _defaults(read, coupons, codes)
    rules = {name: model_named(name) for name in wanted}
    _refuse_what_the_file_cannot_answer(read, wanted, coupons=coupons, codes=codes)
    tuning = settings or ModelSettings()
    earning = [path for path in read.paths if path.channels and (path.conversions or path.value)]
    steps = [_marked(path, coupons, codes) for path in earning]
    earned = {}
    for name, rule in rules.items():
        weights = [rule(path, tuning) for path in steps]
        earned[name] = _credit(read, earning, weights)
    return PathReport(
        models=earned,
        conversions=sum(path.conversions for path in read.paths),
        nulls=read.nulls,
        notes=read.notes,
    )


def _refuse_unknown(models: Sequence[str]) -> None:
    for name in models:
        model_named(name)


def _defaults(read: ChannelPaths, coupons: Collection[str], codes: Collection[str]) -> tuple[str, ...]:
    by_times = WITH_TIMES if read.has_times else WITHOUT_TIMES
    return (*by_times, *(("last_non_coupon",) if coupons else ()), *(("code_wins",) if codes else ()))


def _refuse_what_the_file_cannot_answer(
    read: ChannelPaths, wanted: Sequence[str], *, coupons: Collection[str], codes: Collection[str]
) -> None:
    if "time_decay" in wanted and not read.has_times:
        raise TimesMissing(
            f"time_decay needs the time of every touch, and {read.name} counts paths without times. "
            "Use an event log: name its columns for customer, time, channel and conversion."
        )
    there = read.channels
    for model, channels, what in (("last_non_coupon", coupons, "coupon"), ("code_wins", codes, "code")):
        if model in wanted and not channels:
            raise ChannelsUnsaid(
                f"{model} needs to know which channels are {what}s. Name at least one {what} channel."
            )
        for channel in channels:
            if channel not in there:
                raise ChannelsUnsaid(
                    f"{read.name} has no channel {channel!r} to be a {what}. It has: {', '.join(there)}."
                )


def _marked(path: ChannelPath, coupons: Collection[str], codes: Collection[str]) -> tuple[Step, ...]:
    ages = path.ages or (None,) * len(path.channels)
    return tuple(
        Step(age, is_coupon=channel in coupons, is_code=channel in codes)
        for channel, age in zip(path.channels, ages, strict=True)
    )


def _credit(read: ChannelPaths, earning: Sequence[ChannelPath], weights: Sequence[Weights]) -> ChannelCredit:
    channels = read.channels
    conversions = dict.fromkeys(channels, 0)
    value = dict.fromkeys(channels, Fraction(0))
    for path, weighed in zip(earning, weights, strict=True):
        parts = apportion(PARTS, [0 if isinstance(weight, NoCredit) else weight for weight in weighed])
        for channel, part in zip(path.channels, parts, strict=True):
            if part:
                conversions[channel] += part * path.conversions
                value[channel] += part * path.value
    return ChannelCredit(
        {channel: _shown(Fraction(total, PARTS)) for channel, total in conversions.items()},
        {channel: _shown(total / PARTS) for channel, total in value.items()} if read.has_value else {},
    )


def _shown(exact: Fraction) -> float:
    return float(round(exact, DECIMALS))
