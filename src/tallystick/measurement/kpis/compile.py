"""From a cut to one SQL text that gives the sufficient statistics of its cells. Identifier: KPI-COMPILE.

The text is a chain of named steps, from touchpoints over units and the credit that reached them to
cells, and it is the same for every engine up to its dialect. `lineage` continues the same chain down to rows,
which is why the rows of a cell count exactly to its figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tallystick.measurement.kpis.cuts import Cut, Segment, parameters
from tallystick.measurement.kpis.dialects import render
from tallystick.measurement.kpis.dimensions import CUSTOMER_TYPES, DIMENSIONS, About, expression
from tallystick.measurement.kpis.units import Step, is_unit_kind, touches, unit_steps, within
from tallystick.partners.programs.rules import Basis, Denominator

_SEGMENTS: Final = {
    Segment.PARTNER: "{row}.partner_id IS NOT NULL",
    Segment.HOUSE: "{row}.partner_id IS NULL AND {row}.channel_id IS NOT NULL",
    Segment.ALL: "TRUE",
}
_TYPES: Final = ", ".join(f"('{name}')" for name in CUSTOMER_TYPES)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One SQL text of an engine's dialect, and the values of the parameters it names."""

    sql: str
    parameters: dict[str, Any]


def compile_cells(cut: Cut, *, dialect: str) -> Compiled:
    """The SQL text whose rows are the cells of a cut.

    Columns: k1, k2 … (the keys as text, in the order of `by`; without `by` k1 is 'all'), units, successes,
    clusters, units_sq, successes_sq, units_successes, largest, immature, crossing, excluded, conversions, share_ppb.
    successes: converted units on the cohort basis, parts per billion of conversions on the period basis.
    A cut without any unit, credit or excluded touchpoint has no rows: `totals` has one for it all the same.
    """
    steps = cohort_steps(cut) if cut.basis is Basis.COHORT else period_steps(cut)
    return finish([*steps, *cell_steps(cut)], _last_select(cut), cut, dialect=dialect)


def finish(steps: Iterable[Step], last: str, cut: Cut, *, dialect: str, **more: Any) -> Compiled:
    """Join steps into one text in an engine's dialect, and keep the parameters that it uses."""
    chain = ",\n".join(f"{step.name} AS ({step.select})" for step in steps)
    sql, names = render(f"WITH {chain}\n{last}", dialect)
    values = parameters(cut) | more
    return Compiled(sql, {name: values[name] for name in sorted(names)})


def cohort_steps(cut: Cut) -> list[Step]:
    """From touchpoints to `counted` units, the credit that `reached` them, their `outcomes`, and `entries`."""
    return [
        touches(cut),
        *unit_steps(cut),
        _counted(cut),
        _reached(cut),
        _outcomes(),
        Step("entries", f"{_unit_entries(cut)} UNION ALL {_excluded_entries(cut)}"),
        Step(
            "counting",
            f"SELECT {_reach_keys(cut)}, r.conversion_id, r.share_ppb FROM reached AS r {_reach_where(cut)}",
        ),
    ]


def period_steps(cut: Cut) -> list[Step]:
    """From touchpoints to `counted` units, the `dated` credit of the period beside them, and `entries`."""
    return [
        touches(cut),
        *unit_steps(cut),
        _counted(cut),
        _dated(cut),
        Step(
            "entries",
            f"{_unit_entries(cut)} UNION ALL "
            f"SELECT {_names(cut)}, cluster, 0, share_ppb, 0, 0, 0 FROM dated UNION ALL {_excluded_entries(cut)}",
        ),
        Step("counting", f"SELECT {_names(cut)}, conversion_id, share_ppb FROM dated"),
    ]


def converts(cut: Cut) -> str:
    """The condition that a unit `u` with outcome `o` counts as converted in its cell."""
    wanted = ["o.unit_id IS NOT NULL"]
    wanted += [f"o.first_type = $where_{n}" for n, _ in _outcome_filters(cut)]
    wanted += ["o.first_type = types.customer_type"] if cut.splits_outcomes else []
    return " AND ".join(wanted)


def counts_for_cell(cut: Cut, row: str) -> str:
    """The condition that a conversion's row passes the filters on what conversions are like."""
    filters = [f"{_key('customer_type', row, '')} = $where_{n}" for n, _ in _outcome_filters(cut)]
    return " AND ".join(["TRUE", *filters])


