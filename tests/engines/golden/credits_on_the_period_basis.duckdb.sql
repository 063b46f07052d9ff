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
  FROM "rows_paths" AS "r"
  WHERE
    "r"."above"
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
-- parameters: as_of, definition, end, limit, offset, program, seen_from, seen_until, start
