"""One engine over one snapshot: runs what was compiled on the files that can matter, and remembers what came out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tallystick.kit import clock
from tallystick.measurement.kpis.cells import Statistics, read_statistics, scales
from tallystick.measurement.kpis.compile import Compiled, compile_cells
from tallystick.measurement.kpis.cuts import Cut, days_read
from tallystick.measurement.kpis.dimensions import Key, as_key
from tallystick.measurement.kpis.rollup import is_counted_already
from tallystick.measurement.kpis.sums import BASELINE, OTHER_ROW, ROW, TOTAL
from tallystick.measurement.warehouse.engine import Engine
from tallystick.measurement.warehouse.queries import Snapshot

MOST_KEPT: Final = 64
MOST_KEPT_ROWS: Final = 20_000
"""A result with more rows is not kept. Together the two bound the memory of what is."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The sums of all cells of a cut.

    other: of all keys beyond `top`. first_on, last_on: the days of the earliest and the latest unit, in the program's
    zone; None without units, and where no intervals were asked for. aside: conversions that no unit of any cell shows.
    """

    rows: Mapping[tuple[Key, ...], Statistics]
    other: Statistics | None
    total: Statistics
    baseline: Statistics
    first_on: date | None
    last_on: date | None
    aside: int


class Run:
    """Runs the cuts of one question."""

    def __init__(self, engine: Engine, snapshot: Snapshot) -> None:
        self.engine, self.snapshot = engine, snapshot
        self._pooled: dict[Cut, Fraction | None] = {}

    def rows(self, compiled: Compiled, cut: Cut, *, more: tuple[str, ...] = ()) -> Rows:
        """What one text gives on the files that can matter. more: fact tables that it reads besides the cut's."""
        files = self._files(cut, more)
        parameters = dict(compiled.parameters)
        # A later instant than all there is decides nothing, so that the next question finds this one's answer.
        settled = not cut.open_windows and _reaches_all(cut.as_of, files)
        key = (
            self.engine.dialect,
            compiled.sql,
            tuple(item for item in parameters.items() if not (settled and item[0] in ("as_of", "as_of_us"))),
            tuple((table, tuple(paths)) for table, paths in files.items()),
        )
        found = _KEPT.get(key)
        if found is None:
            found = self.engine.rows(compiled.sql, parameters, tables=files)
            _KEPT.put(key, found)
        return found

    def found(self, cut: Cut) -> Found:
        """The cells of a cut."""
        rollups = is_counted_already(cut) and self._has_rollups(cut)
        compiled = compile_cells(cut, dialect=self.engine.dialect, rollups=rollups)
        rows = self.rows(compiled, cut, more=("touch_counts",) if rollups else ())
        of_scope = {
            scope: [row for row in rows if row["scope"] == scope]
            for scope in (ROW, OTHER_ROW, TOTAL, BASELINE)
        }
        (total,) = of_scope[TOTAL]
        return Found(
            rows={_keys(row, cut): _sums(row, cut) for row in of_scope[ROW]},
            other=next((_sums(row, cut) for row in of_scope[OTHER_ROW] if _is_anything(row)), None),
            total=_sums(total, cut),
            baseline=next((_sums(row, cut) for row in of_scope[BASELINE]), nothing(cut)),
            first_on=_day(int(total["first_us"]), cut.zone),
            last_on=_day(int(total["last_us"]), cut.zone),
            aside=int(total["aside"]),
        )

    def pooled(self, cut: Cut) -> Fraction | None:
        """The ratio of the cut's segment without any filter: the same for a row and for the page it opens to."""
        whole = replace(cut, by=(), where=(), top=None, baseline=False, clustered=False)
        if whole not in self._pooled:
            self._pooled[whole] = self.found(whole).total.ratio
        return self._pooled[whole]

    def remember(self, cut: Cut, total: Statistics) -> None:
        """Know the total of a cut without filters as its pooled ratio."""
        if not cut.where:
            whole = replace(cut, by=(), top=None, baseline=False, clustered=False)
            self._pooled[whole] = total.ratio

    def kept_from(self, cut: Cut) -> date | None:
        """The first day from which on all that a cut reads is kept, where it would read earlier ones (WH-KEEP)."""
        kept = self.snapshot.kept_from
        rollups = is_counted_already(cut) and self._has_rollups(cut)
        days = _days_of_tables(cut, ("touch_counts",) if rollups else ())
        later = [
            kept[table] for table in days if table in kept and (days[table][0] or date.min) < kept[table]
        ]
        return max(later, default=None)

    def _files(self, cut: Cut, more: tuple[str, ...]) -> Mapping[str, list[Path]]:
        days = _days_of_tables(cut, more)
        return {
            table: self.snapshot.paths(table, first=first, last=last) for table, (first, last) in days.items()
        }

    def _has_rollups(self, cut: Cut) -> bool:
        """Whether every day of touchpoints that a cut reads is counted."""
        first, last = days_read(cut).get("touchpoints", (None, None))
        inside = [
            file
            for file in self.snapshot.files
            if (first is None or file.day >= first) and (last is None or file.day <= last)
        ]
        days = {
            table: {file.day for file in inside if file.table == table}
            for table in ("touchpoints", "touch_counts")
        }
        return days["touchpoints"] <= days["touch_counts"]


def _days_of_tables(cut: Cut, more: tuple[str, ...]) -> dict[str, tuple[date | None, date | None]]:
    days = days_read(cut)
    if "touch_counts" in more:
        days["touch_counts"] = days.pop("touchpoints")
        return days
    return days | {table: (None, None) for table in more if table not in days}


def nothing(cut: Cut) -> Statistics:
    """The sums of a cell without anything in it."""
    return Statistics(basis=cut.basis, scales=scales(cut.kpi, cut.basis))


class _Kept:
    """What texts gave on files: exact for ever, because no file is ever written twice. The least used goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._rows: OrderedDict[Any, Rows] = OrderedDict()

    def get(self, key: Any) -> Rows | None:
        with self._lock:
            if key in self._rows:
                self._rows.move_to_end(key)
            return self._rows.get(key)

    def put(self, key: Any, rows: Rows) -> None:
        if len(rows) > MOST_KEPT_ROWS:
            return
        with self._lock:
            self._rows[key] = rows
            if len(self._rows) > self._most:
                self._rows.popitem(last=False)


_KEPT: Final = _Kept(MOST_KEPT)


def _reaches_all(as_of: datetime, files: Mapping[str, list[Path]]) -> bool:
    days = [path.parent.name.removeprefix("day=") for paths in files.values() for path in paths]
    try:
        last = max(map(date.fromisoformat, days), default=None)
    except ValueError:
        return False
    return last is None or as_of >= datetime.combine(last + timedelta(days=1), time.min, UTC)


def _sums(row: Mapping[str, Any], cut: Cut) -> Statistics:
    return read_statistics(row, cut.kpi, cut.basis)


def _is_anything(row: Mapping[str, Any]) -> bool:
    return any(row[name] for name in ("units", "successes", "excluded", "conversions"))


def _keys(row: Mapping[str, Any], cut: Cut) -> tuple[Key, ...]:
    return tuple(as_key(name, row[f"k{n}"]) for n, name in enumerate(cut.by, 1))


def _day(told: int, zone: str) -> date | None:
    """The day of an instant as `compile` tells it: one microsecond more, 0 for none."""
    return clock.day_of(clock.from_micros(told - 1), ZoneInfo(zone)) if told else None