def _counted(cut: Cut) -> Step:
    keys = "".join(
        f", {_key(name, 'u', 'u.dated_at')} AS k{n}"
        for n, name in enumerate(cut.by, 1)
        if DIMENSIONS[name].about is not About.OUTCOME
    )
    mature = " AND u.due_us <= $as_of_us" if cut.mature_only else ""
    conditions = f"{passes(cut, 'u', 'u.dated_at')}{mature}"
    select = f"SELECT u.unit_id, u.dated_at, u.due_us, u.cluster{keys} FROM units AS u WHERE {conditions}"
    return Step("counted", select)


def _reached(cut: Cut) -> Step:
    """Credit of the definition that reached a counted unit: one row a conversion and touchpoint."""
    columns = f"""c.conversion_id, c.event_id, c.converted_at, c.touched_at, c.version, c.share_ppb,
          {_key("customer_type", "c", "")} AS customer_type"""
    wanted = (
        "c.program_id = $program AND c.definition_id = $definition "
        "AND c.share_ppb > 0 AND c.converted_at <= $as_of"
    )
    if cut.unit is not Denominator.LEADS:
        source = f"""SELECT m.unit_id, {columns}
          FROM paths AS c JOIN members AS m ON m.event_id = c.event_id WHERE {wanted}"""
    else:
        # A touchpoint may have led to several leads: its credit goes to the latest one before the conversion.
        source = f"""SELECT m.unit_id, {columns},
            ROW_NUMBER() OVER (PARTITION BY c.conversion_id, c.event_id
              ORDER BY m.dated_at DESC, m.unit_id DESC) AS place
          FROM paths AS c JOIN members AS m ON m.event_id = c.event_id AND m.dated_at <= c.converted_at
          WHERE {wanted}"""
    keys = "".join(
        f", u.k{n}" for n, name in enumerate(cut.by, 1) if DIMENSIONS[name].about is not About.OUTCOME
    )
    latest = "WHERE r.place = 1" if cut.unit is Denominator.LEADS else ""
    return Step(
        "reached",
        f"SELECT r.*{keys} FROM ({source}) AS r JOIN counted AS u ON u.unit_id = r.unit_id {latest}",
    )


def _outcomes() -> Step:
    return Step(
        "outcomes",
        """
        SELECT unit_id,
          MAX(CASE WHEN nth = 1 THEN customer_type END) AS first_type,
          MAX(CASE WHEN version = $version THEN 1 ELSE 0 END) AS under_version
        FROM (SELECT r.unit_id, r.customer_type, r.version,
                ROW_NUMBER() OVER (PARTITION BY r.unit_id
                  ORDER BY r.converted_at, r.conversion_id, r.event_id) AS nth
              FROM reached AS r) AS ordered
        GROUP BY unit_id
        """,
    )


def _dated(cut: Cut) -> Step:
    """Credit of conversions dated in the period, with the keys of the touchpoint that earned it."""
    keys = ", ".join(
        f"{_key(name, 'c' if DIMENSIONS[name].about is About.OUTCOME else 't', 'c.converted_at')} AS k{n}"
        for n, name in enumerate(cut.by, 1)
    )
    cluster = (
        "'l:' || c.subject"
        if cut.unit is Denominator.LEADS
        else "COALESCE(t.cluster, 'e:' || ID_TEXT(c.event_id))"
    )
    return Step(
        "dated",
        f"""
        SELECT {keys or "'all' AS k1"}, {cluster} AS cluster, c.conversion_id, c.event_id, c.converted_at,
          c.touched_at, c.version, c.share_ppb, {_key("customer_type", "c", "")} AS customer_type
        FROM paths AS c LEFT JOIN touches AS t ON t.event_id = c.event_id
        WHERE c.program_id = $program AND c.definition_id = $definition AND c.share_ppb > 0
          AND c.converted_at <= $as_of{within(cut, "c.converted_at")}
          AND {passes(cut, "t", "c.converted_at")} AND {counts_for_cell(cut, "c")}
        """,
    )


def _unit_entries(cut: Cut) -> str:
    cohort = cut.basis is Basis.COHORT
    converted = f"CASE WHEN {converts(cut)} THEN 1 ELSE 0 END" if cohort else "0"
    crossing = f"CASE WHEN {converts(cut)} AND o.under_version = 0 THEN 1 ELSE 0 END" if cohort else "0"
    immature = "CASE WHEN u.due_us > $as_of_us THEN 1 ELSE 0 END" if cohort else "0"
    outcomes = "LEFT JOIN outcomes AS o ON o.unit_id = u.unit_id" if cohort else ""
    return f"""
        SELECT {_unit_keys(cut)}, u.cluster, 1 AS u, {converted} AS s, {immature} AS immature,
          {crossing} AS crossing, 0 AS excluded
        FROM counted AS u {outcomes} {_each_type(cut)}
        """


