WITH "grouped" AS MATERIALIZED (
  SELECT
    "v_row"."tag" AS "tag",
    "v_row"."who" AS "who",
    "v_row"."session" AS "session",
    MIN("v_row"."occurred_at") AS "dated_at",
    MAX("v_row"."occurred_at") AS "last_at",
    MAX("v_row"."due_us") AS "due_us",
    argMin(
      "v_row"."event_id",
      ("v_row"."sourceless", "v_row"."occurred_at", "v_row"."event_id")
    ) AS "unit_id"
  FROM (
    SELECT
      "t_row"."event_id" AS "event_id",
      "t_row"."receipt_id" AS "receipt_id",
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
      END AS "sourceless"
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
  ) AS "v_row"
  GROUP BY
    "v_row"."tag",
    "v_row"."who",
    "v_row"."session"
), "begun" AS MATERIALIZED (
  SELECT
    "o_row".*,
    MAX("o_row"."opened_at") OVER (
      PARTITION BY "o_row"."tag", "o_row"."who", "o_row"."session"
      ORDER BY "o_row"."occurred_at"
    ) AS "began_at"
  FROM (
    SELECT
      "v_row".*,
      CASE
        WHEN lag(toNullable("v_row"."occurred_at")) OVER "in_order" IS NULL
        OR toUnixTimestamp64Micro("v_row"."occurred_at") - toUnixTimestamp64Micro(lag(toNullable("v_row"."occurred_at")) OVER "in_order") > CASE
          WHEN "v_row"."session" IS NULL
          THEN toInt64(1800000000)
          ELSE toInt64(14400000000)
        END
        THEN "v_row"."occurred_at"
      END AS "opened_at"
    FROM (
      SELECT
        "v_row".*
      FROM (
        SELECT
          "t_row"."event_id" AS "event_id",
          "t_row"."receipt_id" AS "receipt_id",
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
          END AS "sourceless"
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
      ) AS "v_row"
      JOIN (
        SELECT
          "g_row"."tag" AS "tag",
          "g_row"."who" AS "who",
          "g_row"."session" AS "session"
        FROM "grouped" AS "g_row"
        WHERE
          NOT (
            toUnixTimestamp64Micro("g_row"."last_at") - toUnixTimestamp64Micro("g_row"."dated_at") <= CASE
              WHEN "g_row"."session" IS NULL
              THEN toInt64(1800000000)
              ELSE toInt64(14400000000)
            END
          )
      ) AS "p_row"
        ON "p_row"."tag" = "v_row"."tag"
        AND "p_row"."who" = "v_row"."who"
        AND "p_row"."session" IS NOT DISTINCT FROM "v_row"."session"
    ) AS "v_row"
    WINDOW "in_order" AS (
      PARTITION BY "v_row"."tag", "v_row"."who", "v_row"."session"
      ORDER BY "v_row"."occurred_at"
    )
  ) AS "o_row"
), "sessions" AS MATERIALIZED (
  SELECT
    "g_row"."tag" AS "tag",
    "g_row"."who" AS "who",
    "g_row"."session" AS "session",
    "g_row"."dated_at" AS "dated_at",
    "g_row"."last_at" AS "last_at",
    "g_row"."due_us" AS "due_us",
    "g_row"."unit_id" AS "unit_id"
  FROM "grouped" AS "g_row"
  WHERE
    (
      toUnixTimestamp64Micro("g_row"."last_at") - toUnixTimestamp64Micro("g_row"."dated_at") <= CASE
        WHEN "g_row"."session" IS NULL
        THEN toInt64(1800000000)
        ELSE toInt64(14400000000)
      END
    )
  UNION ALL
  SELECT
    "v_row"."tag" AS "tag",
    "v_row"."who" AS "who",
    "v_row"."session" AS "session",
    "v_row"."began_at" AS "dated_at",
    MAX("v_row"."occurred_at") AS "last_at",
    MAX("v_row"."due_us") AS "due_us",
    argMin(
      "v_row"."event_id",
      ("v_row"."sourceless", "v_row"."occurred_at", "v_row"."event_id")
    ) AS "unit_id"
  FROM "begun" AS "v_row"
  WHERE
    (
      toUnixTimestamp64Micro("v_row"."occurred_at") - toUnixTimestamp64Micro("v_row"."began_at") <= toInt64(86400000000)
    )
  GROUP BY
    "v_row"."tag",
    "v_row"."who",
    "v_row"."session",
    "v_row"."began_at"
), "units" AS MATERIALIZED (
  SELECT
    "s_row"."unit_id" AS "unit_id",
    "s_row"."dated_at" AS "dated_at",
    "s_row"."last_at" AS "last_at",
    "s_row"."due_us" AS "due_us",
    "s_row"."tag" AS "tag",
    "s_row"."who" AS "who",
    "s_row"."session" AS "session",
    TRUE AS "counts",
    "t_row"."partner_id" AS "partner_id",
    "t_row"."channel_id" AS "channel_id"
  FROM "sessions" AS "s_row"
  JOIN "touchpoints" AS "t_row"
    ON "t_row"."event_id" = "s_row"."unit_id"
  WHERE
    TRUE
    AND "s_row"."dated_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "s_row"."dated_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
    AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({seen_from: Int64}, 'UTC')
    AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({seen_until: Int64}, 'UTC')
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
