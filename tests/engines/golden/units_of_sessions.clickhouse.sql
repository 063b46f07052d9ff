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
), "reached" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    "u_row"."unit_id" AS "unit_id",
    "c_row"."conversion_id" AS "conversion_id",
    "c_row"."event_id" AS "event_id",
    "c_row"."receipt_id" AS "receipt_id",
    "c_row"."converted_at" AS "converted_at",
    "c_row"."touched_at" AS "touched_at",
    "c_row"."version" AS "version",
    "c_row"."share_ppb" AS "share_ppb",
    "c_row"."customer_type" AS "customer_type"
  FROM (
    SELECT
      CASE
        WHEN NOT (
          "c_row"."visitor" IS NULL
        )
        THEN toInt64(0)
        WHEN NOT (
          "c_row"."customer" IS NULL
        )
        THEN toInt64(1)
        WHEN NOT (
          "c_row"."account" IS NULL
        )
        THEN toInt64(2)
        WHEN NOT (
          "c_row"."session" IS NULL
        )
        THEN toInt64(3)
        ELSE toInt64(4)
      END AS "tag",
      COALESCE(
        "c_row"."visitor",
        "c_row"."customer",
        "c_row"."account",
        "c_row"."session",
        LOWER(HEX("c_row"."event_id"))
      ) AS "who",
      "c_row"."session" AS "session",
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
      AND "c_row"."kind" <> 'impression'
      AND (
        NOT (
          "c_row"."visitor" IS NULL
        )
        OR NOT (
          "c_row"."session" IS NULL
        )
        OR "c_row"."kind" = 'click'
      )
  ) AS "c_row"
  JOIN (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        NOT (
          "u_row"."partner_id" IS NULL
        )
        AND COALESCE("u_row"."partner_id", unhex({nobody: String})) = unhex({where_0: String})
      )
  ) AS "u_row"
    ON "u_row"."tag" = "c_row"."tag"
    AND "u_row"."who" = "c_row"."who"
    AND "u_row"."session" IS NOT DISTINCT FROM "c_row"."session"
  WHERE
    TRUE AND "c_row"."touched_at" BETWEEN "u_row"."dated_at" AND "u_row"."last_at"
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
), "page" AS MATERIALIZED (
  SELECT
    "u_row"."unit_id" AS "unit_id",
    "u_row"."dated_at" AS "dated_at",
    CASE WHEN NOT (
      "o_row"."unit_id" IS NULL
    ) THEN toInt64(1) ELSE toInt64(0) END AS "converted",
    toInt64(0) AS "immature",
    NULL AS "own_receipt",
    "u_row"."tag" AS "tag",
    "u_row"."who" AS "who",
    "u_row"."session" AS "session",
    "u_row"."last_at" AS "last_at"
  FROM (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        NOT (
          "u_row"."partner_id" IS NULL
        )
        AND COALESCE("u_row"."partner_id", unhex({nobody: String})) = unhex({where_0: String})
      )
  ) AS "u_row"
  LEFT JOIN "outcomes" AS "o_row"
    ON "o_row"."unit_id" = "u_row"."unit_id"
  ORDER BY
    "u_row"."dated_at",
    "u_row"."unit_id"
  LIMIT {limit: Int64}
  OFFSET {offset: Int64}
), "seen" AS MATERIALIZED (
  SELECT
    "p_row"."unit_id" AS "unit_id",
    arrayStringConcat(
      arrayMap(
        "one" -> "one".3,
        arraySort(
          groupArrayIf(
            (
              "t_row"."occurred_at",
              "t_row"."event_id",
              assumeNotNull(LOWER(HEX("t_row"."event_id")))
            ),
            NOT (
              LOWER(HEX("t_row"."event_id")) IS NULL
            )
          )
        )
      ),
      ' '
    ) AS "events",
    arrayStringConcat(
      arrayMap(
        "one" -> "one".3,
        arraySort(
          groupArrayIf(
            (
              "t_row"."occurred_at",
              "t_row"."event_id",
              assumeNotNull(LOWER(HEX("t_row"."receipt_id")))
            ),
            NOT (
              LOWER(HEX("t_row"."receipt_id")) IS NULL
            )
          )
        )
      ),
      ' '
    ) AS "receipts"
  FROM "page" AS "p_row"
  JOIN (
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
  ) AS "t_row"
    ON "p_row"."tag" = "t_row"."tag"
    AND "p_row"."who" = "t_row"."who"
    AND "p_row"."session" IS NOT DISTINCT FROM "t_row"."session"
  WHERE
    "t_row"."occurred_at" BETWEEN "p_row"."dated_at" AND "p_row"."last_at"
  GROUP BY
    "p_row"."unit_id"
), "done" AS MATERIALIZED (
  SELECT
    "r_row"."unit_id" AS "unit_id",
    arrayStringConcat(
      arrayMap(
        "one" -> "one".3,
        arraySort(
          groupArrayIf(
            (
              "r_row"."converted_at",
              "r_row"."conversion_id",
              assumeNotNull(LOWER(HEX("r_row"."conversion_id")))
            ),
            NOT (
              LOWER(HEX("r_row"."conversion_id")) IS NULL
            )
          )
        )
      ),
      ' '
    ) AS "conversions"
  FROM (
    SELECT DISTINCT
      "r_row"."unit_id" AS "unit_id",
      "r_row"."conversion_id" AS "conversion_id",
      "r_row"."converted_at" AS "converted_at"
    FROM "reached" AS "r_row"
    WHERE
      TRUE
  ) AS "r_row"
  GROUP BY
    "r_row"."unit_id"
)
SELECT
  LOWER(HEX("p_row"."unit_id")) AS "unit",
  toUnixTimestamp64Micro("p_row"."dated_at") AS "at_us",
  "p_row"."converted" AS "converted",
  toInt64(1) AS "is_unit",
  "p_row"."immature" AS "immature",
  COALESCE("s_row"."events", '') AS "events",
  COALESCE("s_row"."receipts", '') AS "receipts",
  COALESCE("d_row"."conversions", '') AS "conversions",
  NULL AS "own_receipt"
FROM "page" AS "p_row"
LEFT JOIN "seen" AS "s_row"
  ON "s_row"."unit_id" = "p_row"."unit_id"
LEFT JOIN "done" AS "d_row"
  ON "d_row"."unit_id" = "p_row"."unit_id"
ORDER BY
  "p_row"."dated_at",
  "p_row"."unit_id"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, definition, end, limit, nobody, offset, program, seen_from, seen_until, start, version, where_0
