WITH "grouped" AS (
  SELECT
    "v"."tag",
    "v"."who",
    "v"."session",
    MIN("v"."occurred_at") AS "dated_at",
    MAX("v"."occurred_at") AS "last_at",
    MAX("v"."due_us") AS "due_us",
    ARG_MIN("v"."event_id", ROW("v"."sourceless", "v"."occurred_at", "v"."event_id")) AS "unit_id"
  FROM (
    SELECT
      "t"."event_id",
      "t"."receipt_id",
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
      CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless"
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
  ) AS "v"
  GROUP BY
    "v"."tag",
    "v"."who",
    "v"."session"
), "begun" AS (
  SELECT
    "o".*,
    MAX("o"."opened_at") OVER (PARTITION BY "o"."tag", "o"."who", "o"."session" ORDER BY "o"."occurred_at") AS "began_at"
  FROM (
    SELECT
      "v".*,
      CASE
        WHEN LAG("v"."occurred_at") OVER "in_order" IS NULL
        OR EPOCH_US("v"."occurred_at") - EPOCH_US(LAG("v"."occurred_at") OVER "in_order") > CASE WHEN "v"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
        THEN "v"."occurred_at"
      END AS "opened_at"
    FROM (
      SELECT
        "v".*
      FROM (
        SELECT
          "t"."event_id",
          "t"."receipt_id",
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
          CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless"
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
      ) AS "v"
      JOIN (
        SELECT
          "g"."tag",
          "g"."who",
          "g"."session"
        FROM "grouped" AS "g"
        WHERE
          NOT (
            EPOCH_US("g"."last_at") - EPOCH_US("g"."dated_at") <= CASE WHEN "g"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
          )
      ) AS "p"
        ON "p"."tag" = "v"."tag"
        AND "p"."who" = "v"."who"
        AND "p"."session" IS NOT DISTINCT FROM "v"."session"
    ) AS "v"
    WINDOW "in_order" AS (PARTITION BY "v"."tag", "v"."who", "v"."session" ORDER BY "v"."occurred_at")
  ) AS "o"
), "sessions" AS (
  SELECT
    "g"."tag",
    "g"."who",
    "g"."session",
    "g"."dated_at",
    "g"."last_at",
    "g"."due_us",
    "g"."unit_id"
  FROM "grouped" AS "g"
  WHERE
    (
      EPOCH_US("g"."last_at") - EPOCH_US("g"."dated_at") <= CASE WHEN "g"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
    )
  UNION ALL
  SELECT
    "v"."tag",
    "v"."who",
    "v"."session",
    "v"."began_at" AS "dated_at",
    MAX("v"."occurred_at") AS "last_at",
    MAX("v"."due_us") AS "due_us",
    ARG_MIN("v"."event_id", ROW("v"."sourceless", "v"."occurred_at", "v"."event_id")) AS "unit_id"
  FROM "begun" AS "v"
  WHERE
    (
      EPOCH_US("v"."occurred_at") - EPOCH_US("v"."began_at") <= 86400000000
    )
  GROUP BY
    "v"."tag",
    "v"."who",
    "v"."session",
    "v"."began_at"
), "units" AS (
  SELECT
    "s"."unit_id",
    "s"."dated_at",
    "s"."last_at",
    "s"."due_us",
    "s"."tag",
    "s"."who",
    "s"."session",
    TRUE AS "counts",
    "t"."partner_id",
    "t"."channel_id"
  FROM "sessions" AS "s"
  JOIN "touchpoints" AS "t"
    ON "t"."event_id" = "s"."unit_id"
  WHERE
    TRUE
    AND "s"."dated_at" >= $start
    AND "s"."dated_at" < $end
    AND "t"."occurred_at" >= $seen_from
    AND "t"."occurred_at" < $seen_until
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
        COALESCE(EPOCH_US(MIN("u"."dated_at")) + 1, 0) AS "first_us",
        COALESCE(EPOCH_US(MAX("u"."dated_at")) + 1, 0) AS "last_us",
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
