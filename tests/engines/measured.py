"""Which rows count for which KPI, in Python: written from the definitions, not from the catalogue or its SQL."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tallystick.measurement.kpis.cuts import Cut
from tallystick.partners.programs.rules import Denominator
from tests.engines.world import LEAD, PROGRAM, World

Row = dict[str, Any]

HALF_AN_HOUR, FOUR_HOURS, A_DAY = timedelta(minutes=30), timedelta(hours=4), timedelta(hours=24)

DIVIDED = {
    "partnership_conversion_rate",
    "click_to_lead_rate",
    "click_to_sale_rate",
    "lead_to_customer_rate",
    "revenue_per_click",
    "revenue_per_session",
}
"""KPIs that divide by clicks, sessions, leads or exposures."""

AMOUNTS = {
    "gross_revenue",
    "revenue_per_click",
    "revenue_per_session",
    "average_order_value",
    "revenue_concentration",
}


@dataclass
class Unit:
    """One thing that may convert."""

    id: Any
    at: datetime
    cluster: str
    face: Row | None
    touches: list[Row]


@dataclass
class One:
    """A row that counts: below the line, above it, as a part of some thing; dates: whether its day is a unit's."""

    row: Row
    at: datetime
    cluster: str
    below: int = 0
    above: int = 0
    thing: Any = None
    share: int = 0
    dates: bool = True


class RowsOf:
    """The rows of a world that a cut may look at."""

    def __init__(self, world: World, cut: Cut) -> None:
        self.world, self.cut = world, cut
        self.touches = [
            row
            for row in world.touchpoints
            if row["program_id"] == PROGRAM and row["occurred_at"] <= cut.as_of
        ]
        self._units: list[Unit] | None = None

    def paths(self, definition: Any) -> list[Row]:
        """What touchpoints did for conversions of a definition, in one currency where amounts are asked for."""
        found = [
            row
            for row in self.world.credits
            if row["program_id"] == PROGRAM
            and row["definition_id"] == definition
            and row["converted_at"] <= self.cut.as_of
            and (self.cut.currency is None or row["currency"] == self.cut.currency)
        ]
        return sorted(
            found, key=lambda row: (row["converted_at"], row["conversion_id"].bytes, row["event_id"].bytes)
        )

    def credits(self) -> list[Row]:
        return [row for row in self.paths(self.cut.definition_id) if row["share_ppb"] > 0]

    # -- units

    def person(self, touch: Row) -> str:
        for who in ("visitor", "customer", "account", "session"):
            if touch[who] is not None:
                return f"{who} {touch[who]}"
        return f"event {touch['event_id'].hex}"

    def subject(self, path: Row) -> str:
        return f"subject {path['subject']}"

    def closes(self, touch: Row) -> datetime:
        at: datetime = touch["touched_at"] if "touched_at" in touch else touch["occurred_at"]
        return at + timedelta(days=dict(self.cut.windows).get(touch["kind"], 0))

    def is_open(self, unit: Unit) -> bool:
        return any(self.closes(touch) > self.cut.as_of for touch in unit.touches)

    def of_kind(self, touch: Row) -> bool:
        match self.cut.unit:
            case Denominator.CLICKS:
                return bool(touch["kind"] == "click")
            case Denominator.EXPOSURES:
                return bool(touch["kind"] == "impression")
            case Denominator.SESSIONS:
                somebody = touch["visitor"] is not None or touch["session"] is not None
                return touch["kind"] != "impression" and (somebody or touch["kind"] == "click")
        return False

    def units(self) -> list[Unit]:
        if self._units is None:
            match self.cut.unit:
                case Denominator.SESSIONS:
                    self._units = self.sessions()
                case Denominator.LEADS:
                    self._units = self.leads()
                case _:
                    self._units = [
                        Unit(touch["event_id"], touch["occurred_at"], self.person(touch), touch, [touch])
                        for touch in self.touches
                        if touch["counts"] and self.of_kind(touch)
                    ]
        return self._units

    def sessions(self) -> list[Unit]:
        groups: dict[tuple[str, Any], list[Row]] = defaultdict(list)
        for touch in self.touches:
            if touch["counts"] and self.of_kind(touch):
                groups[(self.person(touch), touch["session"])].append(touch)
        found: list[Unit] = []
        for (_, key), touches in groups.items():
            touches.sort(key=lambda touch: (touch["occurred_at"], touch["event_id"].bytes))
            runs: list[list[Row]] = []
            for n, touch in enumerate(touches):
                pause = touch["occurred_at"] - touches[n - 1]["occurred_at"] if n else None
                if pause is None or pause > (HALF_AN_HOUR if key is None else FOUR_HOURS):
                    runs.append([])
                runs[-1].append(touch)
            found += [
                self.session([t for t in run if t["occurred_at"] - run[0]["occurred_at"] <= A_DAY])
                for run in runs
            ]
        return found

    def session(self, run: list[Row]) -> Unit:
        with_source = [touch for touch in run if touch["partner_id"] or touch["channel_id"]]
        face = with_source[0] if with_source else run[0]
        return Unit(run[0]["event_id"], run[0]["occurred_at"], self.person(run[0]), face, run)

    def leads(self) -> list[Unit]:
        found = []
        for lead in self.world.conversions:
            if lead["definition_id"] != LEAD or lead["program_id"] != PROGRAM:
                continue
            if lead["occurred_at"] > self.cut.as_of:
                continue
            earned = [
                row
                for row in self.world.credits
                if row["conversion_id"] == lead["conversion_id"] and row["share_ppb"] > 0
            ]
            earned.sort(key=lambda row: (row["share_ppb"], row["touched_at"], row["event_id"].bytes))
            face = earned[-1] if earned else None
            found.append(Unit(lead["conversion_id"], lead["occurred_at"], self.subject(lead), face, earned))
        return found

    def owner(self, units: list[Unit], path: Row) -> Unit | None:
        """The unit that a share converts: of leads the latest one before the conversion."""
        owners = [
            unit for unit in units if any(touch["event_id"] == path["event_id"] for touch in unit.touches)
        ]
        if self.cut.unit is not Denominator.LEADS:
            return owners[0] if owners else None
        before = [unit for unit in owners if unit.at <= path["converted_at"]]
        return max(before, key=lambda unit: (unit.at, unit.id.bytes), default=None)

    def could_be_earned(self, path: Row) -> bool:
        """Whether a touchpoint is of the kind that units are made of, and a part of one where these are several."""
        if self.cut.unit in (Denominator.LEADS, Denominator.SESSIONS):
            return self.owner(self.units(), path) is not None
        return bool(path["counts"]) and self.of_kind(path)


