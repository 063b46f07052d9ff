"""The same figures by lists and loops: no SQL, no shared code with what it checks but the words of the question.

What each KPI counts stands in `measured.py`, how cells come of it here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from tallystick.measurement.kpis.questions import Part
from tallystick.partners.programs.rules import Basis
from tests.engines.measured import AMOUNTS, DIVIDED, MEASURED, Row, RowsOf
from tests.engines.world import PROGRAM, World

TYPES = ("new", "returning", "unknown")
AGES = ("under_1_hour", "under_1_day", "under_7_days", "under_30_days", "over_30_days")
SPLITS = {"customer_type": TYPES, "time_since_touch": AGES}
Keys = tuple[str, ...]
COARSE = 1_000_000_000


@dataclass
class Sums:
    """What the compiled SQL must find for a cell."""

    units: int = 0
    successes: int = 0
    clusters: int = 0
    units_sq: int = 0
    successes_sq: int = 0
    units_successes: int = 0
    largest: int = 0
    conversions: int = 0
    share_ppb: int = 0
    immature: int = 0
    crossing: int = 0
    excluded: int = 0
    top_1: int = 0
    top_5: int = 0
    top_10: int = 0


@dataclass
class Tally:
    """Everything that was counted, each with its keys; a key that only conversions have is None for a unit.

    entries: keys, what the cluster converted into, cluster, below, above. things: keys, conversion, share.
    """

    entries: list[tuple[tuple[str | None, ...], Keys | None, str, int, int]] = field(default_factory=list)
    immature: list[tuple[str | None, ...]] = field(default_factory=list)
    crossing: list[Keys] = field(default_factory=list)
    excluded: list[tuple[str | None, ...]] = field(default_factory=list)
    things: list[tuple[Keys, Any, int]] = field(default_factory=list)


class Oracle:
    """One part of a question over one world."""

    def __init__(self, world: World, part: Part) -> None:
        self.world, self.part, self.cut = world, part, part.cut
        self.kpi, self.zone = part.cut.kpi.key, ZoneInfo(world.zone)
        self.rows = RowsOf(world, part.cut)
        self.tally = Tally()
        self.days_of: list[date] = []
        self.count()

    # -- dimensions

    def value(self, name: str, row: Row | None, at: Any) -> str:
        row = row or {}
        match name:
            case "program":
                return PROGRAM.hex
            case "partner" | "placement" | "link" | "code" | "campaign":
                found = row.get(f"{name}_id")
                return found.hex if found else "none"
            case "source":
                found = row.get("partner_id") or row.get("channel_id")
                return found.hex if found else "none"
            case "partner_kind" | "placement_type":
                return row.get(name) or "none"
            case "landing_page" | "sub_id":
                return row.get(name) or "(none)"
            case "device" | "country" | "visitor_type" | "browser":
                return row.get(name) or "unknown"
            case "day" | "week" | "month" | "quarter":
                return self.when(name, at)
        return self.outcome(name, row)

    def when(self, name: str, at: Any) -> str:
        on = at.astimezone(self.zone).date()
        year, week, _ = on.isocalendar()
        return {
            "day": on.isoformat(),
            "week": f"{year}-W{week:02d}",
            "month": f"{on.year}-{on.month:02d}",
            "quarter": f"{on.year}-Q{(on.month - 1) // 3 + 1}",
        }[name]

    def outcome(self, name: str, row: Row) -> str:
        if name == "customer_type":
            return row["customer_type"] if row["customer_type"] in TYPES else "unknown"
        assert name == "time_since_touch"
        hours = (row["converted_at"] - row["touched_at"]).total_seconds() / 3600
        limits = (1, 24, 7 * 24, 30 * 24)
        return AGES[sum(hours >= limit for limit in limits)]

    def in_period(self, at: Any) -> bool:
        on: date = at.astimezone(self.zone).date()
        period = self.part.period
        return (period.from_on is None or on >= period.from_on) and (
            period.until_on is None or on < period.until_on
        )

    def belongs(self, row: Row | None, at: Any) -> bool:
        row = row or {}
        of_partner, of_house = row.get("partner_id"), row.get("channel_id")
        if self.cut.segment == "partner" and not of_partner:
            return False
        if self.cut.segment == "house" and (of_partner or not of_house):
            return False
        return all(
            self.value(name, row, at) == getattr(wanted, "hex", wanted)
            for name, wanted in self.cut.where
            if name not in SPLITS
        )

    def wanted(self, row: Row) -> bool:
        """Whether a conversion is as the filters say."""
        return all(self.outcome(name, row) == value for name, value in self.cut.where if name in SPLITS)

    def keys(self, row: Row | None, at: Any) -> Keys:
        return tuple(self.value(name, row, at) for name in self.cut.by)

    def open_keys(self, row: Row | None, at: Any) -> tuple[str | None, ...]:
        return tuple(None if name in SPLITS else self.value(name, row, at) for name in self.cut.by)

    # -- what is counted

    def count(self) -> None:
        if self.kpi in DIVIDED:
            units = [unit for unit in self.rows.units() if self.counted(unit)]
            self.days_of = [unit.at.astimezone(self.zone).date() for unit in units]
            self.apart()
            if self.cut.basis is Basis.COHORT:
                self.cohort(units)
                return
            for unit in units:
                self.tally.entries.append((self.open_keys(unit.face, unit.at), None, unit.cluster, 1, 0))
        self.measured(MEASURED[self.kpi] if self.kpi in MEASURED else MEASURED["attributed_conversions"])

    def counted(self, unit: Any) -> bool:
        if not self.in_period(unit.at) or not self.belongs(unit.face, unit.at):
            return False
        return not (self.cut.mature_only and self.rows.is_open(unit))

    def apart(self) -> None:
        for touch in self.rows.touches:
            at = touch["occurred_at"]
            if (
                not touch["counts"]
                and self.rows.of_kind(touch)
                and self.in_period(at)
                and self.belongs(touch, at)
            ):
                self.tally.excluded.append(self.open_keys(touch, at))

    def cohort(self, units: list[Any]) -> None:
        earned: dict[int, list[Row]] = defaultdict(list)
        every = self.rows.units()
        mine = {unit.id: n for n, unit in enumerate(units)}
        for path in self.rows.credits():
            owner = self.rows.owner(every, path)
            if owner is not None and owner.id in mine:
                unit = units[mine[owner.id]]
                earned[mine[owner.id]].append(path)
                if self.wanted(path):
                    of = self.with_outcome(unit, path)
                    self.tally.things.append((of, path["conversion_id"], path["share_ppb"]))
        for n, unit in enumerate(units):
            first = earned[n][0] if earned[n] else None
            converted = first is not None and self.wanted(first)
            into = self.with_outcome(unit, first) if first is not None else None
            keys = self.open_keys(unit.face, unit.at)
            self.tally.entries.append((keys, into, unit.cluster, 1, int(converted)))
            if self.rows.is_open(unit):
                self.tally.immature.append(keys)
            if (
                converted
                and into is not None
                and self.cut.version not in {path["version"] for path in earned[n]}
            ):
                self.tally.crossing.append(into)

    def with_outcome(self, unit: Any, path: Row) -> Keys:
        return tuple(
            self.outcome(name, path) if name in SPLITS else self.value(name, unit.face, unit.at)
            for name in self.cut.by
        )

    def measured(self, found: Callable[[RowsOf], Iterable[Any]]) -> None:
        """The rows of a KPI's own measures, dated by themselves."""
        for one in found(self.rows):
            if not self.in_period(one.at) or not self.belongs(one.row, one.at):
                continue
            if "converted_at" in one.row and not self.wanted(one.row):
                continue
            keys = self.keys(one.row, one.at)
            self.tally.entries.append((keys, keys, one.cluster, one.below, one.above))
            if one.thing is not None:
                self.tally.things.append((keys, one.thing, one.share))
            if one.dates:
                self.days_of.append(one.at.astimezone(self.zone).date())

    # -- cells

    def every_cell(self) -> dict[Keys, Sums]:
        """The cells by their keys: of every unit, conversion and excluded touchpoint, under each type of outcome."""
        return {keys: self.sums(keys.__eq__) for keys in self.all_keys()}

    def total(self) -> Sums:
        return self.sums(lambda _: True, whole=True)

    def top(self, most: int) -> tuple[list[Keys], Sums]:
        """The keys of the largest cells, largest first, and all the others as one."""
        cells = {keys: self.sums(keys.__eq__) for keys in self.all_keys()}

        def size(keys: Keys) -> int:
            return cells[keys].units if self.divides() else cells[keys].successes

        ranked = sorted(cells, key=lambda keys: (-size(keys), keys))
        others = set(ranked[most:])
        return ranked[:most], self.sums(lambda of: of in others)

    def divides(self) -> bool:
        return self.cut.kpi.measures.denominator is not None

    def all_keys(self) -> set[Keys]:
        tally = self.tally
        spread = [keys for keys, *_ in tally.entries] + tally.excluded
        found = {whole for keys in spread for whole in self.every_type(keys)}
        return found | {keys for keys, *_ in tally.things}

    def every_type(self, keys: tuple[str | None, ...]) -> list[Keys]:
        split = self.kpi in DIVIDED
        choices = [
            SPLITS[name] if split and name in SPLITS else (key,)
            for name, key in zip(self.cut.by, keys, strict=True)
        ]
        return [tuple(map(str, whole)) for whole in product(*choices)]

    def sums(self, here: Callable[[Keys], bool], *, whole: bool = False) -> Sums:
        """The sums of all that has such keys. whole: count each thing once, not once for every type."""
        tally, sums = self.tally, Sums()
        clusters: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for keys, into, cluster, below, above in tally.entries:
            for one in [()] if whole else self.every_type(keys):
                if here(one):
                    clusters[cluster][0] += below
                    clusters[cluster][1] += above if whole or into == one else 0
        for counted, name in ((tally.immature, "immature"), (tally.excluded, "excluded")):
            found = sum(here(one) for keys in counted for one in ([()] if whole else self.every_type(keys)))
            setattr(sums, name, found)
        sums.crossing = sum(here(keys) for keys in tally.crossing)
        things = [(thing, share) for keys, thing, share in tally.things if here(keys)]
        sums.conversions = len({thing for thing, _ in things})
        sums.share_ppb = sum(share for _, share in things)
        self.add_clusters(sums, clusters)
        if self.kpi == "assisted_conversions":
            sums.successes = sums.conversions
        return sums

    def add_clusters(self, sums: Sums, clusters: dict[str, list[int]]) -> None:
        coarse = COARSE if self.kpi in AMOUNTS else 1
        for below, above in clusters.values():
            sums.units += below
            sums.successes += above
            sums.clusters += below > 0 or above > 0
            sums.units_sq += below * below
            sums.successes_sq += (above // coarse) ** 2
            sums.units_successes += below * (above // coarse)
            sums.largest = max(sums.largest, below)
        if self.kpi == "revenue_concentration":
            parts = sorted((above for _, above in clusters.values()), reverse=True)
            sums.top_1, sums.top_5, sums.top_10 = (sum(parts[:most]) for most in (1, 5, 10))

    def days(self) -> tuple[date | None, date | None]:
        """The days of the earliest and the latest unit, or row."""
        return min(self.days_of, default=None), max(self.days_of, default=None)

    def aside(self) -> int:
        """Conversions of the period with credit here, none of which any unit of any day can have earned."""
        if self.cut.basis is Basis.PERIOD:
            return 0
        here: dict[Any, bool] = {}
        for path in self.rows.credits():
            at = path["converted_at"]
            if self.in_period(at) and self.belongs(path, at) and self.wanted(path):
                earned = self.rows.could_be_earned(path)
                here[path["conversion_id"]] = here.get(path["conversion_id"], False) or earned
        return sum(not earned for earned in here.values())
