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
), "units" AS (
  SELECT
    "t"."event_id" AS "unit_id",
    "t"."occurred_at" AS "dated_at",
    "t"."due_us",
    "t"."cluster",
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
  FROM "touches" AS "t"
  WHERE
    "t"."counts"
    AND "t"."kind" = 'click'
    AND "t"."occurred_at" >= $start
    AND "t"."occurred_at" < $end
), "members" AS (
  SELECT
    "unit_id",
    "unit_id" AS "event_id"
  FROM "units"
), "counted" AS (
  SELECT
    "u"."unit_id",
    "u"."dated_at",
    "u"."due_us",
    "u"."cluster"
  FROM "units" AS "u"
  WHERE
    NOT "u"."partner_id" IS NULL
    AND COALESCE(LOWER(HEX("u"."partner_id")), 'none') = $where_0
    AND COALESCE(NULLIF("u"."country", ''), 'unknown') = $where_1
    AND "u"."due_us" <= $as_of_us
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
    "types"."customer_type" AS "k1",
    "u"."cluster",
    1 AS "u",
    CASE
      WHEN NOT "o"."unit_id" IS NULL AND "o"."first_type" = "types"."customer_type"
      THEN 1
      ELSE 0
    END AS "s",
    CASE WHEN "u"."due_us" > $as_of_us THEN 1 ELSE 0 END AS "immature",
    CASE
      WHEN NOT "o"."unit_id" IS NULL
      AND "o"."first_type" = "types"."customer_type"
      AND "o"."under_version" = 0
      THEN 1
      ELSE 0
    END AS "crossing",
    0 AS "excluded"
  FROM "counted" AS "u"
  LEFT JOIN "outcomes" AS "o"
    ON "o"."unit_id" = "u"."unit_id"
  CROSS JOIN (VALUES
    ('new'),
    ('returning'),
    ('unknown')) AS "types"("customer_type")
  UNION ALL
  SELECT
    "types"."customer_type",
    NULL,
    0,
    0,
    0,
    0,
    1
  FROM "touches" AS "t"
  CROSS JOIN (VALUES
    ('new'),
    ('returning'),
    ('unknown')) AS "types"("customer_type")
  WHERE
    NOT "t"."counts"
    AND "t"."kind" = 'click'
    AND "t"."occurred_at" >= $start
    AND "t"."occurred_at" < $end
    AND NOT "t"."partner_id" IS NULL
    AND COALESCE(LOWER(HEX("t"."partner_id")), 'none') = $where_0
    AND COALESCE(NULLIF("t"."country", ''), 'unknown') = $where_1
), "counting" AS (
  SELECT
    "r"."customer_type" AS "k1",
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
-- parameters: as_of, as_of_us, definition, end, program, start, version, where_0, where_1, window_kind_0, window_kind_1, window_kind_2, window_us_0, window_us_1, window_us_2
