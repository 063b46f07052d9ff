"""SQL of the four kinds of unit: clicks, exposures, sessions, leads.

Identifiers: KPI-UNIT-CLICKS, KPI-UNIT-EXPOSURES, KPI-UNIT-SESSIONS, KPI-UNIT-LEADS, KPI-CLUSTER.

Each kind gives rows of units: `unit_id`, `dated_at`, `due_us` (until when it may convert), `tag` and `who` (its
cluster), `counts`, and the attributes of the touchpoint that stands for it. Sessions and leads have besides `members`:
which touchpoints belong to which unit. A touchpoint belongs to at most one session, and may belong to several leads.
"""

from __future__ import annotations

from typing import Final

from tallystick.kit.facts import TOUCHPOINTS
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.steps import Step, is_seen, person, subject, within
from tallystick.partners.programs.rules import Denominator

_OF_WHOM: Final = (
    "event_id",
    "receipt_id",
    "occurred_at",
    "visitor",
    "customer",
    "account",
    "session",
    "label",
)
ATTRIBUTES: Final = tuple(
    column.name for column in TOUCHPOINTS.columns if column.name not in (*_OF_WHOM, "kind", "counts")
)
"""What a unit has of the touchpoint that stands for it."""

SESSION_GAP_MICROS: Final = 30 * 60 * 1_000_000
"""A longer pause begins another session; exactly thirty minutes does not."""

SESSION_MOST_MICROS: Final = 24 * 3600 * 1_000_000
"""A session lasts no longer; a longer pause begins another one also under the same key."""

_NEVER: Final = 2**63 - 1
_OF_T: Final = ", ".join(f"t.{name}" for name in ATTRIBUTES)


def units_select(cut: Cut, *, apart: bool = False) -> str:
    """The SELECT of the cut's units that are in any cell. apart: with those that a label excludes, where units are
    single touchpoints; the other kinds keep them in `apart_select`.

    Needs the steps of `unit_steps` before it.
    """
    if cut.unit in (Denominator.CLICKS, Denominator.EXPOSURES):
        who, counted = person("t"), "" if apart else " AND t.counts"
        return f"""
            SELECT t.event_id AS unit_id, t.occurred_at AS dated_at, {_due(cut, "t")} AS due_us, {who.tag} AS tag,
              {who.name} AS who, t.counts, {_OF_T}
            FROM touchpoints AS t
            WHERE t.program_id = $program AND t.occurred_at <= $as_of AND {of_kind(cut, "t")}{counted}
              {within(cut, "t.occurred_at")} AND {is_seen(cut, "t", "t.occurred_at")}
            """
    return f"SELECT u.* FROM units AS u WHERE {is_seen(cut, 'u', 'u.dated_at')}"


def apart_select(cut: Cut) -> str:
    """The SELECT of touchpoints that a label excludes, and that would else have been a unit or a part of one."""
    return f"""
        SELECT t.* FROM touchpoints AS t
        WHERE t.program_id = $program AND t.occurred_at <= $as_of AND NOT t.counts AND {of_kind(cut, "t")}
          {within(cut, "t.occurred_at")} AND {is_seen(cut, "t", "t.occurred_at")}
        """


def unit_steps(cut: Cut) -> list[Step]:
    """The steps before `units_select`: none for single touchpoints, else up to `members` and `units`."""
    match cut.unit:
        case Denominator.SESSIONS:
            return _sessions(cut)
        case Denominator.LEADS:
            return _leads(cut)
        case _:
            return []


def is_single(cut: Cut) -> bool:
    """Whether a unit is one touchpoint."""
    return cut.unit in (Denominator.CLICKS, Denominator.EXPOSURES)


def of_kind(cut: Cut, row: str) -> str:
    """The condition that a touchpoint is a unit or a part of one, if it counts; never one of a lead."""
    match cut.unit:
        case Denominator.CLICKS:
            return f"{row}.kind = 'click'"
        case Denominator.EXPOSURES:
            return f"{row}.kind = 'impression'"
        case Denominator.SESSIONS:
            return _visits(row)
        case _:
            return "FALSE"


def due(cut: Cut, row: str, at: str) -> str:
    """The moment in microseconds at which the window of a touchpoint closes; 0 where all had closed anyway."""
    if not (cut.open_windows or cut.mature_only):
        return "0"
    if cut.never_matures:
        return str(_NEVER)
    lengths = " ".join(f"WHEN $window_kind_{n} THEN $window_us_{n}" for n in range(len(cut.windows)))
    length = f"CASE {row}.kind {lengths} ELSE 0 END" if lengths else "0"
    return f"MICROS({row}.{at}) + {length}"


def _due(cut: Cut, row: str) -> str:
    return due(cut, row, "occurred_at")


def _visits(row: str) -> str:
    # An impression is seen elsewhere: nobody has come yet. What has neither visitor nor session is a visit only if
    # it is a click; an introduction or a registered deal is none.
    known = f"{row}.visitor IS NOT NULL OR {row}.session IS NOT NULL OR {row}.kind = 'click'"
    return f"{row}.kind <> 'impression' AND ({known})"


