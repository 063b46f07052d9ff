"""From entries over clusters to the sums of cells: rows, the row of all others, the whole, the house baseline.

Identifiers: KPI-CELL, KPI-TOP, KPI-COMPILE. Rows of facts are read once: they are summed by cells and clusters, and
everything else is added up from there.
"""

from __future__ import annotations

from typing import Final

from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dimensions import DIMENSIONS, text_of
from tallystick.measurement.kpis.kinds import Segment
from tallystick.measurement.kpis.measures import Aggregate
from tallystick.measurement.kpis.steps import HOUSE, OURS, Step, chain, is_part, names
from tallystick.partners.programs.rules import Basis

ROW: Final = "row"
OTHER_ROW: Final = "other"
TOTAL: Final = "total"
BASELINE: Final = "baseline"

COARSE: Final = 1_000_000_000
"""By what amounts times parts per billion are divided, whole, before they are squared. KPI-CELL-SQUARES."""

SUMS: Final = (
    "units",
    "successes",
    "clusters",
    "units_sq",
    "successes_sq",
    "units_successes",
    "largest",
    "immature",
    "crossing",
    "excluded",
    "conversions",
    "share_ppb",
    "top_1",
    "top_5",
    "top_10",
    "first_us",
    "last_us",
    "aside",
)
"""The columns of every cell; each is told by one of the SELECTs that are put together, and 0 in the others."""


_WIDE: Final = ("successes", "units_sq", "successes_sq", "units_successes", "top_1", "top_5", "top_10")
"""The columns that may outgrow 64 bits."""


def sum_steps(cut: Cut, *, crossed: bool, counting: bool) -> list[Step]:
    """From `entries` (and `counting`, `crossed`) to `told`: rows of scope, keys and some of the SUMS each."""
    steps = [_by_cluster(cut)]
    if cut.split:
        steps.append(_by_cluster_and_type(cut))
    if cut.top and cut.by:
        steps.append(_ranked(cut, counting))
    told: list[str] = []
    sides = ((TOTAL, OURS), (BASELINE, HOUSE)) if cut.baseline else ((TOTAL, OURS),)
    for scope, side in sides:
        told += _whole(cut, scope, side, crossed=crossed, counting=counting)
    if cut.by:
        told += _rows(cut, crossed=crossed, counting=counting)
    return [*steps, Step("told", chain(told))]


def last_select(cut: Cut, more: list[str]) -> str:
    """The SELECT that adds up what is told of each cell, and writes its keys as texts."""
    texts = "".join(f"{text_of(name, f'k{n}')} AS k{n}, " for n, name in enumerate(cut.by, 1))
    wide = () if _counts_only(cut) else _WIDE
    sums = ", ".join(
        f"SUM({name}) AS {name}" if name in wide else f"CAST(SUM({name}) AS BIGINT) AS {name}"
        for name in SUMS
    )
    added = "".join(f"\nUNION ALL\n{select}" for select in more)
    order = "".join(f", k{n}" for n in range(1, len(cut.by) + 1))
    return f"""
        SELECT * FROM (SELECT scope, {texts} {", ".join(SUMS)}
          FROM (SELECT scope, {names(cut)} {sums} FROM (SELECT * FROM told{added}) AS every
                GROUP BY scope{order}) AS cells) AS written
        ORDER BY scope{order}
        """


def tell(cut: Cut, scope: str, told: dict[str, str], source: str, *, keyed: bool = False) -> str:
    """A SELECT of some sums; keyed: by the keys of the source, else of all of it."""
    of_key = names(cut) if keyed else "".join(f"{blank(name)} AS k{n}, " for n, name in enumerate(cut.by, 1))
    sums = ", ".join(f"{told.get(name, '0')} AS {name}" for name in SUMS)
    group = f" GROUP BY {names(cut).rstrip(', ')}" if keyed else ""
    return f"SELECT '{scope}' AS scope, {of_key} {sums} FROM {source}{group}"


def blank(name: str) -> str:
    """The raw value of a key where a cell has none."""
    return "$nobody" if DIMENSIONS[name].is_id else "''"


def _by_cluster(cut: Cut) -> Step:
    who = "tag, who, " if cut.clustered else ""
    group = f"part, {names(cut)}{who}".rstrip(", ")
    return Step(
        "by_cluster",
        f"""
        SELECT part, {names(cut)}{who}{_added(cut)}
        FROM entries GROUP BY {group}
        """,
    )


