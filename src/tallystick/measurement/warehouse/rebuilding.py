"""Write days anew from what the database says: after a file was lost, or when someone wants to be sure.

Identifier: WH-REBUILD. The content of a day is a function of the day and the cursor, so that what is written is what
should lie there. The worker may publish meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tallystick.foundation.lanes import advance, lane, position
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.errors import Foreseen
from tallystick.kit.failpoints import reach
from tallystick.measurement.warehouse import configured, files, manifest, rules
from tallystick.measurement.warehouse.standing import Choice, Day, Standing, standing

REACHED: Final = "warehouse.rebuild"
"""The name of the lane cursor that remembers how far a rebuild came, so that it can go on."""

TRIES: Final = 20
"""How often a day is written before giving up: each time its files were replaced by somebody else meanwhile."""


class DayKeepsChanging(Foreseen):
    """A day's files were replaced by others each time that it had been written anew."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One day written anew: how many rows, in how many files."""

    day: Day
    rows: int
    files: int


def rebuild(
    brand_id: UUID,
    *,
    days: Sequence[Day],
    choice: Choice,
    seen: Callable[[Rebuilt], None] = lambda _day: None,
) -> None:
    """Write days anew as of the published cursors; each is swapped in by itself and stands whatever comes after.

    1. Read the day's live files and its cursor. 2. Write the day's rows as of that cursor, outside any transaction.
    3. In one short transaction under the brand's lane: if all those files are still live, retire them and name the new
    ones; parts that were added meanwhile hold later rows, and stay. Otherwise begin the day again. How far it came is
    remembered in the same transaction. Stopped at any point, it has lost nothing. Raises DayKeepsChanging, BadFact.
    """
    for day in days:
        seen(_rebuild_day(brand_id, day, choice))
    if not choice.damaged:
        with lane(brand_id):
            advance(REACHED, None)


def still_to_do(brand_id: UUID, *, days: Sequence[Day], choice: Choice) -> list[Day]:
    """The days that a rebuild of the same choice had not come to when it was stopped; all if there was none."""
    with brand_scope(brand_id):
        reached = position(REACHED)
    if reached is None or reached["choice"] != _as_json(choice):
        return list(days)
    places = [place for place, day in enumerate(days) if _name(day) == reached["day"]]
    return list(days[places[0] + 1 :]) if places else list(days)


def _rebuild_day(brand_id: UUID, day: Day, choice: Choice) -> Rebuilt:
    root = configured.warehouse_dir()
    for _ in range(TRIES):
        with brand_scope(brand_id):
            stood = standing(day)
            parts = _write(root, brand_id, day, stood.cursor)
        is_swapped = False
        try:
            is_swapped = _swap(brand_id, day, stood, parts, choice)
        finally:
            if not is_swapped:
                files.discard(root, parts)
        if is_swapped:
            reach("warehouse.rebuilt")
            return Rebuilt(day, _rows(day, parts), len(parts))
    raise DayKeepsChanging(
        "%(table)s of %(day)s changed while it was written, %(tries)s times. What was there is kept. Try again later.",
        table=day.source.table.name,
        day=day.day,
        tries=TRIES,
    )


def _write(root: Path, brand_id: UUID, day: Day, cursor: Any) -> tuple[files.Part, ...]:
    rows = day.source.rows(day.day, upto=cursor)
    return files.write_day(root, rows, brand_id=brand_id, table=day.source.table, day=day.day)


def _swap(brand_id: UUID, day: Day, stood: Standing, parts: Sequence[files.Part], choice: Choice) -> bool:
    with lane(brand_id):
        now = clock.now()
        is_swapped = (
            files.are_whole(configured.warehouse_dir(), parts)
            and _holds(day, stood)
            and manifest.replace(stood.paths, at=now)
        )
        if is_swapped:
            manifest.name(parts, at=now)
            if not choice.damaged:
                advance(REACHED, {"choice": _as_json(choice), "day": _name(day)})
            reach("warehouse.rebuilding")
    return is_swapped


def _holds(day: Day, stood: Standing) -> bool:
    """Whether it can be told from the files whether the day was written again by somebody else.

    A day whose rows changed had all its files retired; new rows lie in files of their own. Where there was no file that
    could have been retired, only the cursor tells.
    """
    return all(stood.files.values()) or position(rules.cursor_name(day.source.table)) == stood.cursor


def _rows(day: Day, parts: Sequence[files.Part]) -> int:
    return sum(part.rows for part in parts if part.table == day.tables[0].name)


def _as_json(choice: Choice) -> dict[str, Any]:
    return {"tables": sorted(choice.tables), "first": _text(choice.first), "last": _text(choice.last)}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _name(day: Day) -> list[str]:
    return [day.source.table.name, day.day.isoformat()]
