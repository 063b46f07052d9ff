WITH "rows_paths" AS (
  SELECT
    1 AS "part",
    7 AS "tag",
    COALESCE(LOWER(HEX("t"."partner_id")), '') AS "who",
    0 AS "u",
    CASE
      WHEN (
        "t"."share_ppb" > 0
      )
      THEN CAST(COALESCE("t"."value_minor", 0) AS INT128) * "t"."share_ppb"
      ELSE 0
    END AS "s",
    "t"."conversion_id" AS "thing",
    "t"."share_ppb" AS "share_ppb",
    (
      "t"."share_ppb" > 0
    ) AS "above",
    FALSE AS "below",
    "t".*
  FROM "paths" AS "t"
  WHERE
    "t"."program_id" = $program
    AND "t"."definition_id" = $definition
    AND "t"."converted_at" <= $as_of
    AND "t"."currency" = $currency
    AND "t"."converted_at" >= $start
    AND "t"."converted_at" < $end
    AND (
      NOT "t"."partner_id" IS NULL
    )
    AND TRUE
    AND (
      (
        "t"."share_ppb" > 0
      )
    )
), "entries" AS (
  SELECT
    "r"."part",
    "r"."tag",
    "r"."who",
    "r"."u",
    "r"."s",
    0 AS "immature"
  FROM "rows_paths" AS "r"
), "counting" AS (
  SELECT
    "r"."part",
    "r"."thing",
    "r"."share_ppb"
  FROM "rows_paths" AS "r"
  WHERE
    "r"."above"
), "by_cluster" AS (
  SELECT
    "part",
    "tag",
    "who",
    CAST(SUM("u") AS BIGINT) AS "u",
    SUM("s") AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "tag",
    "who"
), "told" AS (
  SELECT
    'total' AS "scope",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM(CAST("u" AS INT128) * "u"), 0) AS "units_sq",
    COALESCE(SUM(CAST((
      "s" // 1000000000
    ) AS INT128) * (
      "s" // 1000000000
    )), 0) AS "successes_sq",
    COALESCE(SUM(CAST("u" AS INT128) * (
      "s" // 1000000000
    )), 0) AS "units_successes",
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
  UNION ALL
  SELECT
    'total' AS "scope",
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
    'total' AS "scope",
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
    COALESCE(SUM(CASE WHEN "nth" <= 1 THEN "s" ELSE 0 END), 0) AS "top_1",
    COALESCE(SUM(CASE WHEN "nth" <= 5 THEN "s" ELSE 0 END), 0) AS "top_5",
    COALESCE(SUM(CASE WHEN "nth" <= 10 THEN "s" ELSE 0 END), 0) AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM (
    SELECT
      "s",
      ROW_NUMBER() OVER (ORDER BY "s" DESC, "who") AS "nth"
    FROM (
      SELECT
        "who",
        SUM("s") AS "s"
      FROM "by_cluster"
      WHERE
        "part" IN (1, 3)
      GROUP BY
        "who"
    ) AS "parts"
  ) AS "items"
  UNION ALL
  SELECT
    'total' AS "scope",
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
    COUNT(DISTINCT "thing") AS "conversions",
    COALESCE(SUM("share_ppb"), 0) AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "counting"
  WHERE
    "part" IN (1, 3)
)
SELECT
  *
FROM (
  SELECT
    "scope",
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
      CAST(SUM("units") AS BIGINT) AS "units",
      SUM("successes") AS "successes",
      CAST(SUM("clusters") AS BIGINT) AS "clusters",
      SUM("units_sq") AS "units_sq",
      SUM("successes_sq") AS "successes_sq",
      SUM("units_successes") AS "units_successes",
      CAST(SUM("largest") AS BIGINT) AS "largest",
      CAST(SUM("immature") AS BIGINT) AS "immature",
      CAST(SUM("crossing") AS BIGINT) AS "crossing",
      CAST(SUM("excluded") AS BIGINT) AS "excluded",
      CAST(SUM("conversions") AS BIGINT) AS "conversions",
      CAST(SUM("share_ppb") AS BIGINT) AS "share_ppb",
      SUM("top_1") AS "top_1",
      SUM("top_5") AS "top_5",
      SUM("top_10") AS "top_10",
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
        COALESCE(EPOCH_US(MIN("u"."converted_at")) + 1, 0) AS "first_us",
        COALESCE(EPOCH_US(MAX("u"."converted_at")) + 1, 0) AS "last_us",
        0 AS "aside"
      FROM "rows_paths" AS "u"
      WHERE
        "u"."above" AND "part" IN (1, 3)
    ) AS "every"
    GROUP BY
      "scope"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope"
-- parameters: as_of, currency, definition, end, program, start
