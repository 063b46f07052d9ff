"""SQL of the cohort basis: units, the credit that reached them, and which of them converted.

Identifiers: KPI-COHORT, KPI-ASIDE. A unit that is one touchpoint is found on the paths by itself: `paths` says of it
all that `touchpoints` does.
"""

from __future__ import annotations

from typing import Final

from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import expression
from tallystick.measurement.kpis.measures import condition
from tallystick.measurement.kpis.steps import (
    Step,
    credited,
    is_seen,
    outcome_filters,
    part,
    passes,
    passes_as_outcome,
    person,
    unit_keys,
    within,
)
from tallystick.measurement.kpis.units import (
    apart_select,
    due,
    is_single,
    of_kind,
    same_visit,
    strays_select,
    unit_steps,
    units_select,
)
from tallystick.partners.programs.rules import Denominator

_OF_CREDIT: Final = (
    "conversion_id",
    "event_id",
    "receipt_id",
    "converted_at",
    "touched_at",
    "version",
    "share_ppb",
    "customer_type",
)


def cohort_steps(cut: Cut) -> list[Step]:
    """From units and the credit that `reached` them to their `outcomes`, to `entries` and to what is `counting`."""
    reached, outcomes, *others = reached_steps(cut)
    return [*unit_steps(cut), reached, outcomes, _entries(cut), *others]


def reached_steps(cut: Cut) -> list[Step]:
    """The steps of a cohort that need credit only: `reached`, `outcomes`, then `counting` and `crossed`."""
    return [_reached(cut), _outcomes(cut), _counting(cut), _crossed(cut)]


def converts(cut: Cut) -> str:
    """The condition that a unit with outcome `o` counts as converted under the question's filters."""
    wanted = ["o.unit_id IS NOT NULL"]
    wanted += [f"o.first_{name} = $where_{n}" for n, name in outcome_filters(cut)]
    return " AND ".join(wanted)


def aside_select(cut: Cut) -> str:
    """The SELECT of conversions dated in the period with credit here, none of it earned by a unit or a part of one."""
    joined, in_unit = "", f"c.counts AND ({of_kind(cut, 'c')})"
    earned = f"""{credited(cut, "c")} AND {condition(cut.numerator, "c")}{within(cut, "c.converted_at")}
          AND {passes(cut, "c", "c.converted_at")} AND {passes_as_outcome(cut, "c")}"""
    if cut.unit is Denominator.SESSIONS:
        who = person("c")
        persons = f"""SELECT DISTINCT {who.tag} AS tag, {who.name} AS who, c.session FROM paths AS c
            WHERE {earned} AND {in_unit}"""
        joined = f"LEFT JOIN ({strays_select(cut, persons)}) AS s ON s.event_id = c.event_id"
        in_unit += " AND s.event_id IS NULL"
    if cut.unit is Denominator.LEADS:
        joined = """LEFT JOIN (SELECT event_id, MIN(dated_at) AS first_at FROM members GROUP BY event_id) AS l
          ON l.event_id = c.event_id"""
        in_unit = "l.first_at <= c.converted_at"
    return f"""
        SELECT c.conversion_id
        FROM paths AS c {joined}
        WHERE {earned}
        GROUP BY c.conversion_id HAVING MAX(CASE WHEN {in_unit} THEN 1 ELSE 0 END) = 0
        """


def _reached(cut: Cut) -> Step:
    """Credit of the definition that reached a counted unit: one row a conversion and touchpoint, with its keys."""
    columns = f"""{", ".join(f"c.{name}" for name in _OF_CREDIT[:-1])},
      {expression("customer_type", row="c", at="")} AS customer_type"""
    types = "".join(f"{expression(name, row='c', at='')} AS of_{name}, " for name in _outcome_names(cut))
    wanted = f"{credited(cut, 'c')} AND {condition(cut.numerator, 'c')}"
    if is_single(cut):
        mature = f" AND {due(cut, 'c', 'touched_at')} <= $as_of_us" if cut.mature_only else ""
        return Step(
            "reached",
            f"""
            SELECT {part(cut, "c", "c.touched_at")} AS part, {unit_keys(cut, "c", "c.touched_at")} {types}
              c.event_id AS unit_id, {columns}
            FROM paths AS c
            WHERE {wanted} AND c.counts AND {of_kind(cut, "c")}{within(cut, "c.touched_at")}{mature}
              AND {is_seen(cut, "c", "c.touched_at")}
            """,
        )
    mature = " AND u.due_us <= $as_of_us" if cut.mature_only else ""
    of_credit = ", ".join(
        f"c.{name}" for name in (*_OF_CREDIT, *(f"of_{name}" for name in _outcome_names(cut)))
    )
    in_session, of_unit = "", "u.unit_id = c.unit_id"
    if cut.unit is Denominator.SESSIONS:
        who = person("c")
        found = f"""SELECT {types} {who.tag} AS tag, {who.name} AS who, c.session, {columns} FROM paths AS c
              WHERE {wanted} AND c.counts AND {of_kind(cut, "c")}"""
        of_unit, in_session = same_visit("u", "c"), " AND c.touched_at BETWEEN u.dated_at AND u.last_at"
    else:
        # A touchpoint may have led to several leads: its credit goes to the latest one before the conversion.
        found = f"""SELECT {types} m.unit_id, {columns} FROM paths AS c
                JOIN members AS m ON m.event_id = c.event_id AND m.dated_at <= c.converted_at
              WHERE {wanted} QUALIFY ROW_NUMBER() OVER (PARTITION BY c.conversion_id, c.event_id
                ORDER BY m.dated_at DESC, m.unit_id DESC) = 1"""
    return Step(
        "reached",
        f"""
        SELECT {part(cut, "u", "u.dated_at")} AS part, {unit_keys(cut, "u", "u.dated_at")} u.unit_id AS unit_id,
          {of_credit}
        FROM ({found}) AS c JOIN ({units_select(cut)}) AS u ON {of_unit}
        WHERE TRUE{in_session}{mature}
        """,
    )


