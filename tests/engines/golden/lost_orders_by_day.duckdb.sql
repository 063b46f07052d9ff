WITH "shop" AS (
  SELECT
    "s".*,
    COALESCE(
      NULLIF(LTRIM(LOWER(TRIM(LTRIM(TRIM("s"."number"), '#'))), '0'), ''),
      LOWER(TRIM(LTRIM(TRIM("s"."number"), '#')))
    ) AS "bare"
  FROM (
    SELECT
      "o".*,
      TRIM("o"."order_number") AS "number",
      ROW_NUMBER() OVER (
        PARTITION BY TRIM("o"."order_number")
        ORDER BY "o"."receipt_id" DESC, "o"."report_id" DESC
      ) AS "nth"
    FROM "shop_orders" AS "o"
    WHERE
      "o"."program_id" = $program
      AND "o"."ordered_at" <= $as_of
      AND "o"."ordered_at" >= $start
      AND "o"."ordered_at" < $end
  ) AS "s"
  WHERE
    "s"."nth" = 1
), "named" AS (
  SELECT
    TRIM("e"."order_number") AS "number",
    "e"."kind",
    "e"."label",
    "e"."occurred_at",
    CASE WHEN "f"."source" IS NULL THEN 0 ELSE 1 END AS "own"
  FROM "outcomes" AS "e"
  LEFT JOIN (
    SELECT DISTINCT
      "source"
    FROM "shop"
  ) AS "f"
    ON "f"."source" = "e"."source"
  WHERE
    "e"."program_id" = $program
    AND "e"."occurred_at" <= $as_of
    AND NOT "e"."order_number" IS NULL
), "found" AS (
  SELECT
    "n"."number",
    MAX(CASE WHEN "n"."label" = 'valid' THEN 1 ELSE 0 END) AS "counted"
  FROM "named" AS "n"
  WHERE
    "n"."own" = 0 AND "n"."kind" IN ('purchase', 'subscription', 'renewal')
  GROUP BY
    "n"."number"
), "free" AS (
  SELECT
    COALESCE(
      NULLIF(LTRIM(LOWER(TRIM(LTRIM(TRIM("f"."number"), '#'))), '0'), ''),
      LOWER(TRIM(LTRIM(TRIM("f"."number"), '#')))
    ) AS "bare",
    COUNT(*) AS "alike",
    MAX("f"."counted") AS "counted"
  FROM "found" AS "f"
  LEFT JOIN "shop" AS "s"
    ON "s"."number" = "f"."number"
  WHERE
    "s"."number" IS NULL
  GROUP BY
    COALESCE(
      NULLIF(LTRIM(LOWER(TRIM(LTRIM(TRIM("f"."number"), '#'))), '0'), ''),
      LOWER(TRIM(LTRIM(TRIM("f"."number"), '#')))
    )
), "asking" AS (
  SELECT
    "s"."bare"
  FROM "shop" AS "s"
  LEFT JOIN "found" AS "f"
    ON "f"."number" = "s"."number"
  WHERE
    "f"."number" IS NULL
  GROUP BY
    "s"."bare"
  HAVING
    COUNT(*) = 1
), "began" AS (
  SELECT
    MIN("e"."occurred_at") AS "began_at"
  FROM "outcomes" AS "e"
  LEFT JOIN (
    SELECT DISTINCT
      "source"
    FROM "shop"
  ) AS "f"
    ON "f"."source" = "e"."source"
  WHERE
    "e"."program_id" = $program
    AND "e"."kind" IN ('purchase', 'subscription', 'renewal')
    AND "e"."label" = 'valid'
    AND "f"."source" IS NULL
), "reconciled_orders" AS (
  SELECT
    "s".*,
    COALESCE("f"."counted", "l"."counted", 0) = 1 AS "tracked",
    "s"."status" IN ('placed', 'refunded')
    AND (
      NOT "f"."number" IS NULL
      OR NOT "l"."bare" IS NULL
      OR NOT "m"."number" IS NULL
      OR COALESCE("s"."ordered_at" >= "b"."began_at", FALSE)
    ) AS "expected"
  FROM "shop" AS "s"
  LEFT JOIN "found" AS "f"
    ON "f"."number" = "s"."number"
  LEFT JOIN (
    SELECT
      "a".*
    FROM "free" AS "a"
    JOIN "asking" AS "q"
      ON "q"."bare" = "a"."bare"
    WHERE
      "a"."alike" = 1
  ) AS "l"
    ON "l"."bare" = "s"."bare" AND "f"."number" IS NULL
  LEFT JOIN (
    SELECT DISTINCT
      "number"
    FROM "named"
    WHERE
      NOT "kind" IN ('refund', 'chargeback', 'cancellation')
  ) AS "m"
    ON "m"."number" = "s"."number"
  CROSS JOIN "began" AS "b"
), "rows_reconciled_orders" AS (
  SELECT
    1 AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("t"."ordered_at") + CASE
          WHEN EPOCH_US("t"."ordered_at") >= $shift_from_1
          THEN $shift_1
          ELSE $shift_0
        END
      ),
      '%Y-%m-%d'
    ) AS "k1",
    6 AS "tag",
    "t"."order_number" AS "who",
    CASE WHEN (
      "t"."expected"
    ) THEN 1 ELSE 0 END AS "u",
    CASE
      WHEN (
        "t"."expected"
      )
      THEN CASE WHEN (
        "t"."expected" AND NOT "t"."tracked"
      ) THEN 1 ELSE 0 END
      ELSE 0
    END AS "s",
    0 AS "share_ppb",
    (
      "t"."expected" AND NOT "t"."tracked"
    ) AS "above",
    (
      "t"."expected"
    ) AS "below",
    "t".*
  FROM "reconciled_orders" AS "t"
  WHERE
    "t"."program_id" = $program
    AND "t"."ordered_at" <= $as_of
    AND "t"."ordered_at" >= $start
    AND "t"."ordered_at" < $end
    AND (
      TRUE
    )
    AND TRUE
    AND (
      (
        "t"."expected" AND NOT "t"."tracked"
      ) OR (
        "t"."expected"
      )
    )
), "entries" AS (
  SELECT
    "r"."part",
    "r"."k1",
    "r"."tag",
    "r"."who",
    "r"."u",
    "r"."s",
    0 AS "immature"
  FROM "rows_reconciled_orders" AS "r"
), "by_cluster" AS (
  SELECT
    "part",
    "k1",
    "tag",
    "who",
    CAST(SUM("u") AS BIGINT) AS "u",
    CAST(SUM("s") AS BIGINT) AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "tag",
    "who"
), "told" AS (
  SELECT
    'total' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM("u" * "u"), 0) AS "units_sq",
    COALESCE(SUM("s" * "s"), 0) AS "successes_sq",
    COALESCE(SUM("u" * "s"), 0) AS "units_successes",
    COALESCE(MAX("u"), 0) AS "largest",
    0 AS "immature",
    0 AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM (
    SELECT
      "tag",
      "who",
      CAST(SUM("u") AS BIGINT) AS "u",
      CAST(SUM("s") AS BIGINT) AS "s"
    FROM "by_cluster"
    WHERE
      "part" IN (1, 3)
    GROUP BY
      "tag",
      "who"
  ) AS "persons"
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    0 AS "crossing",
    COALESCE(SUM("u"), 0) AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (5, 7)
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM("u" * "u"), 0) AS "units_sq",
    COALESCE(SUM("s" * "s"), 0) AS "successes_sq",
    COALESCE(SUM("u" * "s"), 0) AS "units_successes",
    COALESCE(MAX("u"), 0) AS "largest",
    0 AS "immature",
    0 AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (1, 3)
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    0 AS "crossing",
    COALESCE(SUM("u"), 0) AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (5, 7)
  GROUP BY
    "k1"
)
SELECT
  *
