WITH "touches" AS (
  SELECT
    "event_id",
    "receipt_id",
    "occurred_at",
    "kind",
    "counts",
    "visitor",
    "session",
    "partner_id",
    "partner_kind",
    "placement_id",
    "placement_type",
    "link_id",
    "code_id",
    "channel_id",
    "device",
    "country",
    "visitor_type",
    CASE
      WHEN NOT "visitor" IS NULL
      THEN 'v:' || "visitor"
      WHEN NOT "customer" IS NULL
      THEN 'c:' || "customer"
      WHEN NOT "account" IS NULL
      THEN 'a:' || "account"
      WHEN NOT "session" IS NULL
      THEN 's:' || "session"
      ELSE 'e:' || LOWER(HEX("event_id"))
    END AS "cluster",
    EPOCH_US("occurred_at") + CASE "kind"
      WHEN $window_kind_0
      THEN $window_us_0
      WHEN $window_kind_1
      THEN $window_us_1
      WHEN $window_kind_2
      THEN $window_us_2
      ELSE 0
    END AS "due_us"
  FROM "touchpoints"
  WHERE
    "program_id" = $program AND "occurred_at" <= $as_of
), "opened" AS (
  SELECT
    "t"."event_id",
    "t"."occurred_at",
    "t"."due_us",
    "t"."cluster",
    "t"."session",
    CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless",
    CASE
      WHEN LAG("t"."occurred_at") OVER "somebody_in_order" IS NULL
      THEN "t"."event_id"
      WHEN "t"."session" IS NULL
      AND EPOCH_US("t"."occurred_at") - EPOCH_US(LAG("t"."occurred_at") OVER "somebody_in_order") > 1800000000
      THEN "t"."event_id"
    END AS "opens"
  FROM "touches" AS "t"
  WHERE
    "t"."counts"
    AND "t"."kind" <> 'impression'
    AND (
      NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
    )
  WINDOW "somebody_in_order" AS (
    PARTITION BY "t"."cluster", "t"."session"
    ORDER BY "t"."occurred_at", "t"."event_id"
  )
), "members" AS (
  SELECT
    "t"."event_id",
    "t"."occurred_at",
    "t"."due_us",
    "t"."cluster",
    "t"."sourceless",
    LAST_VALUE("t"."opens" IGNORE NULLS) OVER (
      PARTITION BY "t"."cluster", "t"."session"
      ORDER BY "t"."occurred_at", "t"."event_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "unit_id"
  FROM "opened" AS "t"
), "visits" AS (
  SELECT
    "m"."unit_id",
    MIN("m"."occurred_at") AS "dated_at",
    MAX("m"."due_us") AS "due_us",
    MIN("m"."cluster") AS "cluster",
    ARG_MIN("m"."event_id", ROW("m"."sourceless", "m"."occurred_at", "m"."event_id")) AS "face_id"
  FROM "members" AS "m"
  GROUP BY
    "m"."unit_id"
), "units" AS (
  SELECT
    "v"."unit_id",
    "v"."dated_at",
    "v"."due_us",
    "v"."cluster",
    "t"."partner_id",
    "t"."partner_kind",
    "t"."placement_id",
    "t"."placement_type",
    "t"."link_id",
    "t"."code_id",
    "t"."channel_id",
    "t"."device",
    "t"."country",
    "t"."visitor_type"
  FROM "visits" AS "v"
  JOIN "touches" AS "t"
    ON "t"."event_id" = "v"."face_id"
  WHERE
    TRUE AND "v"."dated_at" >= $start AND "v"."dated_at" < $end
), "counted" AS (
  SELECT
    "u"."unit_id",
    "u"."dated_at",
    "u"."due_us",
    "u"."cluster"
  FROM "units" AS "u"
  WHERE
    "u"."partner_id" IS NULL AND NOT "u"."channel_id" IS NULL
), "reached" AS (
  SELECT
    "r".*
  FROM (
    SELECT
      "m"."unit_id",
      "c"."conversion_id",
      "c"."event_id",
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
    JOIN "members" AS "m"
      ON "m"."event_id" = "c"."event_id"
    WHERE
      "c"."program_id" = $program
      AND "c"."definition_id" = $definition
      AND "c"."share_ppb" > 0
      AND "c"."converted_at" <= $as_of
  ) AS "r"
  JOIN "counted" AS "u"
    ON "u"."unit_id" = "r"."unit_id"
), "outcomes" AS (
  SELECT
    "unit_id",
    MAX(CASE WHEN "nth" = 1 THEN "customer_type" END) AS "first_type",
    MAX(CASE WHEN "version" = $version THEN 1 ELSE 0 END) AS "under_version"
  FROM (
    SELECT
      "r"."unit_id",
      "r"."customer_type",
      "r"."version",
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
    'all' AS "k1",
    "u"."cluster",
    1 AS "u",
    CASE WHEN NOT "o"."unit_id" IS NULL THEN 1 ELSE 0 END AS "s",
    CASE WHEN "u"."due_us" > $as_of_us THEN 1 ELSE 0 END AS "immature",
    CASE WHEN NOT "o"."unit_id" IS NULL AND "o"."under_version" = 0 THEN 1 ELSE 0 END AS "crossing",
    0 AS "excluded"
  FROM "counted" AS "u"
  LEFT JOIN "outcomes" AS "o"
    ON "o"."unit_id" = "u"."unit_id"
  UNION ALL
  SELECT
    'all',
    NULL,
    0,
    0,
    0,
    0,
    1
  FROM "touches" AS "t"
  WHERE
    NOT "t"."counts"
    AND "t"."kind" <> 'impression'
    AND (
      NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
    )
    AND "t"."occurred_at" >= $start
    AND "t"."occurred_at" < $end
    AND "t"."partner_id" IS NULL
    AND NOT "t"."channel_id" IS NULL
), "counting" AS (
  SELECT
    'all' AS "k1",
    "r"."conversion_id",
    "r"."share_ppb"
  FROM "reached" AS "r"
  WHERE
    TRUE
), "by_cluster" AS (
  SELECT
    "k1",
    "cluster",
    SUM("u") AS "u",
    SUM("s") AS "s",
    SUM("immature") AS "immature",
    SUM("crossing") AS "crossing",
    SUM("excluded") AS "excluded"
  FROM "entries"
  GROUP BY
    "k1",
    "cluster"
), "cells" AS (
  SELECT
    "k1",
    SUM("u") AS "units",
    SUM("s") AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    SUM("u" * "u") AS "units_sq",
    SUM(CAST("s" AS INT128) * "s") AS "successes_sq",
    SUM(CAST("u" AS INT128) * "s") AS "units_successes",
    MAX("u") AS "largest",
    SUM("immature") AS "immature",
    SUM("crossing") AS "crossing",
    SUM("excluded") AS "excluded"
  FROM "by_cluster"
  GROUP BY
    "k1"
), "reach" AS (
  SELECT
    "k1",
    COUNT(DISTINCT "conversion_id") AS "conversions",
    SUM("share_ppb") AS "share_ppb"
  FROM "counting"
  GROUP BY
    "k1"
)
SELECT
  "c".*,
  COALESCE("r"."conversions", 0) AS "conversions",
  COALESCE("r"."share_ppb", 0) AS "share_ppb"
FROM "cells" AS "c"
LEFT JOIN "reach" AS "r"
  ON "r"."k1" = "c"."k1"
ORDER BY
  "c"."k1"
-- parameters: as_of, as_of_us, definition, end, program, start, version, window_kind_0, window_kind_1, window_kind_2, window_us_0, window_us_1, window_us_2
