WITH "rows_paths" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    toInt64(7) AS "tag",
    COALESCE(LOWER(HEX("t_row"."partner_id")), '') AS "who",
    toInt64(0) AS "u",
    CASE
      WHEN (
        "t_row"."share_ppb" > toInt64(0)
      )
      THEN toInt256(COALESCE("t_row"."value_minor", toInt64(0))) * "t_row"."share_ppb"
      ELSE toInt64(0)
    END AS "s",
    "t_row"."conversion_id" AS "thing",
    "t_row"."share_ppb" AS "share_ppb",
    (
      "t_row"."share_ppb" > toInt64(0)
    ) AS "above",
    FALSE AS "below",
    "t_row".*
  FROM "paths" AS "t_row"
  WHERE
    "t_row"."program_id" = unhex({program: String})
    AND "t_row"."definition_id" = unhex({definition: String})
    AND "t_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND "t_row"."currency" = {currency: String}
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
        "t_row"."share_ppb" > toInt64(0)
      )
    )
), "entries" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."tag" AS "tag",
    "r_row"."who" AS "who",
    "r_row"."u" AS "u",
    "r_row"."s" AS "s",
    toInt64(0) AS "immature"
  FROM "rows_paths" AS "r_row"
), "counting" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."thing" AS "thing",
    "r_row"."share_ppb" AS "share_ppb"
  FROM "rows_paths" AS "r_row"
  WHERE
    "r_row"."above"
), "by_cluster" AS MATERIALIZED (
  SELECT
    "part" AS "part",
    "tag" AS "tag",
    "who" AS "who",
    CAST(SUM("u") AS Nullable(Int64)) AS "u",
    SUM("s") AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "tag",
    "who"
), "told" AS MATERIALIZED (
  SELECT
    'total' AS "scope",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM(toInt256("u") * "u"), toInt64(0)) AS "units_sq",
    COALESCE(
      SUM(toInt256(intDiv("s", toInt64(1000000000))) * intDiv("s", toInt64(1000000000))),
      toInt64(0)
    ) AS "successes_sq",
    COALESCE(SUM(toInt256("u") * intDiv("s", toInt64(1000000000))), toInt64(0)) AS "units_successes",
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
  UNION ALL
  SELECT
    'total' AS "scope",
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
    COALESCE(SUM(CASE WHEN "nth" <= toInt64(1) THEN "s" ELSE toInt64(0) END), toInt64(0)) AS "top_1",
    COALESCE(SUM(CASE WHEN "nth" <= toInt64(5) THEN "s" ELSE toInt64(0) END), toInt64(0)) AS "top_5",
    COALESCE(SUM(CASE WHEN "nth" <= toInt64(10) THEN "s" ELSE toInt64(0) END), toInt64(0)) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM (
    SELECT
      "s" AS "s",
      ROW_NUMBER() OVER (ORDER BY "s" DESC, "who") AS "nth"
    FROM (
      SELECT
        "who" AS "who",
        SUM("s") AS "s"
      FROM "by_cluster"
      WHERE
        "part" IN (toInt64(1), toInt64(3))
      GROUP BY
        "who"
    ) AS "parts_row"
  ) AS "items_row"
  UNION ALL
  SELECT
    'total' AS "scope",
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
)
SELECT
  *
FROM (
  SELECT
    "scope" AS "scope",
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
      CAST(SUM("units") AS Nullable(Int64)) AS "units",
      SUM("successes") AS "successes",
      CAST(SUM("clusters") AS Nullable(Int64)) AS "clusters",
      SUM("units_sq") AS "units_sq",
      SUM("successes_sq") AS "successes_sq",
      SUM("units_successes") AS "units_successes",
      CAST(SUM("largest") AS Nullable(Int64)) AS "largest",
      CAST(SUM("immature") AS Nullable(Int64)) AS "immature",
      CAST(SUM("crossing") AS Nullable(Int64)) AS "crossing",
      CAST(SUM("excluded") AS Nullable(Int64)) AS "excluded",
      CAST(SUM("conversions") AS Nullable(Int64)) AS "conversions",
      CAST(SUM("share_ppb") AS Nullable(Int64)) AS "share_ppb",
      SUM("top_1") AS "top_1",
      SUM("top_5") AS "top_5",
      SUM("top_10") AS "top_10",
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
      "scope"
  ) AS "cells_row"
) AS "written_row"
ORDER BY
  "scope"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, currency, definition, end, program, start