# -- KPIs


def click_through(rows: RowsOf) -> Iterator[One]:
    for touch in rows.touches:
        click, shown = touch["kind"] == "click", touch["kind"] == "impression"
        if touch["counts"] and (click or shown):
            yield One(touch, touch["occurred_at"], rows.person(touch), int(shown), int(click), dates=shown)


def invalid_traffic(rows: RowsOf) -> Iterator[One]:
    for touch in rows.touches:
        if touch["kind"] != "customer_binding":
            yield One(touch, touch["occurred_at"], rows.person(touch), 1, int(not touch["counts"]))


def attributed(rows: RowsOf) -> Iterator[One]:
    """Shares of conversions. Beside units whoever clicked is who somebody is; else whoever bought."""
    of_buyer = rows.cut.unit in (None, Denominator.LEADS)
    for path in rows.credits():
        share = path["share_ppb"]
        who = rows.subject(path) if of_buyer else rows.person(path)
        yield One(
            path,
            path["converted_at"],
            who,
            0,
            share,
            path["conversion_id"],
            share,
            dates=rows.cut.unit is None,
        )


def assisted(rows: RowsOf) -> Iterator[One]:
    """Conversions that a partner or channel touched without any credit for it."""
    paths = rows.paths(rows.cut.definition_id)
    earned: dict[Any, int] = defaultdict(int)
    for path in paths:
        earned[(path["conversion_id"], path["partner_id"] or path["channel_id"])] += path["share_ppb"]
    for path in paths:
        if path["counts"] and not earned[(path["conversion_id"], path["partner_id"] or path["channel_id"])]:
            yield One(path, path["converted_at"], rows.subject(path), thing=path["conversion_id"])