FROM (
  SELECT
    "scope",
    "k1" AS "k1",
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
    "aside"
  FROM (
    SELECT
      "scope",
      "k1",
      CAST(SUM("units") AS BIGINT) AS "units",
      CAST(SUM("successes") AS BIGINT) AS "successes",
      CAST(SUM("clusters") AS BIGINT) AS "clusters",
      CAST(SUM("units_sq") AS BIGINT) AS "units_sq",
      CAST(SUM("successes_sq") AS BIGINT) AS "successes_sq",
      CAST(SUM("units_successes") AS BIGINT) AS "units_successes",
      CAST(SUM("largest") AS BIGINT) AS "largest",
      CAST(SUM("immature") AS BIGINT) AS "immature",
      CAST(SUM("crossing") AS BIGINT) AS "crossing",
      CAST(SUM("excluded") AS BIGINT) AS "excluded",
      CAST(SUM("conversions") AS BIGINT) AS "conversions",
      CAST(SUM("share_ppb") AS BIGINT) AS "share_ppb",
      CAST(SUM("top_1") AS BIGINT) AS "top_1",
      CAST(SUM("top_5") AS BIGINT) AS "top_5",
      CAST(SUM("top_10") AS BIGINT) AS "top_10",
      CAST(SUM("first_us") AS BIGINT) AS "first_us",
      CAST(SUM("last_us") AS BIGINT) AS "last_us",
      CAST(SUM("aside") AS BIGINT) AS "aside"
    FROM (
      SELECT
        *
      FROM "told"
      UNION ALL
      SELECT
        'total' AS "scope",
        '' AS "k1",
        0 AS "units",
        0 AS "successes",
        0 AS "clusters",
        0 AS "units_sq",
        0 AS "successes_sq",
        0 AS "units_successes",
        0 AS "largest",
        0 AS "immature",
        0 AS "crossing",
        0 AS "excluded",
        0 AS "conversions",
        0 AS "share_ppb",
        0 AS "top_1",
        0 AS "top_5",
        0 AS "top_10",
        COALESCE(EPOCH_US(MIN("u"."ordered_at")) + 1, 0) AS "first_us",
        COALESCE(EPOCH_US(MAX("u"."ordered_at")) + 1, 0) AS "last_us",
        0 AS "aside"
      FROM "rows_reconciled_orders" AS "u"
      WHERE
        "u"."below" AND "part" IN (1, 3)
    ) AS "every"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope",
  "k1"
-- parameters: as_of, end, program, shift_0, shift_1, shift_from_1, start
