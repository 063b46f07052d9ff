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
