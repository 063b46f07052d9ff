WITH "reached" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    "c_row"."event_id" AS "unit_id",
    "c_row"."conversion_id" AS "conversion_id",
    "c_row"."event_id" AS "event_id",
    "c_row"."receipt_id" AS "receipt_id",
    "c_row"."converted_at" AS "converted_at",
    "c_row"."touched_at" AS "touched_at",
    "c_row"."version" AS "version",
    "c_row"."share_ppb" AS "share_ppb",
    CASE
      WHEN "c_row"."customer_type" IN ('new', 'returning')
      THEN "c_row"."customer_type"
      ELSE 'unknown'
    END AS "customer_type"
  FROM "paths" AS "c_row"
  WHERE
    "c_row"."program_id" = unhex({program: String})
    AND "c_row"."definition_id" = unhex({definition: String})
    AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND (
      "c_row"."share_ppb" > toInt64(0)
    )
    AND "c_row"."counts"
    AND "c_row"."kind" = 'click'
    AND "c_row"."touched_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "c_row"."touched_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
    AND (
      NOT (
        "c_row"."partner_id" IS NULL
      )
    )
), "outcomes" AS MATERIALIZED (
  SELECT
    "unit_id" AS "unit_id",
    MIN("part") AS "part",
    MAX(CASE WHEN "version" = {version: Int64} THEN toInt64(1) ELSE toInt64(0) END) AS "under_version"
  FROM (
    SELECT
      "r_row".*,
      ROW_NUMBER() OVER (
        PARTITION BY "r_row"."unit_id"
        ORDER BY "r_row"."converted_at", "r_row"."conversion_id", "r_row"."event_id"
      ) AS "nth"
    FROM "reached" AS "r_row"
  ) AS "ordered_row"
  GROUP BY
    "unit_id"
), "chosen" AS MATERIALIZED (
  SELECT
    "r_row"."conversion_id" AS "conversion_id",
    "r_row"."event_id" AS "event_id",
    "r_row"."receipt_id" AS "receipt_id",
    "r_row"."converted_at" AS "converted_at",
    "r_row"."touched_at" AS "touched_at",
    "r_row"."version" AS "version",
    "r_row"."share_ppb" AS "share_ppb",
    "r_row"."customer_type" AS "customer_type"
  FROM "reached" AS "r_row"
  WHERE
    TRUE
)
SELECT
  LOWER(HEX("r_row"."conversion_id")) AS "conversion",
  LOWER(HEX("k_row"."receipt_id")) AS "conversion_receipt",
  LOWER(HEX("r_row"."event_id")) AS "event",
  LOWER(HEX("r_row"."receipt_id")) AS "receipt",
  "r_row"."share_ppb" AS "share_ppb",
  toUnixTimestamp64Micro("r_row"."converted_at") AS "converted_us",
  toUnixTimestamp64Micro("r_row"."touched_at") AS "touched_us",
  "r_row"."customer_type" AS "customer_type",
  "r_row"."version" AS "version"
FROM "chosen" AS "r_row"
LEFT JOIN "conversions" AS "k_row"
  ON "k_row"."conversion_id" = "r_row"."conversion_id"
ORDER BY
  "r_row"."converted_at",
  "r_row"."conversion_id",
  "r_row"."event_id"
LIMIT {limit: Int64}
OFFSET {offset: Int64}
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, definition, end, limit, offset, program, start, version