def _excluded_entries(cut: Cut) -> str:
    keys = ", ".join(
        "types.customer_type" if DIMENSIONS[name].about is About.OUTCOME else _key(name, "t", "t.occurred_at")
        for name in cut.by
    )
    return f"""
        SELECT {keys or "'all'"}, NULL, 0, 0, 0, 0, 1
        FROM touches AS t {_each_type(cut)}
        WHERE NOT t.counts AND {is_unit_kind(cut, "t")}{within(cut, "t.occurred_at")}
          AND {passes(cut, "t", "t.occurred_at")}
        """


def cell_steps(cut: Cut) -> list[Step]:
    """From `entries` and `counting` over clusters to `cells`, and the conversions in `reach` of each."""
    names = _names(cut)
    by_cluster = f"""
        SELECT {names}, cluster, SUM(u) AS u, SUM(s) AS s, SUM(immature) AS immature,
          SUM(crossing) AS crossing, SUM(excluded) AS excluded
        FROM entries GROUP BY {names}, cluster
        """
    cells = f"""
        SELECT {names}, SUM(u) AS units, SUM(s) AS successes,
          COUNT(CASE WHEN u > 0 OR s > 0 THEN 1 END) AS clusters,
          SUM(u * u) AS units_sq, SUM(WIDE(s) * s) AS successes_sq, SUM(WIDE(u) * s) AS units_successes,
          MAX(u) AS largest, SUM(immature) AS immature, SUM(crossing) AS crossing, SUM(excluded) AS excluded
        FROM by_cluster GROUP BY {names}
        """
    reach = f"""
        SELECT {names}, EXACT_DISTINCT(conversion_id) AS conversions, SUM(share_ppb) AS share_ppb
        FROM counting GROUP BY {names}
        """
    return [Step("by_cluster", by_cluster), Step("cells", cells), Step("reach", reach)]


def _last_select(cut: Cut) -> str:
    keys = [f"k{n}" for n in range(1, max(1, len(cut.by)) + 1)]
    same = " AND ".join(f"r.{key} = c.{key}" for key in keys)
    return f"""
        SELECT c.*, COALESCE(r.conversions, 0) AS conversions, COALESCE(r.share_ppb, 0) AS share_ppb
        FROM cells AS c LEFT JOIN reach AS r ON {same}
        ORDER BY {", ".join(f"c.{key}" for key in keys)}
        """


def passes(cut: Cut, row: str, at: str) -> str:
    """The condition that a touchpoint or unit is of the segment and passes the filters on what it is like."""
    conditions = [_SEGMENTS[cut.segment].format(row=row)]
    conditions += [
        f"{_key(name, row, at)} = $where_{n}"
        for n, (name, _) in enumerate(cut.where)
        if DIMENSIONS[name].about is not About.OUTCOME
    ]
    return " AND ".join(conditions)


def _outcome_filters(cut: Cut) -> list[tuple[int, str]]:
    return [(n, name) for n, (name, _) in enumerate(cut.where) if DIMENSIONS[name].about is About.OUTCOME]


def _key(name: str, row: str, at: str) -> str:
    return expression(name, row=row, at=at)


def _names(cut: Cut) -> str:
    return ", ".join(f"k{n}" for n in range(1, max(1, len(cut.by)) + 1))


def _unit_keys(cut: Cut) -> str:
    keys = ", ".join(
        f"types.customer_type AS k{n}" if DIMENSIONS[name].about is About.OUTCOME else f"u.k{n} AS k{n}"
        for n, name in enumerate(cut.by, 1)
    )
    return keys or "'all' AS k1"


def _reach_keys(cut: Cut) -> str:
    keys = ", ".join(
        f"r.customer_type AS k{n}" if DIMENSIONS[name].about is About.OUTCOME else f"r.k{n} AS k{n}"
        for n, name in enumerate(cut.by, 1)
    )
    return keys or "'all' AS k1"


def _reach_where(cut: Cut) -> str:
    return f"WHERE {counts_for_cell(cut, 'r')}"


def _each_type(cut: Cut) -> str:
    return f"CROSS JOIN (VALUES {_TYPES}) AS types(customer_type)" if cut.splits_outcomes else ""
