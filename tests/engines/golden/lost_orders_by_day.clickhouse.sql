WITH "shop" AS MATERIALIZED (
  SELECT
    "s_row".*,
    COALESCE(
      nullIf(
        TRIM(LEADING '0' FROM LOWER(TRIM(TRIM(LEADING '#' FROM TRIM("s_row"."number"))))),
        ''
      ),
      LOWER(TRIM(TRIM(LEADING '#' FROM TRIM("s_row"."number"))))
    ) AS "bare"
  FROM (
    SELECT
      "o_row".*,
      TRIM("o_row"."order_number") AS "number",
      ROW_NUMBER() OVER (
        PARTITION BY TRIM("o_row"."order_number")
        ORDER BY "o_row"."receipt_id" DESC, "o_row"."report_id" DESC
      ) AS "nth"
    FROM "shop_orders" AS "o_row"
    WHERE
      "o_row"."program_id" = unhex({program: String})
      AND "o_row"."ordered_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND "o_row"."ordered_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
      AND "o_row"."ordered_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
  ) AS "s_row"
  WHERE
    "s_row"."nth" = toInt64(1)
), "named" AS MATERIALIZED (
  SELECT
    TRIM("e_row"."order_number") AS "number",
    "e_row"."kind" AS "kind",
    "e_row"."label" AS "label",
    "e_row"."occurred_at" AS "occurred_at",
    CASE WHEN "f_row"."source" IS NULL THEN toInt64(0) ELSE toInt64(1) END AS "own"
  FROM "outcomes" AS "e_row"
  LEFT JOIN (
    SELECT DISTINCT
      "source" AS "source"
    FROM "shop"
  ) AS "f_row"
    ON "f_row"."source" = "e_row"."source"
  WHERE
    "e_row"."program_id" = unhex({program: String})
    AND "e_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND NOT (
      "e_row"."order_number" IS NULL
    )
), "found" AS MATERIALIZED (
  SELECT
    "n_row"."number" AS "number",
    MAX(CASE WHEN "n_row"."label" = 'valid' THEN toInt64(1) ELSE toInt64(0) END) AS "counted"
  FROM "named" AS "n_row"
  WHERE
    "n_row"."own" = toInt64(0)
    AND "n_row"."kind" IN ('purchase', 'subscription', 'renewal')
  GROUP BY
    "n_row"."number"
), "free" AS MATERIALIZED (
  SELECT
    COALESCE(
      nullIf(
        TRIM(LEADING '0' FROM LOWER(TRIM(TRIM(LEADING '#' FROM TRIM("f_row"."number"))))),
        ''
      ),
      LOWER(TRIM(TRIM(LEADING '#' FROM TRIM("f_row"."number"))))
    ) AS "bare",
    toInt64(COUNT(*)) AS "alike",
    MAX("f_row"."counted") AS "counted"
  FROM "found" AS "f_row"
  LEFT JOIN "shop" AS "s_row"
    ON "s_row"."number" = "f_row"."number"
  WHERE
    "s_row"."number" IS NULL
  GROUP BY
    COALESCE(
      nullIf(
        TRIM(LEADING '0' FROM LOWER(TRIM(TRIM(LEADING '#' FROM TRIM("f_row"."number"))))),
        ''
      ),
      LOWER(TRIM(TRIM(LEADING '#' FROM TRIM("f_row"."number"))))
    )
), "asking" AS MATERIALIZED (
  SELECT
    "s_row"."bare" AS "bare"
  FROM "shop" AS "s_row"
  LEFT JOIN "found" AS "f_row"
    ON "f_row"."number" = "s_row"."number"
  WHERE
    "f_row"."number" IS NULL
  GROUP BY
    "s_row"."bare"
  HAVING
    toInt64(COUNT(*)) = toInt64(1)
), "began" AS MATERIALIZED (
  SELECT
    MIN("e_row"."occurred_at") AS "began_at"
  FROM "outcomes" AS "e_row"
  LEFT JOIN (
    SELECT DISTINCT
      "source" AS "source"
    FROM "shop"
  ) AS "f_row"
    ON "f_row"."source" = "e_row"."source"
  WHERE
    "e_row"."program_id" = unhex({program: String})
    AND "e_row"."kind" IN ('purchase', 'subscription', 'renewal')
    AND "e_row"."label" = 'valid'
    AND "f_row"."source" IS NULL
), "reconciled_orders" AS MATERIALIZED (
  SELECT
    "s_row".*,
    COALESCE("f_row"."counted", "l_row"."counted", toInt64(0)) = toInt64(1) AS "tracked",
    "s_row"."status" IN ('placed', 'refunded')
    AND (
      NOT (
        "f_row"."number" IS NULL
      )
      OR NOT (
        "l_row"."bare" IS NULL
      )
      OR NOT (
        "m_row"."number" IS NULL
      )
      OR COALESCE("s_row"."ordered_at" >= "b_row"."began_at", FALSE)
    ) AS "expected"
  FROM "shop" AS "s_row"
  LEFT JOIN "found" AS "f_row"
    ON "f_row"."number" = "s_row"."number"
  LEFT JOIN (
    SELECT
      "a_row".*
    FROM "free" AS "a_row"
    JOIN "asking" AS "q_row"
      ON "q_row"."bare" = "a_row"."bare"
    WHERE
      "a_row"."alike" = toInt64(1)
  ) AS "l_row"
    ON "l_row"."bare" = "s_row"."bare" AND "f_row"."number" IS NULL
  LEFT JOIN (
    SELECT DISTINCT
      "number" AS "number"
    FROM "named"
    WHERE
      NOT (
        "kind" IN ('refund', 'chargeback', 'cancellation')
      )
  ) AS "m_row"
    ON "m_row"."number" = "s_row"."number"
  CROSS JOIN "began" AS "b_row"
), "rows_reconciled_orders" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    formatDateTime(
      fromUnixTimestamp64Micro(
        toUnixTimestamp64Micro("t_row"."ordered_at") + CASE
          WHEN toUnixTimestamp64Micro("t_row"."ordered_at") >= {shift_from_1: Int64}
          THEN {shift_1: Int64}
          ELSE {shift_0: Int64}
        END,
        'UTC'
      ),
      '%Y-%m-%d',
      'UTC'
    ) AS "k1",
    toInt64(6) AS "tag",
    "t_row"."order_number" AS "who",
    CASE WHEN (
      "t_row"."expected"
    ) THEN toInt64(1) ELSE toInt64(0) END AS "u",
    CASE
      WHEN (
        "t_row"."expected"
      )
      THEN CASE
        WHEN (
          "t_row"."expected" AND NOT "t_row"."tracked"
        )
        THEN toInt64(1)
        ELSE toInt64(0)
      END
      ELSE toInt64(0)
    END AS "s",
    toInt64(0) AS "share_ppb",
    (
      "t_row"."expected" AND NOT "t_row"."tracked"
    ) AS "above",
    (
      "t_row"."expected"
    ) AS "below",
    "t_row".*
  FROM "reconciled_orders" AS "t_row"
  WHERE
    "t_row"."program_id" = unhex({program: String})
    AND "t_row"."ordered_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND "t_row"."ordered_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "t_row"."ordered_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
    AND (
      TRUE
    )
    AND TRUE
    AND (
      (
        "t_row"."expected" AND NOT "t_row"."tracked"
      ) OR (
        "t_row"."expected"
      )
    )
), "entries" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."k1" AS "k1",
    "r_row"."tag" AS "tag",
    "r_row"."who" AS "who",
    "r_row"."u" AS "u",
    "r_row"."s" AS "s",
    toInt64(0) AS "immature"
  FROM "rows_reconciled_orders" AS "r_row"
), "by_cluster" AS MATERIALIZED (
  SELECT
    "part" AS "part",
    "k1" AS "k1",
    "tag" AS "tag",
    "who" AS "who",
    CAST(SUM("u") AS Nullable(Int64)) AS "u",
    CAST(SUM("s") AS Nullable(Int64)) AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "tag",
    "who"
), "told" AS MATERIALIZED (
  SELECT
    'total' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM("u" * "u"), toInt64(0)) AS "units_sq",
    COALESCE(SUM("s" * "s"), toInt64(0)) AS "successes_sq",
    COALESCE(SUM("u" * "s"), toInt64(0)) AS "units_successes",
    COALESCE(MAX("u"), toInt64(0)) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM (
    SELECT
      "tag" AS "tag",
      "who" AS "who",
      CAST(SUM("u") AS Nullable(Int64)) AS "u",
      CAST(SUM("s") AS Nullable(Int64)) AS "s"
    FROM "by_cluster"
    WHERE
      "part" IN (toInt64(1), toInt64(3))
    GROUP BY
      "tag",
      "who"
  ) AS "persons_row"
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    COALESCE(SUM("u"), toInt64(0)) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (toInt64(5), toInt64(7))
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1" AS "k1",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM("u" * "u"), toInt64(0)) AS "units_sq",
    COALESCE(SUM("s" * "s"), toInt64(0)) AS "successes_sq",
    COALESCE(SUM("u" * "s"), toInt64(0)) AS "units_successes",
    COALESCE(MAX("u"), toInt64(0)) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1" AS "k1",
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    COALESCE(SUM("u"), toInt64(0)) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (toInt64(5), toInt64(7))
  GROUP BY
    "k1"
)
SELECT
  *
