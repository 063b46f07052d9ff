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
), "reached" AS (
  SELECT
    1 AS "part",
    "u"."unit_id" AS "unit_id",
    "c"."conversion_id",
    "c"."event_id",
    "c"."receipt_id",
    "c"."converted_at",
    "c"."touched_at",
    "c"."version",
    "c"."share_ppb",
    "c"."customer_type"
  FROM (
    SELECT
      CASE
        WHEN NOT "c"."visitor" IS NULL
        THEN 0
        WHEN NOT "c"."customer" IS NULL
        THEN 1
        WHEN NOT "c"."account" IS NULL
        THEN 2
        WHEN NOT "c"."session" IS NULL
        THEN 3
        ELSE 4
      END AS "tag",
      COALESCE("c"."visitor", "c"."customer", "c"."account", "c"."session", LOWER(HEX("c"."event_id"))) AS "who",
      "c"."session",
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
      AND "c"."kind" <> 'impression'
      AND (
        NOT "c"."visitor" IS NULL OR NOT "c"."session" IS NULL OR "c"."kind" = 'click'
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
    ON "u"."tag" = "c"."tag"
    AND "u"."who" = "c"."who"
    AND "u"."session" IS NOT DISTINCT FROM "c"."session"
  WHERE
    TRUE AND "c"."touched_at" BETWEEN "u"."dated_at" AND "u"."last_at"
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
    NULL AS "own_receipt",
    "u"."tag",
    "u"."who",
    "u"."session",
    "u"."last_at"
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
  JOIN (
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
  ) AS "t"
    ON "p"."tag" = "t"."tag"
    AND "p"."who" = "t"."who"
    AND "p"."session" IS NOT DISTINCT FROM "t"."session"
  WHERE
    "t"."occurred_at" BETWEEN "p"."dated_at" AND "p"."last_at"
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
