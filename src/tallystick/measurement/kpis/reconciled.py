"""SQL of the shop's orders beside what was tracked: which were expected, and which were seen.

Identifier: KPI-RECONCILED. It says what `tracking.imports.reconciling` says of the same orders, but for what facts do
not hold: receipts in quarantine, and touchpoints that name an order.
"""

from __future__ import annotations

from typing import Final

from tallystick.kit import kinds
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.steps import Step, within

_ORDERS: Final = ", ".join(f"'{kind}'" for kind in kinds.ORDERS)
_CORRECTIONS: Final = ", ".join(f"'{kind}'" for kind in kinds.CORRECTIONS)


def reconciled_steps(cut: Cut) -> list[Step]:
    """From `shop_orders` and `outcomes` to `reconciled_orders`: each order number of the shop once."""
    return [_shop(cut), _named(cut), _found(), _free(), _asking(), _began(), _reconciled()]


def _shop(cut: Cut) -> Step:
    """Of one number the report that came last; its number without the blanks around it."""
    return Step(
        "shop",
        f"""
        SELECT s.*, {_loose("s.number")} AS bare
        FROM (SELECT o.*, TRIM(o.order_number) AS number,
                ROW_NUMBER() OVER (PARTITION BY TRIM(o.order_number)
                  ORDER BY o.receipt_id DESC, o.report_id DESC) AS nth
              FROM shop_orders AS o
              WHERE o.program_id = $program AND o.ordered_at <= $as_of{within(cut, "o.ordered_at")}) AS s
        WHERE s.nth = 1
        """,
    )


def _named(cut: Cut) -> Step:
    """Every event with an order number. own: made of the shop's own file, which is no tracking."""
    return Step(
        "named",
        """
        SELECT TRIM(e.order_number) AS number, e.kind, e.label, e.occurred_at,
          CASE WHEN f.source IS NULL THEN 0 ELSE 1 END AS own
        FROM outcomes AS e LEFT JOIN (SELECT DISTINCT source FROM shop) AS f ON f.source = e.source
        WHERE e.program_id = $program AND e.occurred_at <= $as_of AND e.order_number IS NOT NULL
        """,
    )


def _found() -> Step:
    return Step(
        "found",
        f"""
        SELECT n.number, MAX(CASE WHEN n.label = 'valid' THEN 1 ELSE 0 END) AS counted
        FROM named AS n WHERE n.own = 0 AND n.kind IN ({_ORDERS}) GROUP BY n.number
        """,
    )


def _free() -> Step:
    """Tracked numbers that are none of the shop's, by how they are written loosely."""
    return Step(
        "free",
        f"""
        SELECT {_loose("f.number")} AS bare, COUNT(*) AS alike, MAX(f.counted) AS counted
        FROM found AS f LEFT JOIN shop AS s ON s.number = f.number WHERE s.number IS NULL
        GROUP BY {_loose("f.number")}
        """,
    )


def _asking() -> Step:
    """Loose numbers that exactly one order of the shop has, of those without an exact match."""
    return Step(
        "asking",
        """
        SELECT s.bare FROM shop AS s LEFT JOIN found AS f ON f.number = s.number WHERE f.number IS NULL
        GROUP BY s.bare HAVING COUNT(*) = 1
        """,
    )


def _began() -> Step:
    return Step(
        "began",
        f"""
        SELECT MIN(e.occurred_at) AS began_at FROM outcomes AS e
          LEFT JOIN (SELECT DISTINCT source FROM shop) AS f ON f.source = e.source
        WHERE e.program_id = $program AND e.kind IN ({_ORDERS}) AND e.label = 'valid' AND f.source IS NULL
        """,
    )


def _reconciled() -> Step:
    tracked = "COALESCE(f.counted, l.counted, 0) = 1"
    known = "f.number IS NOT NULL OR l.bare IS NOT NULL OR m.number IS NOT NULL"
    return Step(
        "reconciled_orders",
        f"""
        SELECT s.*, {tracked} AS tracked,
          s.status IN ('placed', 'refunded') AND ({known} OR COALESCE(s.ordered_at >= b.began_at, FALSE)) AS expected
        FROM shop AS s
          LEFT JOIN found AS f ON f.number = s.number
          LEFT JOIN (SELECT a.* FROM free AS a JOIN asking AS q ON q.bare = a.bare WHERE a.alike = 1) AS l
            ON l.bare = s.bare AND f.number IS NULL
          LEFT JOIN (SELECT DISTINCT number FROM named WHERE kind NOT IN ({_CORRECTIONS})) AS m
            ON m.number = s.number
          CROSS JOIN began AS b
        """,
    )


def _loose(number: str) -> str:
    """A number in small letters without leading `#` and zeros; of zeros alone, the last."""
    bare = f"LOWER(TRIM(LTRIM(TRIM({number}), '#')))"
    return f"COALESCE(NULLIF(LTRIM({bare}, '0'), ''), {bare})"
