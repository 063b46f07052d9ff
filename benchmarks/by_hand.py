"""The rate by partner and device as we would write it by hand, for DuckDB and for Polars: what ours is compared with.

All know what the general query cannot: that every click has a visitor, that one version was in force and all windows
have closed. They give the clustered sums, so that the same intervals can be made of them. Those of CELLS give the rows
alone; WHOLE gives all that an answer is made of: the total and the house's rate over different visitors, what labels
exclude, what stands aside, the first click and the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

KEYS: Final = ("partner_id", "device")
FIGURES: Final = (
    "units",
    "successes",
    "clusters",
    "units_sq",
    "successes_sq",
    "units_successes",
    "largest",
    "conversions",
    "share_ppb",
)
_CLICKS: Final = """program_id = $program AND kind = 'click' AND counts AND partner_id IS NOT NULL
    AND occurred_at >= $start AND occurred_at < $end"""
_STEPS: Final = """
reached AS (
    SELECT event_id, conversion_id, share_ppb, partner_id, device, visitor FROM paths
    WHERE program_id = $program AND definition_id = $definition AND kind = 'click' AND counts
      AND partner_id IS NOT NULL AND share_ppb > 0 AND converted_at <= $as_of
      AND touched_at >= $start AND touched_at < $end
), won AS (SELECT DISTINCT event_id, partner_id, device, visitor FROM reached
), reach AS (
    SELECT partner_id, device, count(DISTINCT conversion_id) AS conversions, sum(share_ppb) AS share_ppb
    FROM reached GROUP BY ALL
)"""
_CELL: Final = """SELECT c.partner_id, c.device, units, coalesce(successes, 0) AS successes, clusters, units_sq,
    coalesce(successes_sq, 0) AS successes_sq, coalesce(units_successes, 0) AS units_successes, largest,
    coalesce(conversions, 0) AS conversions, coalesce(share_ppb, 0) AS share_ppb"""

UNION: Final = f"""
WITH {_STEPS}, visitors AS (
    SELECT partner_id, device, visitor, sum(u) AS u, sum(s) AS s FROM (
        SELECT partner_id, device, visitor, 1 AS u, 0 AS s FROM touchpoints WHERE {_CLICKS}
        UNION ALL SELECT partner_id, device, visitor, 0, 1 FROM won
    ) GROUP BY ALL
), c AS (
    SELECT partner_id, device, sum(u) AS units, sum(s) AS successes, count(*) AS clusters, sum(u * u) AS units_sq,
        sum(s * s) AS successes_sq, sum(u * s) AS units_successes, max(u) AS largest
    FROM visitors GROUP BY ALL
)
{_CELL} FROM c LEFT JOIN reach USING (partner_id, device)
"""
SPLIT: Final = f"""
WITH {_STEPS}, clicked AS (
    SELECT partner_id, device, visitor, count(*) AS u FROM touchpoints WHERE {_CLICKS} GROUP BY ALL
), bought AS (SELECT partner_id, device, visitor, count(*) AS s FROM won GROUP BY ALL
), c AS (
    SELECT partner_id, device, sum(u) AS units, count(*) AS clusters, sum(u * u) AS units_sq, max(u) AS largest
    FROM clicked GROUP BY ALL
), b AS (
    SELECT partner_id, device, sum(s) AS successes, sum(s * s) AS successes_sq, sum(u * s) AS units_successes
    FROM bought JOIN clicked USING (partner_id, device, visitor) GROUP BY ALL
)
{_CELL} FROM c LEFT JOIN b USING (partner_id, device) LEFT JOIN reach USING (partner_id, device)
"""
CELLS: Final[Mapping[str, str]] = {"DuckDB by hand, one list": UNION, "DuckDB by hand, two lists": SPLIT}

_SOURCED: Final = (
    """program_id = $program AND kind = 'click' AND (partner_id IS NOT NULL OR channel_id IS NOT NULL)"""
)
_EARNED: Final = (
    "program_id = $program AND definition_id = $definition AND share_ppb > 0 AND converted_at <= $as_of"
)
_SUMS: Final = """sum(u) AS units, sum(s) AS successes, count(*) FILTER (u > 0) AS clusters, sum(u * u) AS units_sq,
        sum(s * s) AS successes_sq, sum(u * s) AS units_successes, max(u) AS largest, sum(x) AS excluded"""
_CREDIT: Final = "count(DISTINCT conversion_id) AS conversions, sum(share_ppb) AS share_ppb"
WHOLE: Final = f"""
WITH touched AS (
    SELECT partner_id, device, visitor, count(*) FILTER (counts) AS u, count(*) FILTER (NOT counts) AS x
    FROM touchpoints WHERE {_SOURCED} AND occurred_at >= $start AND occurred_at < $end GROUP BY ALL
), reached AS (
    SELECT event_id, conversion_id, share_ppb, partner_id, device, visitor FROM paths
    WHERE {_SOURCED} AND {_EARNED} AND counts AND touched_at >= $start AND touched_at < $end
), bought AS (
    SELECT partner_id, device, visitor, count(DISTINCT event_id) AS s FROM reached GROUP BY ALL
), visitors AS (
    SELECT t.partner_id, t.device, t.visitor, u, x, coalesce(s, 0) AS s FROM touched AS t LEFT JOIN bought AS b
        ON b.visitor = t.visitor AND b.device = t.device AND b.partner_id IS NOT DISTINCT FROM t.partner_id
), cells AS (
    SELECT partner_id, device, {_SUMS} FROM visitors WHERE partner_id IS NOT NULL GROUP BY ALL
), sides AS (
    SELECT is_house, {_SUMS} FROM (
        SELECT partner_id IS NULL AS is_house, visitor, sum(u)::BIGINT AS u, sum(s)::BIGINT AS s, sum(x)::BIGINT AS x
        FROM visitors GROUP BY ALL
    ) GROUP BY ALL
), aside AS (
    SELECT conversion_id FROM paths
    WHERE {_EARNED} AND partner_id IS NOT NULL AND converted_at >= $start AND converted_at < $end
    GROUP BY ALL HAVING NOT bool_or(counts AND kind = 'click')
)
SELECT 'row' AS scope, partner_id, device, cells.* EXCLUDE (partner_id, device),
    coalesce(conversions, 0) AS conversions, coalesce(share_ppb, 0) AS share_ppb