def revenue(rows: RowsOf) -> Iterator[One]:
    for one in attributed(rows):
        one.above = (one.row["value_minor"] or 0) * one.share
        yield one


def revenue_by_partner(rows: RowsOf) -> Iterator[One]:
    for one in revenue(rows):
        one.cluster = str(one.row["partner_id"])
        yield one


def order_value(rows: RowsOf) -> Iterator[One]:
    for one in revenue(rows):
        if one.row["value_minor"] is not None:
            one.below = one.share
            yield one


def of_known_history(kind: str) -> Callable[[RowsOf], Iterator[One]]:
    def found(rows: RowsOf) -> Iterator[One]:
        for one in attributed(rows):
            of = one.row["customer_type"]
            if of in ("new", "returning"):
                above = of == kind
                one.below, one.above = one.share, one.share if above else 0
                one.thing = one.thing if above else None
                yield one

    return found


def lost(rows: RowsOf) -> Iterator[One]:
    """Orders that the shop has and tracking should have seen, and those of them that it has not."""
    cut = rows.cut
    shop: dict[str, Row] = {}
    for order in sorted(
        rows.world.shop_orders, key=lambda row: (row["receipt_id"].bytes, row["report_id"].bytes)
    ):
        at, inside = order["ordered_at"], order["program_id"] == PROGRAM and order["ordered_at"] <= cut.as_of
        if inside and (cut.start is None or at >= cut.start) and (cut.end is None or at < cut.end):
            shop[order["order_number"].strip()] = order
    seen = [
        row for row in rows.world.outcomes if row["program_id"] == PROGRAM and row["occurred_at"] <= cut.as_of
    ]
    own = {order["source"] for order in shop.values()}
    orders = [
        row
        for row in seen
        if row["kind"] in ("purchase", "subscription", "renewal") and row["source"] not in own
    ]
    counted: dict[str, bool] = defaultdict(bool)
    for row in orders:
        if row["order_number"] is not None:
            counted[row["order_number"].strip()] |= row["label"] == "valid"
    named = {
        row["order_number"].strip()
        for row in seen
        if row["order_number"] is not None and row["kind"] not in ("refund", "chargeback", "cancellation")
    }
    began = min((row["occurred_at"] for row in orders if row["label"] == "valid"), default=None)
    unasked, unclaimed = defaultdict(list), defaultdict(list)
    for number in shop.keys() - counted.keys():
        unasked[loose(number)].append(number)
    for number in counted.keys() - shop.keys():
        unclaimed[loose(number)].append(number)
    for number, order in shop.items():
        alike = unclaimed[loose(number)] if unasked[loose(number)] == [number] else []
        match = number if number in counted else alike[0] if len(alike) == 1 else None
        known = match is not None or number in named or (began is not None and order["ordered_at"] >= began)
        if order["status"] in ("placed", "refunded") and known:
            missing = match is None or not counted[match]
            yield One(order, order["ordered_at"], order["order_number"], 1, int(missing))


def loose(number: str) -> str:
    bare = number.strip().lstrip("#").strip().lower()
    return bare.lstrip("0") or bare


MEASURED: dict[str, Callable[[RowsOf], Iterator[One]]] = {
    "click_through_rate": click_through,
    "invalid_traffic_rate": invalid_traffic,
    "attributed_conversions": attributed,
    "assisted_conversions": assisted,
    "gross_revenue": revenue,
    "revenue_per_click": revenue,
    "revenue_per_session": revenue,
    "average_order_value": order_value,
    "new_customer_rate": of_known_history("new"),
    "returning_share": of_known_history("returning"),
    "revenue_concentration": revenue_by_partner,
    "tracking_loss_rate": lost,
}
"""The KPIs whose rows are their own; the others are shares of conversions beside units."""
