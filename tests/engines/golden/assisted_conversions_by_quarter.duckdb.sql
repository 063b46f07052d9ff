WITH "rows_paths" AS (
  SELECT
    1 AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("t"."converted_at") + CASE
          WHEN EPOCH_US("t"."converted_at") >= $shift_from_1
          THEN $shift_1
          ELSE $shift_0
        END
      ),
      '%Y-Q'
    ) || CAST(QUARTER(
      MAKE_TIMESTAMP(
        EPOCH_US("t"."converted_at") + CASE
          WHEN EPOCH_US("t"."converted_at") >= $shift_from_1
          THEN $shift_1
          ELSE $shift_0
        END
      )
    ) AS TEXT) AS "k1",
    5 AS "tag",
    "t"."subject" AS "who",
    0 AS "u",
    0 AS "s",
    "t"."conversion_id" AS "thing",
    "t"."share_ppb" AS "share_ppb",
    (
      "t"."counts" AND "t"."source_share_ppb" = 0
    ) AS "above",
    FALSE AS "below",
    "t".*
  FROM (
    SELECT
      "p".*,
      SUM("p"."share_ppb") OVER (
        PARTITION BY "p"."conversion_id", COALESCE("p"."partner_id", "p"."channel_id", $nobody)
      ) AS "source_share_ppb"
    FROM "paths" AS "p"
    WHERE
      "p"."program_id" = $program
      AND "p"."definition_id" = $definition
      AND "p"."converted_at" <= $as_of
      AND "p"."converted_at" >= $start
      AND "p"."converted_at" < $end
  ) AS "t"
  WHERE
    "t"."program_id" = $program
    AND "t"."definition_id" = $definition
    AND "t"."converted_at" <= $as_of
    AND "t"."converted_at" >= $start
    AND "t"."converted_at" < $end
    AND (
      NOT "t"."partner_id" IS NULL
    )
    AND TRUE
    AND (
      (
        "t"."counts" AND "t"."source_share_ppb" = 0
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
  FROM "rows_paths" AS "r"
), "counting" AS (
  SELECT
    "r"."part",
    "r"."k1",
    "r"."thing",
    "r"."share_ppb"
  FROM "rows_paths" AS "r"
  WHERE
    "r"."above"
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
    COALESCE(SUM(CAST("u" AS INT128) * "u"), 0) AS "units_sq",
    COALESCE(SUM(CAST("s" AS INT128) * "s"), 0) AS "successes_sq",
    COALESCE(SUM(CAST("u" AS INT128) * "s"), 0) AS "units_successes",
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
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM(CAST("u" AS INT128) * "u"), 0) AS "units_sq",
    COALESCE(SUM(CAST("s" AS INT128) * "s"), 0) AS "successes_sq",
    COALESCE(SUM(CAST("u" AS INT128) * "s"), 0) AS "units_successes",
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
      SUM("units") AS "units",
      SUM("successes") AS "successes",
      SUM("clusters") AS "clusters",
      SUM("units_sq") AS "units_sq",
      SUM("successes_sq") AS "successes_sq",
      SUM("units_successes") AS "units_successes",
      SUM("largest") AS "largest",
      SUM("immature") AS "immature",
      SUM("crossing") AS "crossing",
      SUM("excluded") AS "excluded",
      SUM("conversions") AS "conversions",
      SUM("share_ppb") AS "share_ppb",
      SUM("top_1") AS "top_1",
      SUM("top_5") AS "top_5",
      SUM("top_10") AS "top_10",
      SUM("first_us") AS "first_us",
      SUM("last_us") AS "last_us",
      SUM("aside") AS "aside"
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
        COALESCE(MIN(EPOCH_US("u"."converted_at")), 0) AS "first_us",
        COALESCE(MAX(EPOCH_US("u"."converted_at")), 0) AS "last_us",
        0 AS "aside"
      FROM "rows_paths" AS "u"
      WHERE
        "u"."above" AND "part" IN (1, 3)
    ) AS "every"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope",
  "k1"
-- parameters: as_of, definition, end, nobody, program, shift_0, shift_1, shift_from_1, start
