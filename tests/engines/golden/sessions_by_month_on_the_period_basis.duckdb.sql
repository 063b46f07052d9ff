WITH "opened" AS (
  SELECT
    "t"."event_id",
    "t"."occurred_at",
    0 AS "due_us",
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
    "t"."session",
    CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless",
    CASE
      WHEN LAG("t"."occurred_at") OVER "somebody_in_order" IS NULL
      THEN 1
      WHEN EPOCH_US("t"."occurred_at") - EPOCH_US(LAG("t"."occurred_at") OVER "somebody_in_order") > CASE WHEN "t"."session" IS NULL THEN 1800000000 ELSE 86400000000 END
      THEN 1
    END AS "opens"
  FROM "touchpoints" AS "t"
  WHERE
    "t"."program_id" = $program
    AND "t"."occurred_at" <= $as_of
    AND "t"."counts"
    AND "t"."kind" <> 'impression'
    AND (
      NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
    )
    AND "t"."occurred_at" >= $seen_from
    AND "t"."occurred_at" < $seen_until
  WINDOW "somebody_in_order" AS (
    PARTITION BY CASE
      WHEN NOT "t"."visitor" IS NULL
      THEN 0
      WHEN NOT "t"."customer" IS NULL
      THEN 1
      WHEN NOT "t"."account" IS NULL
      THEN 2
      WHEN NOT "t"."session" IS NULL
      THEN 3
      ELSE 4
    END, COALESCE("t"."visitor", "t"."customer", "t"."account", "t"."session", LOWER(HEX("t"."event_id"))), "t"."session"
    ORDER BY "t"."occurred_at", "t"."event_id"
  )
), "begun" AS (
  SELECT
    "t".*,
    LAST_VALUE(CASE WHEN "t"."opens" = 1 THEN "t"."event_id" END IGNORE NULLS) OVER "in_order" AS "unit_id",
    LAST_VALUE(CASE WHEN "t"."opens" = 1 THEN "t"."occurred_at" END IGNORE NULLS) OVER "in_order" AS "began_at"
  FROM "opened" AS "t"
  WINDOW "in_order" AS (
    PARTITION BY "t"."tag", "t"."who", "t"."session"
    ORDER BY "t"."occurred_at", "t"."event_id"
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
), "members" AS (
  SELECT
    "b"."unit_id",
    "b"."event_id",
    "b"."occurred_at",
    "b"."due_us",
    "b"."tag",
    "b"."who",
    "b"."sourceless"
  FROM "begun" AS "b"
  WHERE
    EPOCH_US("b"."occurred_at") - EPOCH_US("b"."began_at") <= 86400000000
    AND "b"."began_at" >= $start
    AND "b"."began_at" < $end
), "visits" AS (
  SELECT
    "m"."unit_id",
    MIN("m"."occurred_at") AS "dated_at",
    MAX("m"."due_us") AS "due_us",
    MIN("m"."tag") AS "tag",
    MIN("m"."who") AS "who",
    ARG_MIN("m"."event_id", ROW("m"."sourceless", "m"."occurred_at", "m"."event_id")) AS "face_id"
  FROM "members" AS "m"
  GROUP BY
    "m"."unit_id"
), "units" AS (
  SELECT
    "v"."unit_id",
    "v"."dated_at",
    "v"."due_us",
    "v"."tag",
    "v"."who",
    TRUE AS "counts",
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
  FROM "visits" AS "v"
  JOIN "touchpoints" AS "t"
    ON "t"."event_id" = "v"."face_id"
), "rows_paths" AS (
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
      '%Y-%m'
    ) AS "k1",
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
    0 AS "u",
    CASE WHEN (
      "t"."share_ppb" > 0
    ) THEN "t"."share_ppb" ELSE 0 END AS "s",
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
    1 AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("u"."dated_at") + CASE WHEN EPOCH_US("u"."dated_at") >= $shift_from_1 THEN $shift_1 ELSE $shift_0 END
      ),
      '%Y-%m'
    ) AS "k1",
    "u"."tag",
    "u"."who",
    1 AS "u",
    0 AS "s",
    0 AS "immature"
  FROM (
    SELECT
      "u".*
    FROM "units" AS "u"
    WHERE
      (
        NOT "u"."partner_id" IS NULL
      )
  ) AS "u"
  UNION ALL
  SELECT
    "r"."part",
    "r"."k1",
    "r"."tag",
    "r"."who",
    "r"."u",
    "r"."s",
    0 AS "immature"
  FROM "rows_paths" AS "r"
  UNION ALL
  SELECT
    1 + CASE WHEN "t"."counts" THEN 0 ELSE 4 END AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("t"."occurred_at") + CASE
          WHEN EPOCH_US("t"."occurred_at") >= $shift_from_1
          THEN $shift_1
          ELSE $shift_0
        END
      ),
      '%Y-%m'
    ) AS "k1",
    0 AS "tag",
    '' AS "who",
    1 AS "u",
    0 AS "s",
    0 AS "immature"
  FROM (
    SELECT
      "t".*
    FROM "touchpoints" AS "t"
    WHERE
      "t"."program_id" = $program
      AND "t"."occurred_at" <= $as_of
      AND NOT "t"."counts"
      AND "t"."kind" <> 'impression'
      AND (
        NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
      )
      AND "t"."occurred_at" >= $start
      AND "t"."occurred_at" < $end
      AND (
        NOT "t"."partner_id" IS NULL
      )
  ) AS "t"
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
        COALESCE(MIN(EPOCH_US("u"."dated_at")), 0) AS "first_us",
        COALESCE(MAX(EPOCH_US("u"."dated_at")), 0) AS "last_us",
        0 AS "aside"
      FROM (
        SELECT
          "u".*
        FROM "units" AS "u"
        WHERE
          (
            NOT "u"."partner_id" IS NULL
          )
      ) AS "u"
      WHERE
        "u"."counts" AND NOT "u"."partner_id" IS NULL
    ) AS "every"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope",
  "k1"
-- parameters: as_of, definition, end, program, seen_from, seen_until, shift_0, shift_1, shift_from_1, start
