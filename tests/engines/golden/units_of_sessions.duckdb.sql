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
), "reached" AS (
  SELECT
    1 AS "part",
    "c".*
  FROM (
    SELECT
      "m"."unit_id",
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
    JOIN "members" AS "m"
      ON "m"."event_id" = "c"."event_id"
    WHERE
      "c"."program_id" = $program
      AND "c"."definition_id" = $definition
      AND "c"."converted_at" <= $as_of
      AND (
        "c"."share_ppb" > 0
      )
  ) AS "c"
  JOIN (
    SELECT
      "u".*
    FROM "units" AS "u"
    WHERE
      (
        NOT "u"."partner_id" IS NULL AND COALESCE("u"."partner_id", $nobody) = $where_0
      )
  ) AS "u"
    ON "u"."unit_id" = "c"."unit_id"
  WHERE
    TRUE
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
), "page" AS (
  SELECT
    "u"."unit_id",
    "u"."dated_at",
    CASE WHEN NOT "o"."unit_id" IS NULL THEN 1 ELSE 0 END AS "converted",
    0 AS "immature",
    NULL AS "own_receipt"
  FROM (
    SELECT
      "u".*
    FROM "units" AS "u"
    WHERE
      (
        NOT "u"."partner_id" IS NULL AND COALESCE("u"."partner_id", $nobody) = $where_0
      )
  ) AS "u"
  LEFT JOIN "outcomes" AS "o"
    ON "o"."unit_id" = "u"."unit_id"
  ORDER BY
    "u"."dated_at",
    "u"."unit_id"
  LIMIT $limit
  OFFSET $offset
), "seen" AS (
  SELECT
    "p"."unit_id",
    LISTAGG(LOWER(HEX("t"."event_id")), ' '
    ORDER BY
      "t"."occurred_at",
      "t"."event_id") AS "events",
    LISTAGG(LOWER(HEX("t"."receipt_id")), ' '
    ORDER BY
      "t"."occurred_at",
      "t"."event_id") AS "receipts"
  FROM "page" AS "p"
  JOIN "members" AS "m"
    ON "m"."unit_id" = "p"."unit_id"
  JOIN "touchpoints" AS "t"
    ON "t"."event_id" = "m"."event_id"
  GROUP BY
    "p"."unit_id"
), "done" AS (
  SELECT
    "r"."unit_id",
    LISTAGG(
      LOWER(HEX("r"."conversion_id")), ' '
      ORDER BY
        "r"."converted_at",
        "r"."conversion_id"
    ) AS "conversions"
  FROM (
    SELECT DISTINCT
      "r"."unit_id",
      "r"."conversion_id",
      "r"."converted_at"
    FROM "reached" AS "r"
    WHERE
      TRUE
  ) AS "r"
  GROUP BY
    "r"."unit_id"
)
SELECT
  LOWER(HEX("p"."unit_id")) AS "unit",
  EPOCH_US("p"."dated_at") AS "at_us",
  "p"."converted",
  1 AS "is_unit",
  "p"."immature",
  COALESCE("s"."events", '') AS "events",
  COALESCE("s"."receipts", '') AS "receipts",
  COALESCE("d"."conversions", '') AS "conversions",
  NULL AS "own_receipt"
FROM "page" AS "p"
LEFT JOIN "seen" AS "s"
  ON "s"."unit_id" = "p"."unit_id"
LEFT JOIN "done" AS "d"
  ON "d"."unit_id" = "p"."unit_id"
ORDER BY
  "p"."dated_at",
  "p"."unit_id"
-- parameters: as_of, definition, end, limit, nobody, offset, program, seen_from, seen_until, start, version, where_0
