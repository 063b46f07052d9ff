WITH "rows_paths" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    formatDateTime(
      fromUnixTimestamp64Micro(
        toUnixTimestamp64Micro("t_row"."converted_at") + CASE
          WHEN toUnixTimestamp64Micro("t_row"."converted_at") >= {shift_from_1: Int64}
          THEN {shift_1: Int64}
          ELSE {shift_0: Int64}
        END,
        'UTC'
      ),
      '%Y-Q%Q',
      'UTC'
    ) AS "k1",
    toInt64(5) AS "tag",
    "t_row"."subject" AS "who",
    toInt64(0) AS "u",
    toInt64(0) AS "s",
    "t_row"."conversion_id" AS "thing",
    "t_row"."share_ppb" AS "share_ppb",
    (
      "t_row"."counts" AND "t_row"."source_share_ppb" = toInt64(0)
    ) AS "above",
    FALSE AS "below",
    "t_row".*
  FROM (
    SELECT
      "p_row".*,
      SUM("p_row"."share_ppb") OVER (
        PARTITION BY "p_row"."conversion_id", COALESCE("p_row"."partner_id", "p_row"."channel_id", unhex({nobody: String}))
      ) AS "source_share_ppb"
    FROM "paths" AS "p_row"
    WHERE
      "p_row"."program_id" = unhex({program: String})
      AND "p_row"."definition_id" = unhex({definition: String})
      AND "p_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND "p_row"."converted_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
      AND "p_row"."converted_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
  ) AS "t_row"
  WHERE
    "t_row"."program_id" = unhex({program: String})
    AND "t_row"."definition_id" = unhex({definition: String})
    AND "t_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND "t_row"."converted_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "t_row"."converted_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
    AND (
      NOT (
        "t_row"."partner_id" IS NULL
      )
    )
    AND TRUE
    AND (
      (
        "t_row"."counts" AND "t_row"."source_share_ppb" = toInt64(0)
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
  FROM "rows_paths" AS "r_row"
), "counting" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."k1" AS "k1",
    "r_row"."thing" AS "thing",
    "r_row"."share_ppb" AS "share_ppb"
  FROM "rows_paths" AS "r_row"
  WHERE
    "r_row"."above"
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
    toInt64(uniqExact("thing")) AS "conversions",
    COALESCE(SUM("share_ppb"), toInt64(0)) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "counting"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
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
    toInt64(0) AS "excluded",
    toInt64(uniqExact("thing")) AS "conversions",
    COALESCE(SUM("share_ppb"), toInt64(0)) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "counting"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
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
        COALESCE(toUnixTimestamp64Micro(MIN("u_row"."converted_at")) + toInt64(1), toInt64(0)) AS "first_us",
        COALESCE(toUnixTimestamp64Micro(MAX("u_row"."converted_at")) + toInt64(1), toInt64(0)) AS "last_us",
        toInt64(0) AS "aside"
      FROM "rows_paths" AS "u_row"
      WHERE
        "u_row"."above" AND "part" IN (toInt64(1), toInt64(3))
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
-- parameters: as_of, definition, end, nobody, program, shift_0, shift_1, shift_from_1, start