def _outcomes(cut: Cut) -> Step:
    firsts = "".join(
        f"MAX(CASE WHEN nth = 1 THEN of_{name} END) AS first_{name}, " for name in _outcome_names(cut)
    )
    of_unit = "".join(f"MIN(k{n}) AS k{n}, " for n in range(1, len(cut.by) + 1))
    return Step(
        "outcomes",
        f"""
        SELECT unit_id, MIN(part) AS part, {of_unit}{firsts}
          MAX(CASE WHEN version = $version THEN 1 ELSE 0 END) AS under_version
        FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.unit_id
                ORDER BY r.converted_at, r.conversion_id, r.event_id) AS nth
              FROM reached AS r) AS ordered
        GROUP BY unit_id
        """,
    )


def _entries(cut: Cut) -> Step:
    """One row a unit: where it is counted, whose it is, whether it converted and whether it still may."""
    at = "u.dated_at"
    mature = "WHERE u.due_us <= $as_of_us OR NOT u.counts" if cut.mature_only else ""
    label = "u.counts" if is_single(cut) else ""
    immature = "CASE WHEN u.counts AND u.due_us > $as_of_us THEN 1 ELSE 0 END" if cut.open_windows else "0"
    units = f"""
        SELECT {part(cut, "u", at, counts=label)} AS part, {_keys_with_outcome(cut)} u.tag, u.who, 1 AS u,
          CASE WHEN {converts(cut)} THEN 1 ELSE 0 END AS s, {immature} AS immature
        FROM ({units_select(cut, apart=True)}) AS u LEFT JOIN outcomes AS o ON o.unit_id = u.unit_id {mature}
        """
    if is_single(cut) or cut.unit is Denominator.LEADS:
        return Step("entries", units)
    return Step("entries", f"{units} UNION ALL {apart_entries(cut)}")


def apart_entries(cut: Cut) -> str:
    """The SELECT of touchpoints that a label excludes, as entries that are kept apart."""
    at = "t.occurred_at"
    return f"""
        SELECT {part(cut, "t", at, counts="t.counts")} AS part, {unit_keys(cut, "t", at)} 0 AS tag, '' AS who, 1 AS u,
          0 AS s, 0 AS immature
        FROM ({apart_select(cut)}) AS t
        """


def _counting(cut: Cut) -> Step:
    """Which conversions are in which cells, and with what share."""
    found = (f"r.of_{name}" if n in cut.split else f"r.k{n}" for n, name in enumerate(cut.by, 1))
    of_row = "".join(f"{key} AS k{n}, " for n, key in enumerate(found, 1))
    wanted = " AND ".join(["TRUE", *(f"r.of_{name} = $where_{n}" for n, name in outcome_filters(cut))])
    return Step(
        "counting",
        f"SELECT r.part, {of_row} r.conversion_id AS thing, r.share_ppb FROM reached AS r WHERE {wanted}",
    )


def _crossed(cut: Cut) -> Step:
    """Units that converted only under another version."""
    found = (f"o.first_{name}" if n in cut.split else f"o.k{n}" for n, name in enumerate(cut.by, 1))
    of_row = "".join(f"{key} AS k{n}, " for n, key in enumerate(found, 1))
    return Step(
        "crossed",
        f"SELECT o.part, {of_row} 1 AS crossing FROM outcomes AS o WHERE o.under_version = 0 AND {converts(cut)}",
    )


def _keys_with_outcome(cut: Cut) -> str:
    """A unit's raw keys, with what its first conversion was like; blank where it has none."""
    found = (
        f"COALESCE(o.first_{name}, '')" if n in cut.split else expression(name, row="u", at="u.dated_at")
        for n, name in enumerate(cut.by, 1)
    )
    return "".join(f"{key} AS k{n}, " for n, key in enumerate(found, 1))


def _outcome_names(cut: Cut) -> list[str]:
    by = [name for n, name in enumerate(cut.by, 1) if n in cut.split]
    return list(dict.fromkeys([*by, *(name for _, name in outcome_filters(cut))]))
