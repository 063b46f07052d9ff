WITH "opened" AS MATERIALIZED (
  SELECT
    "t_row"."event_id" AS "event_id",
    "t_row"."occurred_at" AS "occurred_at",
    toInt64(0) AS "due_us",
    CASE
      WHEN NOT (
        "t_row"."visitor" IS NULL
      )
      THEN toInt64(0)
      WHEN NOT (
        "t_row"."customer" IS NULL
      )
      THEN toInt64(1)
      WHEN NOT (
        "t_row"."account" IS NULL
      )
      THEN toInt64(2)
      WHEN NOT (
        "t_row"."session" IS NULL
      )
      THEN toInt64(3)
      ELSE toInt64(4)
    END AS "tag",
    COALESCE(
      "t_row"."visitor",
      "t_row"."customer",
      "t_row"."account",
      "t_row"."session",
      LOWER(HEX("t_row"."event_id"))
    ) AS "who",
    "t_row"."session" AS "session",
    CASE
      WHEN "t_row"."partner_id" IS NULL AND "t_row"."channel_id" IS NULL
      THEN toInt64(1)
      ELSE toInt64(0)
    END AS "sourceless",
    CASE
      WHEN lag(toNullable("t_row"."occurred_at")) OVER "somebody_in_order" IS NULL
      THEN toInt64(1)
      WHEN toUnixTimestamp64Micro("t_row"."occurred_at") - toUnixTimestamp64Micro(lag(toNullable("t_row"."occurred_at")) OVER "somebody_in_order") > CASE
        WHEN "t_row"."session" IS NULL
        THEN toInt64(1800000000)
        ELSE toInt64(86400000000)
      END
      THEN toInt64(1)
    END AS "opens"
  FROM "touchpoints" AS "t_row"
  WHERE
    "t_row"."program_id" = unhex({program: String})
    AND "t_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND "t_row"."counts"
    AND "t_row"."kind" <> 'impression'
    AND (
      NOT (
        "t_row"."visitor" IS NULL
      )
      OR NOT (
        "t_row"."session" IS NULL
      )
      OR "t_row"."kind" = 'click'
    )
    AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({seen_from: Int64}, 'UTC')
    AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({seen_until: Int64}, 'UTC')
  WINDOW "somebody_in_order" AS (
    PARTITION BY CASE
      WHEN NOT (
        "t_row"."visitor" IS NULL
      )
      THEN toInt64(0)
      WHEN NOT (
        "t_row"."customer" IS NULL
      )
      THEN toInt64(1)
      WHEN NOT (
        "t_row"."account" IS NULL
      )
      THEN toInt64(2)
      WHEN NOT (
        "t_row"."session" IS NULL
      )
      THEN toInt64(3)
      ELSE toInt64(4)
    END, COALESCE(
      "t_row"."visitor",
      "t_row"."customer",
      "t_row"."account",
      "t_row"."session",
      LOWER(HEX("t_row"."event_id"))
    ), "t_row"."session"
    ORDER BY "t_row"."occurred_at", "t_row"."event_id"
  )
), "begun" AS MATERIALIZED (
  SELECT
    "t_row".*,
    LAST_VALUE(CASE WHEN "t_row"."opens" = toInt64(1) THEN "t_row"."event_id" END) IGNORE NULLS OVER "in_order" AS "unit_id",
    LAST_VALUE(CASE WHEN "t_row"."opens" = toInt64(1) THEN "t_row"."occurred_at" END) IGNORE NULLS OVER "in_order" AS "began_at"
  FROM "opened" AS "t_row"
  WINDOW "in_order" AS (
    PARTITION BY "t_row"."tag", "t_row"."who", "t_row"."session"
    ORDER BY "t_row"."occurred_at", "t_row"."event_id"
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
), "members" AS MATERIALIZED (
  SELECT
    "b_row"."unit_id" AS "unit_id",
    "b_row"."event_id" AS "event_id",
    "b_row"."occurred_at" AS "occurred_at",
    "b_row"."due_us" AS "due_us",
    "b_row"."tag" AS "tag",
    "b_row"."who" AS "who",
    "b_row"."sourceless" AS "sourceless"
  FROM "begun" AS "b_row"
  WHERE
    toUnixTimestamp64Micro("b_row"."occurred_at") - toUnixTimestamp64Micro("b_row"."began_at") <= toInt64(86400000000)
    AND "b_row"."began_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "b_row"."began_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
), "visits" AS MATERIALIZED (
  SELECT
    "m_row"."unit_id" AS "unit_id",
    MIN("m_row"."occurred_at") AS "dated_at",
    MAX("m_row"."due_us") AS "due_us",
    MIN("m_row"."tag") AS "tag",
    MIN("m_row"."who") AS "who",
    argMin(
      "m_row"."event_id",
      ("m_row"."sourceless", "m_row"."occurred_at", "m_row"."event_id")
    ) AS "face_id"
  FROM "members" AS "m_row"
  GROUP BY
    "m_row"."unit_id"
), "units" AS MATERIALIZED (
  SELECT
    "v_row"."unit_id" AS "unit_id",
    "v_row"."dated_at" AS "dated_at",
    "v_row"."due_us" AS "due_us",
    "v_row"."tag" AS "tag",
    "v_row"."who" AS "who",
    TRUE AS "counts",
    "t_row"."program_id" AS "program_id",
    "t_row"."partner_id" AS "partner_id",
    "t_row"."partner_kind" AS "partner_kind",
    "t_row"."partnership_id" AS "partnership_id",
    "t_row"."placement_id" AS "placement_id",
    "t_row"."placement_type" AS "placement_type",
    "t_row"."link_id" AS "link_id",
    "t_row"."code_id" AS "code_id",
    "t_row"."channel_id" AS "channel_id",
    "t_row"."campaign_id" AS "campaign_id",
    "t_row"."device" AS "device",
    "t_row"."browser" AS "browser",
    "t_row"."country" AS "country",
    "t_row"."visitor_type" AS "visitor_type",
    "t_row"."landing_page" AS "landing_page",
    "t_row"."sub_id" AS "sub_id"
  FROM "visits" AS "v_row"
  JOIN "touchpoints" AS "t_row"
    ON "t_row"."event_id" = "v_row"."face_id"
), "rows_paths" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    CASE
      WHEN NOT (
        "t_row"."visitor" IS NULL
      )
      THEN toInt64(0)
      WHEN NOT (
        "t_row"."customer" IS NULL
      )
      THEN toInt64(1)
      WHEN NOT (
        "t_row"."account" IS NULL
      )
      THEN toInt64(2)
      WHEN NOT (
        "t_row"."session" IS NULL
      )
      THEN toInt64(3)
      ELSE toInt64(4)
    END AS "tag",
    COALESCE(
      "t_row"."visitor",
      "t_row"."customer",
      "t_row"."account",
      "t_row"."session",
      LOWER(HEX("t_row"."event_id"))
    ) AS "who",
    toInt64(0) AS "u",
    CASE
      WHEN (
        "t_row"."share_ppb" > toInt64(0)
      )
      THEN "t_row"."share_ppb"
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
  FROM "rows_paths" AS "r_row"
  WHERE
    "r_row"."above"
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
-- parameters: as_of, definition, end, limit, offset, program, seen_from, seen_until, start
