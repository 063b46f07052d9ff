"""The parts that all SQL texts are put together from: steps, keys, who somebody is, whose a row is.

Identifiers: KPI-CLUSTER, KPI-SEGMENT, KPI-COMPILE.

Every row that is counted says by `part` in which cells it is: OURS (of the segment, and it passes the filters), HOUSE
(of a house channel, and it passes those that mean something there), or both. APART is added where a label excludes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import DIMENSIONS, About, expression
from tallystick.measurement.kpis.kinds import Segment
from tallystick.measurement.kpis.measures import RELATIONS

OURS: Final = 1
HOUSE: Final = 2
APART: Final = 4

SUBJECT: Final = 5
"""The `tag` of a cluster that is the subject of a conversion. Smaller ones are those of a touchpoint's person."""
ORDER: Final = 6
ITEM: Final = 7

_SEGMENTS: Final = {
    Segment.PARTNER: "{row}.partner_id IS NOT NULL",
    Segment.HOUSE: "({row}.partner_id IS NULL AND {row}.channel_id IS NOT NULL)",
    Segment.ALL: "TRUE",
}


class Step(NamedTuple):
    """One common table expression: a name and the SELECT behind it."""

    name: str
    select: str


class Who(NamedTuple):
    """Two expressions that name a cluster: what sort of name it is, and the name."""

    tag: str
    name: str


def person(row: str) -> Who:
    """Who a touchpoint is of: the visitor, else customer, account, session, else itself. Identifier: KPI-CLUSTER."""
    names = [f"{row}.{name}" for name in ("visitor", "customer", "account", "session")]
    known = " ".join(f"WHEN {name} IS NOT NULL THEN {n}" for n, name in enumerate(names))
    return Who(f"CASE {known} ELSE 4 END", f"COALESCE({', '.join(names)}, ID_TEXT({row}.event_id))")


def subject(row: str) -> Who:
    """Who a conversion is of."""
    return Who(str(SUBJECT), f"{row}.subject")


def within(cut: Cut, column: str) -> str:
    """The condition that an instant lies in the cut's period, beginning with AND; empty for an open period."""
    start = f" AND {column} >= $start" if cut.start else ""
    end = f" AND {column} < $end" if cut.end else ""
    return start + end


def credited(cut: Cut, row: str) -> str:
    """The conditions that a row of `paths` is of the program's definition, up to `as_of`."""
    money = f" AND {row}.currency = $currency" if cut.currency else ""
    return (
        f"{row}.program_id = $program AND {row}.definition_id = $definition "
        f"AND {row}.converted_at <= $as_of{money}"
    )


def passes(cut: Cut, row: str, at: str) -> str:
    """The condition that a touchpoint or unit is of the segment and passes the filters on what it is like."""
    conditions = [_SEGMENTS[cut.segment].format(row=row)]
    conditions += [f"{expression(name, row=row, at=at)} = $where_{n}" for n, name in _unit_filters(cut)]
    return " AND ".join(conditions)


def passes_as_house(cut: Cut, row: str, at: str) -> str:
    """The condition that a row belongs to the baseline: of a house channel, whatever is asked about sources."""
    conditions = [_SEGMENTS[Segment.HOUSE].format(row=row)]
    conditions += [
        f"{expression(name, row=row, at=at)} = $where_{n}"
        for n, name in _unit_filters(cut)
        if DIMENSIONS[name].about is not About.SOURCE
    ]
    return " AND ".join(conditions)


def is_seen(cut: Cut, row: str, at: str) -> str:
    """The condition that a row is in any cell."""
    ours = passes(cut, row, at)
    return f"(({ours}) OR ({passes_as_house(cut, row, at)}))" if cut.baseline else f"({ours})"


def part(cut: Cut, row: str, at: str, *, counts: str = "") -> str:
    """In which cells a row is that `is_seen`. counts: the condition that no label excludes it."""
    ours = str(OURS)
    if cut.baseline:
        ours = (
            f"CASE WHEN {passes(cut, row, at)} THEN {OURS} ELSE 0 END "
            f"+ CASE WHEN {passes_as_house(cut, row, at)} THEN {HOUSE} ELSE 0 END"
        )
    return f"{ours} + CASE WHEN {counts} THEN 0 ELSE {APART} END" if counts else ours


def is_part(side: int, *, apart: bool = False) -> str:
    """The condition that a row is in the cells of one side."""
    wanted = [found + (APART if apart else 0) for found in (side, OURS | HOUSE)]
    return f"part IN ({', '.join(map(str, wanted))})"


def outcome_filters(cut: Cut) -> list[tuple[int, str]]:
    """The filters on what conversions are like, with their numbers."""
    return [(n, name) for n, (name, _) in enumerate(cut.where) if DIMENSIONS[name].about is About.OUTCOME]


def passes_as_outcome(cut: Cut, row: str) -> str:
    """The condition that a row of `paths` passes the filters on what conversions are like."""
    found = [f"{expression(name, row=row, at='')} = $where_{n}" for n, name in outcome_filters(cut)]
    return " AND ".join(found) or "TRUE"


def keys(cut: Cut, row: str, at: str) -> str:
    """The raw keys of a row as k1, k2, …, each followed by a comma; those of conversions if it is one."""
    return "".join(f"{expression(name, row=row, at=at)} AS k{n}, " for n, name in enumerate(cut.by, 1))


def unit_keys(cut: Cut, row: str, at: str) -> str:
    """The raw keys of a unit: what tells apart conversions is blank, until `spread_over_types`."""
    found = ("''" if n in cut.split else expression(name, row=row, at=at) for n, name in enumerate(cut.by, 1))
    return "".join(f"{key} AS k{n}, " for n, key in enumerate(found, 1))


def names(cut: Cut, row: str = "") -> str:
    """k1, k2, …, each followed by a comma."""
    return "".join(f"{row}k{n}, " for n in range(1, len(cut.by) + 1))


def chain(parts: Iterable[str]) -> str:
    """SELECTs one below the other."""
    return "\nUNION ALL\n".join(parts)


def has(fact: str, column: str) -> bool:
    """Whether the rows of a relation have a column."""
    return column in RELATIONS[fact].columns


def _unit_filters(cut: Cut) -> list[tuple[int, str]]:
    return [(n, name) for n, (name, _) in enumerate(cut.where) if DIMENSIONS[name].about is not About.OUTCOME]
