"""SQL of the four kinds of unit: clicks, exposures, sessions, leads.

Identifiers: KPI-UNIT-CLICKS, KPI-UNIT-EXPOSURES, KPI-UNIT-SESSIONS, KPI-UNIT-LEADS, KPI-CLUSTER.

Each kind gives two relations. `units`: one row a unit, with its id, its instant, its cluster, the instant until which
it may convert, and the attributes of the touchpoint that stands for it. `members`: which touchpoints
belong to which unit. A touchpoint belongs to at most one unit, except to several leads.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tallystick.measurement.kpis.cuts import Cut
from tallystick.partners.programs.rules import Denominator

ATTRIBUTES: Final = (
    "partner_id",
    "partner_kind",
    "placement_id",
    "placement_type",
    "link_id",
    "code_id",
    "channel_id",
    "device",
    "country",
    "visitor_type",
)

SESSION_GAP_MICROS: Final = 30 * 60 * 1_000_000
"""A longer pause begins another session; exactly thirty minutes does not."""

_NEVER: Final = 2**63 - 1
_COLUMNS: Final = ", ".join(ATTRIBUTES)
_OF_T: Final = ", ".join(f"t.{name}" for name in ATTRIBUTES)


class Step(NamedTuple):
    """One common table expression: a name and the SELECT behind it."""

    name: str
    select: str


def touches(cut: Cut) -> Step:
    """Every touchpoint of the program up to `as_of`, with its cluster and the moment its window closes.

    The cluster is the visitor, else the customer, else the account, else the session, else the touchpoint itself.
    Identifier: KPI-CLUSTER.
    """
    lengths = " ".join(f"WHEN $window_kind_{n} THEN $window_us_{n}" for n in range(len(cut.windows)))
    length = f"CASE kind {lengths} ELSE 0 END" if lengths else "0"
    due = str(_NEVER) if cut.never_matures else f"MICROS(occurred_at) + {length}"
    return Step(
        "touches",
        f"""
        SELECT event_id, receipt_id, occurred_at, kind, counts, visitor, session, {_COLUMNS},
          CASE WHEN visitor IS NOT NULL THEN 'v:' || visitor
               WHEN customer IS NOT NULL THEN 'c:' || customer
               WHEN account IS NOT NULL THEN 'a:' || account
               WHEN session IS NOT NULL THEN 's:' || session
               ELSE 'e:' || ID_TEXT(event_id) END AS cluster,
          {due} AS due_us
        FROM touchpoints
        WHERE program_id = $program AND occurred_at <= $as_of
        """,
    )


def within(cut: Cut, column: str) -> str:
    """The condition that an instant lies in the cut's period, beginning with AND; empty for an open period."""
    start = f" AND {column} >= $start" if cut.start else ""
    end = f" AND {column} < $end" if cut.end else ""
    return start + end


def unit_steps(cut: Cut) -> list[Step]:
    """The steps that make `units` and `members` for the cut's kind of unit."""
    match cut.unit:
        case Denominator.CLICKS | Denominator.EXPOSURES:
            return _single(cut)
        case Denominator.SESSIONS:
            return _sessions(cut)
        case Denominator.LEADS:
            return _leads(cut)


def is_unit_kind(cut: Cut, row: str) -> str:
    """The condition that an uncounted touchpoint would have been a unit or a part of one, were it counted."""
    match cut.unit:
        case Denominator.CLICKS:
            return f"{row}.kind = 'click'"
        case Denominator.EXPOSURES:
            return f"{row}.kind = 'impression'"
        case Denominator.SESSIONS:
            return _visits(row)
        case Denominator.LEADS:
            return "FALSE"


def _single(cut: Cut) -> list[Step]:
    kind = is_unit_kind(cut, "t")
    units = f"""
        SELECT t.event_id AS unit_id, t.occurred_at AS dated_at, t.due_us, t.cluster, {_OF_T}
        FROM touches AS t
        WHERE t.counts AND {kind}{within(cut, "t.occurred_at")}
        """
    return [Step("units", units), Step("members", "SELECT unit_id, unit_id AS event_id FROM units")]