def _sessions(cut: Cut) -> list[Step]:
    # Only what orders and groups goes through the windows; a session's attributes are joined to it afterwards.
    who = person("t")
    start = " AND t.occurred_at >= $seen_from" if cut.start else ""
    end = " AND t.occurred_at < $seen_until" if cut.end else ""
    pause = "MICROS(t.occurred_at) - MICROS(PREVIOUS(t.occurred_at) OVER somebody_in_order)"
    opened = f"""
        SELECT t.event_id, t.occurred_at, {_due(cut, "t")} AS due_us, {who.tag} AS tag, {who.name} AS who, t.session,
          CASE WHEN t.partner_id IS NULL AND t.channel_id IS NULL THEN 1 ELSE 0 END AS sourceless,
          CASE WHEN PREVIOUS(t.occurred_at) OVER somebody_in_order IS NULL THEN 1
               WHEN {pause} > CASE WHEN t.session IS NULL THEN {SESSION_GAP_MICROS} ELSE {SESSION_MOST_MICROS} END
                 THEN 1 END AS opens
        FROM touchpoints AS t
        WHERE t.program_id = $program AND t.occurred_at <= $as_of AND t.counts AND {_visits("t")}{start}{end}
        WINDOW somebody_in_order AS (PARTITION BY {who.tag}, {who.name}, t.session ORDER BY t.occurred_at, t.event_id)
        """
    begun = """
        SELECT t.*,
          LAST_VALUE(CASE WHEN t.opens = 1 THEN t.event_id END IGNORE NULLS) OVER in_order AS unit_id,
          LAST_VALUE(CASE WHEN t.opens = 1 THEN t.occurred_at END IGNORE NULLS) OVER in_order AS began_at
        FROM opened AS t
        WINDOW in_order AS (PARTITION BY t.tag, t.who, t.session ORDER BY t.occurred_at, t.event_id
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        """
    members = f"""
        SELECT b.unit_id, b.event_id, b.occurred_at, b.due_us, b.tag, b.who, b.sourceless
        FROM begun AS b
        WHERE MICROS(b.occurred_at) - MICROS(b.began_at) <= {SESSION_MOST_MICROS}{within(cut, "b.began_at")}
        """
    visits = """
        SELECT m.unit_id, MIN(m.occurred_at) AS dated_at, MAX(m.due_us) AS due_us, MIN(m.tag) AS tag, MIN(m.who) AS who,
          FIRST_BY(m.event_id, m.sourceless, m.occurred_at, m.event_id) AS face_id
        FROM members AS m GROUP BY m.unit_id
        """
    units = f"""
        SELECT v.unit_id, v.dated_at, v.due_us, v.tag, v.who, TRUE AS counts, {_OF_T}
        FROM visits AS v JOIN touchpoints AS t ON t.event_id = v.face_id
        """
    return [
        Step("opened", opened),
        Step("begun", begun),
        Step("members", members),
        Step("visits", visits),
        Step("units", units),
    ]


def _leads(cut: Cut) -> list[Step]:
    who = subject("l")
    leads = """
        SELECT conversion_id AS unit_id, receipt_id AS own_receipt, occurred_at AS dated_at, subject, program_id
        FROM conversions
        WHERE program_id = $program AND definition_id = $leads AND occurred_at <= $as_of
        """
    members = f"""
        SELECT c.conversion_id AS unit_id, c.share_ppb, l.dated_at, c.event_id, c.receipt_id,
          c.touched_at AS occurred_at, {due(cut, "c", "touched_at")} AS due_us,
          {", ".join(f"c.{name}" for name in ATTRIBUTES if name != "program_id")}
        FROM paths AS c JOIN leads AS l ON l.unit_id = c.conversion_id
        WHERE c.program_id = $program AND c.definition_id = $leads AND c.share_ppb > 0
        """
    standing = """
        SELECT m.*, MAX(m.due_us) OVER (PARTITION BY m.unit_id) AS lead_due_us,
          ROW_NUMBER() OVER (PARTITION BY m.unit_id
            ORDER BY m.share_ppb DESC, m.occurred_at DESC, m.event_id DESC) AS nth
        FROM members AS m
        """
    of_lead = ", ".join(f"t.{name}" for name in ATTRIBUTES if name != "program_id")
    units = f"""
        SELECT l.unit_id, l.own_receipt, l.dated_at, COALESCE(t.lead_due_us, 0) AS due_us, {who.tag} AS tag,
          {who.name} AS who, TRUE AS counts, l.program_id, {of_lead}
        FROM leads AS l LEFT JOIN standing AS t ON t.unit_id = l.unit_id AND t.nth = 1
        WHERE TRUE{within(cut, "l.dated_at")}
        """
    return [Step("leads", leads), Step("members", members), Step("standing", standing), Step("units", units)]
