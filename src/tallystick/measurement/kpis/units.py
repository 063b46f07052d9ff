"""SQL of the four kinds of unit: clicks, exposures, sessions, leads.

Identifiers: KPI-UNIT-CLICKS, KPI-UNIT-EXPOSURES, KPI-UNIT-SESSIONS, KPI-UNIT-LEADS, KPI-CLUSTER.

Each kind gives rows of units: `unit_id`, `dated_at`, `due_us` (until when it may convert), `tag` and `who` (its
cluster), `counts`, and the attributes of the touchpoint that stands for it. Leads have besides `members`: which
touchpoints belong to which of them. Sessions have `session` and `last_at`: the touchpoints of one are those of its
person and key from its beginning to there, and no other session has any of them.
"""

from __future__ import annotations

from typing import Final

from tallystick.kit.facts import TOUCHPOINTS
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import DIMENSIONS
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
"""A longer pause begins another session where there is no key; exactly thirty minutes does not."""

SESSION_KEY_GAP_MICROS: Final = 4 * 3600 * 1_000_000
"""A longer pause begins another session also under the same key."""

SESSION_MOST_MICROS: Final = 24 * 3600 * 1_000_000
"""A session lasts no longer."""

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


def same_visit(first: str, second: str) -> str:
    """The condition that two rows are of one person and one session key."""
    return (
        f"{first}.tag = {second}.tag AND {first}.who = {second}.who "
        f"AND {first}.session IS NOT DISTINCT FROM {second}.session"
    )


def visits_select(cut: Cut) -> str:
    """The SELECT of the touchpoints that sessions of the period can have, with `tag` and `who`."""
    return f"{_visiting(cut)}{_near(cut)}"


def strays_select(cut: Cut, persons: str) -> str:
    """The SELECT of touchpoints that came after the most that a session lasts, so that no session has them.

    persons: a SELECT of `tag`, `who` and `session`; looked at is as far back as credit of the period reaches.
    """
    start = " AND t.occurred_at >= $earned_from" if cut.start and not cut.never_matures else ""
    end = " AND t.occurred_at < $end" if cut.end else ""
    begun = _begun(f"SELECT v.* {_of_these(f'{_visiting(cut)}{start}{end}', persons)}")
    stays = _lasts("b.began_at", "b.occurred_at", str(SESSION_MOST_MICROS))
    return f"SELECT b.event_id FROM ({begun}) AS b WHERE NOT {stays}"


def _sessions(cut: Cut) -> list[Step]:
    # What lasts no longer than a pause may is one session. That is most of it: only the others are put in order.
    visits, short = visits_select(cut), _lasts("g.dated_at", "g.last_at", _longest_pause("g"))
    of_session = """MAX(v.occurred_at) AS last_at, MAX(v.due_us) AS due_us,
          FIRST_BY(v.event_id, v.sourceless, v.occurred_at, v.event_id) AS unit_id"""
    grouped = f"""
        SELECT v.tag, v.who, v.session, MIN(v.occurred_at) AS dated_at, {of_session}
        FROM ({visits}) AS v GROUP BY v.tag, v.who, v.session
        """
    long = f"SELECT g.tag, g.who, g.session FROM grouped AS g WHERE NOT {short}"
    begun = _begun(f"SELECT v.* {_of_these(visits, long)}")
    sessions = f"""
        SELECT g.tag, g.who, g.session, g.dated_at, g.last_at, g.due_us, g.unit_id FROM grouped AS g WHERE {short}
        UNION ALL
        SELECT v.tag, v.who, v.session, v.began_at AS dated_at, {of_session}
        FROM begun AS v WHERE {_lasts("v.began_at", "v.occurred_at", str(SESSION_MOST_MICROS))}
        GROUP BY v.tag, v.who, v.session, v.began_at
        """
    units = f"""
        SELECT s.unit_id, s.dated_at, s.last_at, s.due_us, s.tag, s.who, s.session, TRUE AS counts, {_needed(cut, "t")}
        FROM sessions AS s JOIN touchpoints AS t ON t.event_id = s.unit_id
        WHERE TRUE{within(cut, "s.dated_at")}{_near(cut)}
        """
    return [Step("grouped", grouped), Step("begun", begun), Step("sessions", sessions), Step("units", units)]


def _visiting(cut: Cut) -> str:
    who = person("t")
    return f"""
        SELECT t.event_id, t.receipt_id, t.occurred_at, {_due(cut, "t")} AS due_us, {who.tag} AS tag, {who.name} AS who,
          t.session, CASE WHEN t.partner_id IS NULL AND t.channel_id IS NULL THEN 1 ELSE 0 END AS sourceless
        FROM touchpoints AS t
        WHERE t.program_id = $program AND t.occurred_at <= $as_of AND t.counts AND {_visits("t")}"""


def _of_these(visits: str, persons: str) -> str:
    return f"FROM ({visits}) AS v JOIN ({persons}) AS p ON {same_visit('p', 'v')}"


def _begun(visits: str) -> str:
    """Touchpoints with `began_at`: when the last pause before each of them was over. Equal instants have no order."""
    pause = "MICROS(v.occurred_at) - MICROS(PREVIOUS(v.occurred_at) OVER in_order)"
    return f"""
        SELECT o.*, MAX(o.opened_at) OVER (PARTITION BY o.tag, o.who, o.session ORDER BY o.occurred_at) AS began_at
        FROM (SELECT v.*, CASE WHEN PREVIOUS(v.occurred_at) OVER in_order IS NULL OR {pause} > {_longest_pause("v")}
                THEN v.occurred_at END AS opened_at
              FROM ({visits}) AS v
              WINDOW in_order AS (PARTITION BY v.tag, v.who, v.session ORDER BY v.occurred_at)) AS o
        """


def _longest_pause(row: str) -> str:
    return f"CASE WHEN {row}.session IS NULL THEN {SESSION_GAP_MICROS} ELSE {SESSION_KEY_GAP_MICROS} END"


def _lasts(first: str, last: str, most: str) -> str:
    return f"(MICROS({last}) - MICROS({first}) <= {most})"


def _near(cut: Cut) -> str:
    start = " AND t.occurred_at >= $seen_from" if cut.start else ""
    return f"{start} AND t.occurred_at < $seen_until" if cut.end else start


def _needed(cut: Cut, row: str) -> str:
    """The attributes that keys, filters and segments of a cut read."""
    named = {*cut.by, *(name for name, _ in cut.where)}
    columns = {column for name in named for column in DIMENSIONS[name].columns}
    wanted = (columns | {"partner_id", "channel_id"}) & set(ATTRIBUTES)
    return ", ".join(f"{row}.{name}" for name in ATTRIBUTES if name in wanted)


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