def _by_cluster_and_type(cut: Cut) -> Step:
    """Each cluster once under every type of conversion, with all its units, and what converted into that type."""
    who = "b.tag, b.who, " if cut.clustered else ""
    types, of_type, matched = [], [], []
    for n, name in enumerate(cut.by, 1):
        if n in cut.split:
            values = ", ".join(f"('{value}')" for value in DIMENSIONS[name].values)
            types.append(f"CROSS JOIN (VALUES {values}) AS types_{n}(kind)")
            matched.append(f"b.k{n} = types_{n}.kind")
        of_type.append(f"types_{n}.kind" if n in cut.split else f"b.k{n}")
    select = "".join(f"{key} AS k{n}, " for n, key in enumerate(of_type, 1))
    group = f"b.part, {', '.join(of_type)}, {who}".rstrip(", ")
    return Step(
        "by_cluster_and_type",
        f"""
        SELECT b.part, {select}{who}SUM(b.u) AS u, SUM(CASE WHEN {" AND ".join(matched)} THEN b.s ELSE 0 END) AS s
          {", SUM(b.immature) AS immature" if cut.open_windows else ""}
        FROM by_cluster AS b {" ".join(types)} GROUP BY {group}
        """,
    )


def _ranked(cut: Cut, counting: bool) -> Step:
    """All keys by how many units they have, or how much is counted, those of equal size by their texts."""
    size, group = "u" if cut.denominator else "s", names(cut).rstrip(", ")
    found = [
        f"""
        SELECT {names(cut)} CASE WHEN {is_part(OURS)} THEN {size} ELSE 0 END AS size
        FROM {_keyed(cut)} WHERE {is_part(OURS)} OR {is_part(OURS, apart=True)}
        """
    ]
    if counting:
        distinct = not cut.denominator and cut.numerator.aggregate is Aggregate.COUNT_DISTINCT
        size = "EXACT_DISTINCT(thing)" if distinct else "0"
        found.append(
            f"SELECT {names(cut)} {size} AS size FROM counting WHERE {is_part(OURS)} GROUP BY {group}"
        )
    texts = ", ".join(text_of(name, f"k{n}") for n, name in enumerate(cut.by, 1))
    return Step(
        "ranked",
        f"""
        SELECT {names(cut)} ROW_NUMBER() OVER (ORDER BY size DESC, {texts}) AS place
        FROM (SELECT {names(cut)} SUM(size) AS size FROM ({chain(found)}) AS sizes GROUP BY {group}) AS sized
        """,
    )


def _whole(cut: Cut, scope: str, side: int, *, crossed: bool, counting: bool) -> list[str]:
    """What is told of the whole of one side, over all keys."""
    here = is_part(side)
    apart = tell(cut, scope, _OF_CLUSTERS_APART, f"by_cluster WHERE {is_part(side, apart=True)}")
    clusters = _clusters(cut, f"by_cluster WHERE {here}") if cut.by else _side(cut, "by_cluster", here)
    found = [tell(cut, scope, _of_clusters(cut), clusters), apart]
    if cut.kpi.spread:
        found.append(tell(cut, scope, _LARGEST, f"({_largest(cut, here, keyed=False)}) AS items"))
    if crossed:
        found.append(tell(cut, scope, {"crossing": "COUNT(*)"}, f"crossed WHERE {here}"))
    if counting:
        found.append(tell(cut, scope, _OF_THINGS, f"counting WHERE {here}"))
    return found


def _rows(cut: Cut, *, crossed: bool, counting: bool) -> list[str]:
    """What is told of each row; with `top`, of the first ones, and of all others as one."""
    sources = [(_OF_CLUSTERS_APART, _keyed(cut), is_part(OURS, apart=True))]
    sources += [({"crossing": "COUNT(*)"}, "crossed", is_part(OURS))] if crossed else []
    sources += [(_OF_THINGS, "counting", is_part(OURS))] if counting else []
    if not cut.top:
        found = [tell(cut, ROW, _of_clusters(cut), _side(cut, _keyed(cut), is_part(OURS)), keyed=True)]
        found += [tell(cut, ROW, told, f"{name} WHERE {where}", keyed=True) for told, name, where in sources]
        if cut.kpi.spread:
            found.append(
                tell(cut, ROW, _LARGEST, f"({_largest(cut, is_part(OURS), keyed=True)}) AS items", keyed=True)
            )
        return found
    clusters = f"({_placed(cut, _keyed(cut), is_part(OURS))}) AS placed"
    first = _side(cut, clusters, "place <= $top")
    found = [
        tell(cut, ROW, _of_clusters(cut), first, keyed=True),
        tell(cut, OTHER_ROW, _of_clusters(cut), _clusters(cut, f"{clusters} WHERE place > $top")),
    ]
    for told, name, where in sources:
        placed = f"({_placed(cut, name, where)}) AS placed"
        found.append(tell(cut, ROW, told, f"{placed} WHERE place <= $top", keyed=True))
        found.append(tell(cut, OTHER_ROW, told, f"{placed} WHERE place > $top"))
    return found


