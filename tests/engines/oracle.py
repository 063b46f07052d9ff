"""The same figures by lists and loops: no SQL, no shared code with what it checks but the words of the question."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tallystick.measurement.kpis.questions import Part
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.world import LEAD, ORDER, PROGRAM, Row, World

HALF_AN_HOUR = timedelta(minutes=30)


@dataclass
class Unit:
    """One thing that may convert."""

    id: Any
    at: datetime
    cluster: str
    face: Row | None
    touches: list[Row]
    first_type: str | None = None
    versions: set[int] = field(default_factory=set)
    conversions: dict[Any, str] = field(default_factory=dict)


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


def cells(world: World, part: Part) -> dict[tuple[str, ...], Sums]:
    """The cells of one part of a question, keys as text."""
    return Oracle(world, part).cells()


class Oracle:
    def __init__(self, world: World, part: Part) -> None:
        self.world, self.part, self.cut = world, part, part.cut
        self.zone = ZoneInfo(world.zone)
        self.found: dict[tuple[str, ...], Sums] = defaultdict(Sums)
        self.by_visitor: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(
            lambda: defaultdict(lambda: [0, 0])
        )
        self.reached: dict[tuple[str, ...], set[Any]] = defaultdict(set)
        self.touches = [
            row
            for row in world.touchpoints
            if row["program_id"] == PROGRAM and row["occurred_at"] <= self.cut.as_of
        ]
        self.credits = [
            row
            for row in world.credits
            if row["program_id"] == PROGRAM and row["share_ppb"] > 0 and row["converted_at"] <= self.cut.as_of
        ]

    # -- dimensions

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def value(self, name: str, face: Row | None, at: datetime) -> str:
        face = face or {}
        local = self.local(at)
        match name:
            case "program":
                return PROGRAM.hex
            case "partner" | "placement" | "link" | "code":
                found = face.get(f"{name}_id")
                return found.hex if found else "none"
            case "source":
                found = face.get("partner_id") or face.get("channel_id")
                return found.hex if found else "none"
            case "partner_kind" | "placement_type":
                return face.get(name) or "none"
            case "device" | "country" | "visitor_type":
                return face.get(name) or "unknown"
            case "day":
                return local.date().isoformat()
            case "week":
                year, week, _ = local.date().isocalendar()
                return f"{year}-W{week:02d}"
            case "month":
                return f"{local.year}-{local.month:02d}"
        raise AssertionError(name)

    def in_period(self, at: datetime) -> bool:
        on: date = self.local(at).date()
        period = self.part.period
        return (period.from_on is None or on >= period.from_on) and (
            period.until_on is None or on < period.until_on
        )

    def belongs(self, face: Row | None, at: datetime) -> bool:
        face = face or {}
        of_partner, of_house = face.get("partner_id"), face.get("channel_id")
        if self.cut.segment == "partner" and not of_partner:
            return False
        if self.cut.segment == "house" and (of_partner or not of_house):
            return False
        return all(
            self.value(name, face, at) == getattr(wanted, "hex", wanted)
            for name, wanted in self.cut.where
            if name != "customer_type"
        )

    @property
    def wanted_types(self) -> list[str]:
        return [str(value) for name, value in self.cut.where if name == "customer_type"]

    def keys(self, face: Row | None, at: datetime, customer_type: str | None) -> tuple[str, ...]:
        return (
            tuple(
                str(customer_type) if name == "customer_type" else self.value(name, face, at)
                for name in self.cut.by
            )
            or ()
        )

    def types(self) -> list[str | None]:
        return ["new", "returning", "unknown"] if "customer_type" in self.cut.by else [None]

    # -- units

    def cluster(self, touch: Row) -> str:
        if touch["visitor"] is not None:
            return "v:" + touch["visitor"]
        for who in ("customer", "account", "session"):
            if touch[who] is not None:
                return f"{who} {touch[who]}"
        return "e:" + touch["event_id"].hex

    def closes(self, touch: Row) -> datetime:
        return touch["occurred_at"] + timedelta(days=dict(self.cut.windows).get(touch["kind"], 0))

    def of_kind(self, touch: Row) -> bool:
        match self.cut.unit:
            case Denominator.CLICKS:
                return touch["kind"] == "click"
            case Denominator.EXPOSURES:
                return touch["kind"] == "impression"
            case Denominator.SESSIONS:
                somebody = touch["visitor"] is not None or touch["session"] is not None
                return touch["kind"] != "impression" and (somebody or touch["kind"] == "click")
        return False

    def units(self) -> list[Unit]:
        match self.cut.unit:
            case Denominator.SESSIONS:
                return self.sessions()
            case Denominator.LEADS:
                return self.leads()
        return [
            Unit(touch["event_id"], touch["occurred_at"], self.cluster(touch), touch, [touch])
            for touch in self.touches
            if touch["counts"] and self.of_kind(touch)
        ]

    def sessions(self) -> list[Unit]:
        groups: dict[tuple[str, Any], list[Row]] = defaultdict(list)
        for touch in self.touches:
            if touch["counts"] and self.of_kind(touch):
                groups[(self.cluster(touch), touch["session"])].append(touch)
        found = []
        for (_, session), touches in groups.items():
            touches.sort(key=lambda touch: (touch["occurred_at"], touch["event_id"].bytes))
            runs = [[touches[0]]]
            for touch in touches[1:]:
                pause = touch["occurred_at"] - runs[-1][-1]["occurred_at"]
                if session is None and pause > HALF_AN_HOUR:
                    runs.append([])
                runs[-1].append(touch)
            found += [self.session(run) for run in runs]
        return found

    def session(self, run: list[Row]) -> Unit:
        with_source = [touch for touch in run if touch["partner_id"] or touch["channel_id"]]
        face = with_source[0] if with_source else run[0]
        return Unit(run[0]["event_id"], run[0]["occurred_at"], self.cluster(run[0]), face, run)

    def leads(self) -> list[Unit]:
        by_id = {touch["event_id"]: touch for touch in self.touches}
        found = []
        for lead in self.world.conversions:
            if lead["definition_id"] != LEAD or lead["program_id"] != PROGRAM:
                continue
            if lead["occurred_at"] > self.cut.as_of:
                continue
            shares = [
                (row["share_ppb"], by_id[row["event_id"]])
                for row in self.credits
                if row["conversion_id"] == lead["conversion_id"] and row["event_id"] in by_id
            ]
            shares.sort(key=lambda pair: (pair[0], pair[1]["occurred_at"], pair[1]["event_id"].bytes))
            face = shares[-1][1] if shares else None
            touches = [touch for _, touch in shares]
            unit = Unit(lead["conversion_id"], lead["occurred_at"], "c:" + lead["subject"], face, touches)
            found.append(unit)
        return found

    # -- outcomes

    def owner(self, units: list[Unit], credit: Row) -> Unit | None:
        owners = [
            unit for unit in units if any(touch["event_id"] == credit["event_id"] for touch in unit.touches)
        ]
        if self.cut.unit is not Denominator.LEADS:
            return owners[0] if owners else None
        before = [unit for unit in owners if unit.at <= credit["converted_at"]]
        return max(before, key=lambda unit: (unit.at, unit.id.bytes), default=None)

    def cells(self) -> dict[tuple[str, ...], Sums]:
        units = self.units()
        if self.cut.basis is Basis.COHORT:
            self.cohort(units)
        else:
            self.period(units)
        self.bots()
        for keys, visitors in self.by_visitor.items():
            self.sum_up(self.found[keys], visitors)
        for keys, conversions in self.reached.items():
            self.found[keys].conversions = len(conversions)
        return dict(self.found)

    def counted(self, unit: Unit) -> bool:
        if not self.in_period(unit.at) or not self.belongs(unit.face, unit.at):
            return False
        return not (self.cut.mature_only and self.is_open(unit))

    def is_open(self, unit: Unit) -> bool:
        return any(self.closes(touch) > self.cut.as_of for touch in unit.touches)

    def cohort(self, units: list[Unit]) -> None:
        ordered = sorted(
            (row for row in self.credits if row["definition_id"] == ORDER),
            key=lambda row: (row["converted_at"], row["conversion_id"].bytes, row["event_id"].bytes),
        )
        for credit in ordered:
            unit = self.owner(units, credit)
            if unit is None or not self.counted(unit):
                continue
            if not unit.conversions:
                unit.first_type = credit["customer_type"]
            unit.conversions[credit["conversion_id"]] = credit["customer_type"]
            unit.versions.add(credit["version"])
            if self.wanted_types and credit["customer_type"] not in self.wanted_types:
                continue
            keys = self.keys(unit.face, unit.at, credit["customer_type"])
            self.found[keys].share_ppb += credit["share_ppb"]
            self.reached[keys].add(credit["conversion_id"])
        for unit in units:
            if self.counted(unit):
                for customer_type in self.types():
                    self.add_unit(unit, customer_type)

    def add_unit(self, unit: Unit, customer_type: str | None) -> None:
        keys = self.keys(unit.face, unit.at, customer_type)
        converted = bool(unit.conversions)
        if customer_type is not None:
            converted = converted and unit.first_type == customer_type
        if self.wanted_types:
            converted = converted and unit.first_type in self.wanted_types
        sums = self.found[keys]
        sums.immature += self.is_open(unit)
        sums.crossing += converted and self.cut.version not in unit.versions
        pair = self.by_visitor[keys][unit.cluster]
        pair[0] += 1
        pair[1] += converted

    def period(self, units: list[Unit]) -> None:
        for unit in units:
            if self.counted(unit):
                for customer_type in self.types():
                    self.by_visitor[self.keys(unit.face, unit.at, customer_type)][unit.cluster][0] += 1
        by_id = {touch["event_id"]: touch for touch in self.touches}
        for credit in self.credits:
            touch = by_id.get(credit["event_id"])
            at = credit["converted_at"]
            if credit["definition_id"] != ORDER or not self.in_period(at) or not self.belongs(touch, at):
                continue
            if self.wanted_types and credit["customer_type"] not in self.wanted_types:
                continue
            keys = self.keys(touch, at, credit["customer_type"])
            cluster = self.cluster(touch) if touch else "e:" + credit["event_id"].hex
            if self.cut.unit is Denominator.LEADS:
                cluster = "c:" + credit["subject"]
            self.by_visitor[keys][cluster][1] += credit["share_ppb"]
            self.found[keys].share_ppb += credit["share_ppb"]
            self.reached[keys].add(credit["conversion_id"])

    def aside(self) -> int:
        """Conversions of the period with credit here, none of which any unit of any day has earned."""
        if self.cut.basis is Basis.PERIOD:
            return 0
        units, by_id = self.units(), {touch["event_id"]: touch for touch in self.touches}
        here: dict[Any, bool] = {}
        for credit in self.credits:
            touch, at = by_id.get(credit["event_id"]), credit["converted_at"]
            if credit["definition_id"] != ORDER or not self.in_period(at) or not self.belongs(touch, at):
                continue
            if self.wanted_types and credit["customer_type"] not in self.wanted_types:
                continue
            earned = self.owner(units, credit) is not None
            here[credit["conversion_id"]] = here.get(credit["conversion_id"], False) or earned
        return sum(not earned for earned in here.values())

    def days(self) -> tuple[date | None, date | None]:
        """The days of the earliest and the latest unit."""
        found = [self.local(unit.at).date() for unit in self.units() if self.counted(unit)]
        return min(found, default=None), max(found, default=None)

    def bots(self) -> None:
        for touch in self.touches:
            at = touch["occurred_at"]
            if touch["counts"] or not self.of_kind(touch) or not self.in_period(at):
                continue
            if self.belongs(touch, at):
                for customer_type in self.types():
                    self.found[self.keys(touch, at, customer_type)].excluded += 1

    def sum_up(self, sums: Sums, visitors: dict[str, list[int]]) -> None:
        for units, successes in visitors.values():
            sums.units += units
            sums.successes += successes
            sums.clusters += 1
            sums.units_sq += units * units
            sums.successes_sq += successes * successes
            sums.units_successes += units * successes
            sums.largest = max(sums.largest, units)