FROM (
  SELECT
    "scope" AS "scope",
    "k1" AS "k1",
    "units" AS "units",
    "successes" AS "successes",
    "clusters" AS "clusters",
    "units_sq" AS "units_sq",
    "successes_sq" AS "successes_sq",
    "units_successes" AS "units_successes",
    "largest" AS "largest",
    "immature" AS "immature",
    "crossing" AS "crossing",
    "excluded" AS "excluded",
    "conversions" AS "conversions",
    "share_ppb" AS "share_ppb",
    "top_1" AS "top_1",
    "top_5" AS "top_5",
    "top_10" AS "top_10",
    "first_us" AS "first_us",
    "last_us" AS "last_us",
    "aside" AS "aside"
  FROM (
    SELECT
      "scope" AS "scope",
      "k1" AS "k1",
      CAST(SUM("units") AS Nullable(Int64)) AS "units",
      CAST(SUM("successes") AS Nullable(Int64)) AS "successes",
      CAST(SUM("clusters") AS Nullable(Int64)) AS "clusters",
      CAST(SUM("units_sq") AS Nullable(Int64)) AS "units_sq",
      CAST(SUM("successes_sq") AS Nullable(Int64)) AS "successes_sq",
      CAST(SUM("units_successes") AS Nullable(Int64)) AS "units_successes",
      CAST(SUM("largest") AS Nullable(Int64)) AS "largest",
      CAST(SUM("immature") AS Nullable(Int64)) AS "immature",
      CAST(SUM("crossing") AS Nullable(Int64)) AS "crossing",
      CAST(SUM("excluded") AS Nullable(Int64)) AS "excluded",
      CAST(SUM("conversions") AS Nullable(Int64)) AS "conversions",
      CAST(SUM("share_ppb") AS Nullable(Int64)) AS "share_ppb",
      CAST(SUM("top_1") AS Nullable(Int64)) AS "top_1",
      CAST(SUM("top_5") AS Nullable(Int64)) AS "top_5",
      CAST(SUM("top_10") AS Nullable(Int64)) AS "top_10",
      CAST(SUM("first_us") AS Nullable(Int64)) AS "first_us",
      CAST(SUM("last_us") AS Nullable(Int64)) AS "last_us",
      CAST(SUM("aside") AS Nullable(Int64)) AS "aside"
    FROM (
      SELECT
        *
      FROM "told"
      UNION ALL
      SELECT
        'total' AS "scope",
        '' AS "k1",
        toInt64(0) AS "units",
        toInt64(0) AS "successes",
        toInt64(0) AS "clusters",
        toInt64(0) AS "units_sq",
        toInt64(0) AS "successes_sq",
        toInt64(0) AS "units_successes",
        toInt64(0) AS "largest",
        toInt64(0) AS "immature",
        toInt64(0) AS "crossing",
        toInt64(0) AS "excluded",
        toInt64(0) AS "conversions",
        toInt64(0) AS "share_ppb",
        toInt64(0) AS "top_1",
        toInt64(0) AS "top_5",
        toInt64(0) AS "top_10",
        COALESCE(toUnixTimestamp64Micro(MIN("u_row"."ordered_at")) + toInt64(1), toInt64(0)) AS "first_us",
        COALESCE(toUnixTimestamp64Micro(MAX("u_row"."ordered_at")) + toInt64(1), toInt64(0)) AS "last_us",
        toInt64(0) AS "aside"
      FROM "rows_reconciled_orders" AS "u_row"
      WHERE
        "u_row"."below" AND "part" IN (toInt64(1), toInt64(3))
    ) AS "every_row"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells_row"
) AS "written_row"
ORDER BY
  "scope",
  "k1"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, end, program, shift_0, shift_1, shift_from_1, start