FROM cells LEFT JOIN (SELECT partner_id, device, {_CREDIT} FROM reached GROUP BY ALL) USING (partner_id, device)
UNION ALL BY NAME
SELECT if(is_house, 'baseline', 'total') AS scope, sides.* EXCLUDE (is_house), coalesce(conversions, 0) AS conversions,
    coalesce(share_ppb, 0) AS share_ppb
FROM sides LEFT JOIN (SELECT partner_id IS NULL AS is_house, {_CREDIT} FROM reached GROUP BY ALL) USING (is_house)
UNION ALL BY NAME
SELECT 'aside' AS scope, count(*) AS conversions FROM aside
UNION ALL BY NAME
SELECT 'extent' AS scope, epoch_us(min(occurred_at)) AS first_us, epoch_us(max(occurred_at)) AS last_us
FROM touchpoints WHERE {_CLICKS}
"""


def by_polars(parameters: Mapping[str, Any], tables: Mapping[str, Sequence[Path]]) -> list[dict[str, Any]]:
    """The same by Polars' streaming engine."""
    of_partner = (
        (pl.col("program_id") == parameters["program"]) & (pl.col("kind") == "click") & pl.col("counts")
    )
    of_partner &= pl.col("partner_id").is_not_null()
    clicked = (
        pl.scan_parquet(list(tables["touchpoints"]), hive_partitioning=False)
        .filter(of_partner, *_within("occurred_at", parameters))
        .group_by(*KEYS, "visitor")
        .agg(u=pl.len().cast(pl.Int64))
    )
    reached = pl.scan_parquet(list(tables["paths"]), hive_partitioning=False).filter(
        of_partner,
        pl.col("definition_id") == parameters["definition"],
        pl.col("share_ppb") > 0,
        pl.col("converted_at") <= parameters["as_of"],
        *_within("touched_at", parameters),
    )
    won = reached.select(*KEYS, "visitor", "event_id").unique()
    bought = won.group_by(*KEYS, "visitor").agg(s=pl.len().cast(pl.Int64))
    u, s = pl.col("u"), pl.col("s")
    cells = (
        clicked.join(bought, on=[*KEYS, "visitor"], how="left")
        .with_columns(s.fill_null(0))
        .group_by(KEYS)
        .agg(
            units=u.sum(),
            successes=s.sum(),
            clusters=pl.len(),
            units_sq=(u * u).sum(),
            successes_sq=(s * s).sum(),
            units_successes=(u * s).sum(),
            largest=u.max(),
        )
    )
    credit = reached.group_by(KEYS).agg(
        conversions=pl.col("conversion_id").n_unique(), share_ppb=pl.col("share_ppb").sum()
    )
    found = cells.join(credit, on=KEYS, how="left").with_columns(
        pl.col("conversions", "share_ppb").fill_null(0)
    )
    return found.collect(engine="streaming").rows(named=True)


def _within(column: str, parameters: Mapping[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    return pl.col(column) >= parameters["start"], pl.col(column) < parameters["end"]
