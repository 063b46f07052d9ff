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
    AND "c"."kind" = 'click'
    AND "c"."touched_at" >= $start
    AND "c"."touched_at" < $end
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
), "chosen" AS (
  SELECT
    "r"."conversion_id",
    "r"."event_id",
    "r"."receipt_id",
    "r"."converted_at",
    "r"."touched_at",
    "r"."version",
    "r"."share_ppb",
    "r"."customer_type"
  FROM "reached" AS "r"
  WHERE
    TRUE
)
SELECT
  LOWER(HEX("r"."conversion_id")) AS "conversion",
  LOWER(HEX("k"."receipt_id")) AS "conversion_receipt",
  LOWER(HEX("r"."event_id")) AS "event",
  LOWER(HEX("r"."receipt_id")) AS "receipt",
  "r"."share_ppb",
  EPOCH_US("r"."converted_at") AS "converted_us",
  EPOCH_US("r"."touched_at") AS "touched_us",
  "r"."customer_type",
  "r"."version"
FROM "chosen" AS "r"
LEFT JOIN "conversions" AS "k"
  ON "k"."conversion_id" = "r"."conversion_id"
ORDER BY
  "r"."converted_at",
  "r"."conversion_id",
  "r"."event_id"
LIMIT $limit
OFFSET $offset
-- parameters: as_of, definition, end, limit, offset, program, start, version
