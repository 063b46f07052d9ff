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
), "leads" AS (
  SELECT
    "conversion_id" AS "unit_id",
    "receipt_id" AS "own_receipt",
    "occurred_at" AS "dated_at",
    "subject"
  FROM "conversions"
  WHERE
    "program_id" = $program AND "definition_id" = $leads AND "occurred_at" <= $as_of
), "members" AS (
  SELECT
    "c"."conversion_id" AS "unit_id",
    "c"."event_id",
    "c"."share_ppb",
    "l"."dated_at"
  FROM "paths" AS "c"
  JOIN "leads" AS "l"
    ON "l"."unit_id" = "c"."conversion_id"
  WHERE
    "c"."program_id" = $program
    AND "c"."definition_id" = $leads
    AND "c"."share_ppb" > 0
), "ranked" AS (
  SELECT
    "m"."unit_id",
    "t"."partner_id",
    "t"."partner_kind",
    "t"."placement_id",
    "t"."placement_type",
    "t"."link_id",
    "t"."code_id",
    "t"."channel_id",
    "t"."device",
    "t"."country",
    "t"."visitor_type",
    MAX("t"."due_us") OVER (PARTITION BY "m"."unit_id") AS "lead_due_us",
    ROW_NUMBER() OVER (
      PARTITION BY "m"."unit_id"
      ORDER BY "m"."share_ppb" DESC, "t"."occurred_at" DESC, "t"."event_id" DESC
    ) AS "place"
  FROM "members" AS "m"
  JOIN "touches" AS "t"
    ON "t"."event_id" = "m"."event_id"
), "units" AS (
  SELECT
    "l"."unit_id",
    "l"."dated_at",
    COALESCE("t"."lead_due_us", 0) AS "due_us",
    'l:' || "l"."subject" AS "cluster",
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
  FROM "leads" AS "l"
  LEFT JOIN "ranked" AS "t"
    ON "t"."unit_id" = "l"."unit_id" AND "t"."place" = 1
  WHERE
    TRUE AND "l"."dated_at" >= $start AND "l"."dated_at" < $end
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
      END AS "customer_type",
      ROW_NUMBER() OVER (
        PARTITION BY "c"."conversion_id", "c"."event_id"
        ORDER BY "m"."dated_at" DESC, "m"."unit_id" DESC
      ) AS "place"
    FROM "paths" AS "c"
    JOIN "members" AS "m"
      ON "m"."event_id" = "c"."event_id" AND "m"."dated_at" <= "c"."converted_at"
    WHERE
      "c"."program_id" = $program
      AND "c"."definition_id" = $definition
      AND "c"."share_ppb" > 0
      AND "c"."converted_at" <= $as_of
  ) AS "r"
  JOIN "counted" AS "u"
    ON "u"."unit_id" = "r"."unit_id"
  WHERE
    "r"."place" = 1
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
    AND FALSE
    AND "t"."occurred_at" >= $start
    AND "t"."occurred_at" < $end
    AND NOT "t"."partner_id" IS NULL
    AND COALESCE(LOWER(HEX("t"."partner_id")), 'none') = $where_0
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
), "extent" AS (
  SELECT
    MIN(EPOCH_US("dated_at")) AS "first_us",
    MAX(EPOCH_US("dated_at")) AS "last_us"
  FROM "counted"
), "aside" AS (
  SELECT
    "c"."conversion_id"
  FROM "paths" AS "c"
  LEFT JOIN "touches" AS "t"
    ON "t"."event_id" = "c"."event_id"
  LEFT JOIN (
    SELECT
      "event_id",
      MIN("dated_at") AS "first_at"
    FROM "members"
    GROUP BY
      "event_id"
  ) AS "l"
    ON "l"."event_id" = "c"."event_id"
  WHERE
    "c"."program_id" = $program
    AND "c"."definition_id" = $definition
    AND "c"."share_ppb" > 0
    AND "c"."converted_at" <= $as_of
    AND "c"."converted_at" >= $start
    AND "c"."converted_at" < $end
    AND NOT "t"."partner_id" IS NULL
    AND COALESCE(LOWER(HEX("t"."partner_id")), 'none') = $where_0
    AND TRUE
  GROUP BY
    "c"."conversion_id"
  HAVING
    MAX(CASE WHEN "l"."first_at" <= "c"."converted_at" THEN 1 ELSE 0 END) = 0
)
SELECT
  "e"."first_us",
  "e"."last_us",
  (
    SELECT
      COUNT(*)
    FROM "aside"
  ) AS "aside",
  "c".*,
  "r"."conversions",
  "r"."share_ppb"
FROM "extent" AS "e"
LEFT JOIN "cells" AS "c"
  ON TRUE
LEFT JOIN "reach" AS "r"
  ON TRUE
-- parameters: as_of, as_of_us, definition, end, leads, program, start, version, where_0, window_kind_0, window_kind_1, window_kind_2, window_us_0, window_us_1, window_us_2
