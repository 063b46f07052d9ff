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
), "reached" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    "c_row".*
  FROM (
    SELECT
      "m_row"."unit_id" AS "unit_id",
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
    JOIN "members" AS "m_row"
      ON "m_row"."event_id" = "c_row"."event_id"
    WHERE
      "c_row"."program_id" = unhex({program: String})
      AND "c_row"."definition_id" = unhex({definition: String})
      AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND (
        "c_row"."share_ppb" > toInt64(0)
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
    ON "u_row"."unit_id" = "c_row"."unit_id"
  WHERE
    TRUE
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
    NULL AS "own_receipt"
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
  JOIN "members" AS "m_row"
    ON "m_row"."unit_id" = "p_row"."unit_id"
  JOIN "touchpoints" AS "t_row"
    ON "t_row"."event_id" = "m_row"."event_id"
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
