WITH "reached" AS (
  SELECT
    1 AS "part",
    "c"."event_id" AS "unit_id",
    "c"."conversion_id",
    "c"."event_id",
    "c"."receipt_id",
    "c"."converted_at",
    "c"."touched_at",
    "c"."version",
    "c"."share_ppb",
    CASE
      WHEN "c"."customer_type" IN ('new', 'returning')
      THEN "c"."customer_type"
      ELSE 'unknown'
    END AS "customer_type"
  FROM "paths" AS "c"
  WHERE
    "c"."program_id" = $program
    AND "c"."definition_id" = $definition
    AND "c"."converted_at" <= $as_of
    AND (
      "c"."share_ppb" > 0
    )
    AND "c"."counts"
    AND "c"."kind" = 'impression'
    AND "c"."touched_at" >= $start
    AND (
      NOT "c"."partner_id" IS NULL
    )
), "outcomes" AS (
  SELECT
    "unit_id",
    MIN("part") AS "part",
    MAX(CASE WHEN "version" = $version THEN 1 ELSE 0 END) AS "under_version"
  FROM (
    SELECT
      "r".*,
      ROW_NUMBER() OVER (
        PARTITION BY "r"."unit_id"
        ORDER BY "r"."converted_at", "r"."conversion_id", "r"."event_id"
      ) AS "nth"
    FROM "reached" AS "r"
  ) AS "ordered"
  GROUP BY
    "unit_id"
), "entries" AS (
  SELECT
    1 + CASE WHEN "u"."counts" THEN 0 ELSE 4 END AS "part",
    "u"."tag",
    "u"."who",
    1 AS "u",
    CASE WHEN NOT "o"."unit_id" IS NULL THEN 1 ELSE 0 END AS "s",
    CASE WHEN "u"."counts" AND "u"."due_us" > $as_of_us THEN 1 ELSE 0 END AS "immature"
  FROM (
    SELECT
      "t"."event_id" AS "unit_id",
      "t"."occurred_at" AS "dated_at",
      EPOCH_US("t"."occurred_at") + CASE "t"."kind"
        WHEN $window_kind_0
        THEN $window_us_0
        WHEN $window_kind_1
        THEN $window_us_1
        WHEN $window_kind_2
        THEN $window_us_2
        ELSE 0
      END AS "due_us",
      CASE
        WHEN NOT "t"."visitor" IS NULL
        THEN 0
        WHEN NOT "t"."customer" IS NULL
        THEN 1
        WHEN NOT "t"."account" IS NULL
        THEN 2
        WHEN NOT "t"."session" IS NULL
        THEN 3
        ELSE 4
      END AS "tag",
      COALESCE("t"."visitor", "t"."customer", "t"."account", "t"."session", LOWER(HEX("t"."event_id"))) AS "who",
      "t"."counts",
      "t"."program_id",
      "t"."partner_id",
      "t"."partner_kind",
      "t"."partnership_id",
      "t"."placement_id",
      "t"."placement_type",
      "t"."link_id",
      "t"."code_id",
      "t"."channel_id",
      "t"."campaign_id",
      "t"."device",
      "t"."browser",
      "t"."country",
      "t"."visitor_type",
      "t"."landing_page",
      "t"."sub_id"
    FROM "touchpoints" AS "t"
    WHERE
      "t"."program_id" = $program
      AND "t"."occurred_at" <= $as_of
      AND "t"."kind" = 'impression'
      AND "t"."occurred_at" >= $start
      AND (
        NOT "t"."partner_id" IS NULL
      )
  ) AS "u"
  LEFT JOIN "outcomes" AS "o"
    ON "o"."unit_id" = "u"."unit_id"
), "counting" AS (
  SELECT
    "r"."part",
    "r"."conversion_id" AS "thing",
    "r"."share_ppb"
  FROM "reached" AS "r"
  WHERE
    TRUE
), "crossed" AS (
  SELECT
    "o"."part",
    1 AS "crossing"
  FROM "outcomes" AS "o"
  WHERE
    "o"."under_version" = 0 AND NOT "o"."unit_id" IS NULL
), "by_cluster" AS (
  SELECT
    "part",
    "tag",
    "who",
    CAST(SUM("u") AS BIGINT) AS "u",
    CAST(SUM("s") AS BIGINT) AS "s",
    SUM("immature") AS "immature"
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
    COALESCE(SUM("u" * "u"), 0) AS "units_sq",
    COALESCE(SUM("s" * "s"), 0) AS "successes_sq",
    COALESCE(SUM("u" * "s"), 0) AS "units_successes",
    COALESCE(MAX("u"), 0) AS "largest",
    COALESCE(SUM("immature"), 0) AS "immature",
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
    COUNT(*) AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "crossed"
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
        COALESCE(EPOCH_US(MIN("u"."dated_at")) + 1, 0) AS "first_us",
        COALESCE(EPOCH_US(MAX("u"."dated_at")) + 1, 0) AS "last_us",
        0 AS "aside"
      FROM (
        SELECT
          "t"."event_id" AS "unit_id",
          "t"."occurred_at" AS "dated_at",
          EPOCH_US("t"."occurred_at") + CASE "t"."kind"
            WHEN $window_kind_0
            THEN $window_us_0
            WHEN $window_kind_1
            THEN $window_us_1
            WHEN $window_kind_2
            THEN $window_us_2
            ELSE 0
          END AS "due_us",
          CASE
            WHEN NOT "t"."visitor" IS NULL
            THEN 0
            WHEN NOT "t"."customer" IS NULL
            THEN 1
            WHEN NOT "t"."account" IS NULL
            THEN 2
            WHEN NOT "t"."session" IS NULL
            THEN 3
            ELSE 4
          END AS "tag",
          COALESCE("t"."visitor", "t"."customer", "t"."account", "t"."session", LOWER(HEX("t"."event_id"))) AS "who",
          "t"."counts",
          "t"."program_id",
          "t"."partner_id",
          "t"."partner_kind",
          "t"."partnership_id",
          "t"."placement_id",
          "t"."placement_type",
          "t"."link_id",
          "t"."code_id",
          "t"."channel_id",
          "t"."campaign_id",
          "t"."device",
          "t"."browser",
          "t"."country",
          "t"."visitor_type",
          "t"."landing_page",
          "t"."sub_id"
        FROM "touchpoints" AS "t"
        WHERE
          "t"."program_id" = $program
          AND "t"."occurred_at" <= $as_of
          AND "t"."kind" = 'impression'
          AND "t"."counts"
          AND "t"."occurred_at" >= $start
          AND (
            NOT "t"."partner_id" IS NULL
          )
      ) AS "u"
      WHERE
        "u"."counts" AND NOT "u"."partner_id" IS NULL
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
        0 AS "first_us",
        0 AS "last_us",
        COUNT(*) AS "aside"
      FROM (
        SELECT
          "c"."conversion_id"
        FROM "paths" AS "c"
        WHERE
          "c"."program_id" = $program
          AND "c"."definition_id" = $definition
          AND "c"."converted_at" <= $as_of
          AND (
            "c"."share_ppb" > 0
          )
          AND "c"."converted_at" >= $start
          AND NOT "c"."partner_id" IS NULL
          AND TRUE
        GROUP BY
          "c"."conversion_id"
        HAVING
          MAX(CASE WHEN "c"."counts" AND (
            "c"."kind" = 'impression'
          ) THEN 1 ELSE 0 END) = 0
      ) AS "aside"
    ) AS "every"
    GROUP BY
      "scope"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope"
-- parameters: as_of, as_of_us, definition, program, start, version, window_kind_0, window_kind_1, window_kind_2, window_us_0, window_us_1, window_us_2