def _visits(row: str) -> str:
    # An impression is seen elsewhere: nobody has come yet. What has neither visitor nor session is a visit only if
    # it is a click; an introduction or a registered deal is none.
    known = f"{row}.visitor IS NOT NULL OR {row}.session IS NOT NULL OR {row}.kind = 'click'"
    return f"{row}.kind <> 'impression' AND ({known})"


def _sessions(cut: Cut) -> list[Step]:
    # Only what orders and groups goes through the windows; a session's attributes are joined to it afterwards.
    opened = f"""
        SELECT t.event_id, t.occurred_at, t.due_us, t.cluster, t.session,
          CASE WHEN t.partner_id IS NULL AND t.channel_id IS NULL THEN 1 ELSE 0 END AS sourceless,
          CASE WHEN LAG(t.occurred_at) OVER somebody_in_order IS NULL THEN t.event_id
               WHEN t.session IS NULL
                 AND MICROS(t.occurred_at) - MICROS(LAG(t.occurred_at) OVER somebody_in_order)
                     > {SESSION_GAP_MICROS} THEN t.event_id
               END AS opens
        FROM touches AS t
        WHERE t.counts AND {_visits("t")}
        WINDOW somebody_in_order AS (PARTITION BY t.cluster, t.session ORDER BY t.occurred_at, t.event_id)
        """
    members = """
        SELECT t.event_id, t.occurred_at, t.due_us, t.cluster, t.sourceless,
          LAST_VALUE(t.opens IGNORE NULLS) OVER (PARTITION BY t.cluster, t.session
            ORDER BY t.occurred_at, t.event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS unit_id
        FROM opened AS t
        """
    visits = """
        SELECT m.unit_id, MIN(m.occurred_at) AS dated_at, MAX(m.due_us) AS due_us, MIN(m.cluster) AS cluster,
          FIRST_BY(m.event_id, m.sourceless, m.occurred_at, m.event_id) AS face_id
        FROM members AS m GROUP BY m.unit_id
        """
    units = f"""
        SELECT v.unit_id, v.dated_at, v.due_us, v.cluster, {_OF_T}
        FROM visits AS v JOIN touches AS t ON t.event_id = v.face_id
        WHERE TRUE{within(cut, "v.dated_at")}
        """
    return [Step("opened", opened), Step("members", members), Step("visits", visits), Step("units", units)]


def _leads(cut: Cut) -> list[Step]:
    leads = """
        SELECT conversion_id AS unit_id, receipt_id AS own_receipt, occurred_at AS dated_at, subject
        FROM conversions
        WHERE program_id = $program AND definition_id = $leads AND occurred_at <= $as_of
        """
    members = """
        SELECT c.conversion_id AS unit_id, c.event_id, c.share_ppb, l.dated_at
        FROM paths AS c JOIN leads AS l ON l.unit_id = c.conversion_id
        WHERE c.program_id = $program AND c.definition_id = $leads AND c.share_ppb > 0
        """
    ranked = f"""
        SELECT m.unit_id, {_OF_T},
          MAX(t.due_us) OVER (PARTITION BY m.unit_id) AS lead_due_us,
          ROW_NUMBER() OVER (PARTITION BY m.unit_id
            ORDER BY m.share_ppb DESC, t.occurred_at DESC, t.event_id DESC) AS place
        FROM members AS m JOIN touches AS t ON t.event_id = m.event_id
        """
    units = f"""
        SELECT l.unit_id, l.dated_at, COALESCE(t.lead_due_us, 0) AS due_us, 'l:' || l.subject AS cluster, {_OF_T}
        FROM leads AS l LEFT JOIN ranked AS t ON t.unit_id = l.unit_id AND t.place = 1
        WHERE TRUE{within(cut, "l.dated_at")}
        """
    return [Step("leads", leads), Step("members", members), Step("ranked", ranked), Step("units", units)]