def _added(cut: Cut) -> str:
    """The sums of a cluster. Numbers stay as narrow as they can be: wide ones take twice as long."""
    wide = cut.numerator.aggregate in (Aggregate.SUM, Aggregate.SHARE_OF)
    immature = ", SUM(immature) AS immature" if cut.open_windows else ""
    return f"CAST(SUM(u) AS BIGINT) AS u, {'SUM(s)' if wide else 'CAST(SUM(s) AS BIGINT)'} AS s{immature}"


def _clusters(cut: Cut, source: str) -> str:
    """Clusters, each once, whatever keys its entries have."""
    if not cut.clustered:
        return source
    return f"""(SELECT tag, who, {_added(cut)}
      FROM {source} GROUP BY tag, who) AS persons"""


def _side(cut: Cut, source: str, where: str) -> str:
    """Clusters of one side by their keys, each once: only where everybody is asked for do house rows lie apart."""
    if not (cut.clustered and cut.baseline and cut.segment is Segment.ALL):
        return f"{source} WHERE {where}"
    return f"""(SELECT {names(cut)}tag, who, {_added(cut)}
      FROM {source} WHERE {where} GROUP BY {names(cut)}tag, who) AS persons"""


def _placed(cut: Cut, source: str, where: str) -> str:
    same = " AND ".join(f"r.k{n} = b.k{n}" for n in range(1, len(cut.by) + 1))
    return f"SELECT b.*, r.place FROM (SELECT * FROM {source} WHERE {where}) AS b JOIN ranked AS r ON {same}"


def _keyed(cut: Cut) -> str:
    return "by_cluster_and_type" if cut.split else "by_cluster"


def _of_clusters(cut: Cut) -> dict[str, str]:
    """The sums over clusters. Amounts are squared in coarser parts, so that no sum of squares outgrows 128 bits."""
    plain = {"units": _sum("u"), "successes": _sum("s")}
    plain |= {"immature": _sum("immature")} if cut.open_windows else {}
    if not cut.clustered:
        return plain
    s = f"WHOLE(s, {COARSE})" if cut.numerator.aggregate is Aggregate.SHARE_OF else "s"
    # Whole counts of one person are small: their squares fit where those of parts per billion do not.
    wide_u, wide_s = ("u", s) if _counts_only(cut) else ("WIDE(u)", f"WIDE({s})")
    return plain | {
        "clusters": "COUNT(CASE WHEN u > 0 OR s > 0 THEN 1 END)",
        "units_sq": _sum(f"{wide_u} * u"),
        "successes_sq": _sum(f"{wide_s} * {s}"),
        "units_successes": _sum(f"{wide_u} * {s}"),
        "largest": "COALESCE(MAX(u), 0)",
    }


def _counts_only(cut: Cut) -> bool:
    """Whether all that is summed are whole rows."""
    aggregates = {measure.aggregate for measure in cut.kpi.measures.all}
    return cut.basis is Basis.COHORT or aggregates <= {Aggregate.COUNT, Aggregate.COUNT_DISTINCT}


def _sum(what: str) -> str:
    return f"COALESCE(SUM({what}), 0)"


_OF_CLUSTERS_APART: Final = {"excluded": _sum("u")}
_OF_THINGS: Final = {"conversions": "EXACT_DISTINCT(thing)", "share_ppb": _sum("share_ppb")}
_LARGEST: Final = {f"top_{n}": _sum(f"CASE WHEN nth <= {n} THEN s ELSE 0 END") for n in (1, 5, 10)}


def _largest(cut: Cut, here: str, *, keyed: bool) -> str:
    """The parts that a derived value is made of, largest first."""
    of_key = names(cut) if keyed else ""
    divided = f"PARTITION BY {of_key.rstrip(', ')} " if of_key else ""
    group = f"{of_key}who"
    return f"""
        SELECT {of_key}s, ROW_NUMBER() OVER ({divided}ORDER BY s DESC, who) AS nth
        FROM (SELECT {of_key}who, SUM(s) AS s FROM by_cluster WHERE {here} GROUP BY {group}) AS parts
        """
