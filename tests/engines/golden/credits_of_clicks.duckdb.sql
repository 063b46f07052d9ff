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
    FROM "credits" AS "c"
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
), "chosen" AS (
  SELECT
    "r"."conversion_id",
    "r"."event_id",
    "r"."converted_at",
    "r"."touched_at",
    "r"."version",
    "r"."customer_type",
    "r"."share_ppb"
  FROM "reached" AS "r"
  WHERE
    TRUE
)
SELECT
  LOWER(HEX("r"."conversion_id")) AS "conversion",
  LOWER(HEX("k"."receipt_id")) AS "conversion_receipt",
  LOWER(HEX("r"."event_id")) AS "event",
  LOWER(HEX("t"."receipt_id")) AS "receipt",
  "r"."share_ppb",
  EPOCH_US("r"."converted_at") AS "converted_us",
  EPOCH_US("r"."touched_at") AS "touched_us",
  "r"."customer_type",
  "r"."version"
FROM "chosen" AS "r"
LEFT JOIN "touches" AS "t"
  ON "t"."event_id" = "r"."event_id"
LEFT JOIN "conversions" AS "k"
  ON "k"."conversion_id" = "r"."conversion_id"
ORDER BY
  "r"."converted_at",
  "r"."conversion_id",
  "r"."event_id"
LIMIT $limit
OFFSET $offset
-- parameters: as_of, definition, end, limit, offset, program, start, version, window_kind_0, window_kind_1, window_kind_2, window_us_0, window_us_1, window_us_2
