WITH "leads" AS MATERIALIZED (
  SELECT
    "conversion_id" AS "unit_id",
    "receipt_id" AS "own_receipt",
    "occurred_at" AS "dated_at",
    "subject" AS "subject",
    "program_id" AS "program_id"
  FROM "conversions"
  WHERE
    "program_id" = unhex({program: String})
    AND "definition_id" = unhex({leads: String})
    AND "occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
), "members" AS MATERIALIZED (
  SELECT
    "c_row"."conversion_id" AS "unit_id",
    "c_row"."share_ppb" AS "share_ppb",
    "l_row"."dated_at" AS "dated_at",
    "c_row"."event_id" AS "event_id",
    "c_row"."receipt_id" AS "receipt_id",
    "c_row"."touched_at" AS "occurred_at",
    toInt64(0) AS "due_us",
    "c_row"."partner_id" AS "partner_id",
    "c_row"."partner_kind" AS "partner_kind",
    "c_row"."partnership_id" AS "partnership_id",
    "c_row"."placement_id" AS "placement_id",
    "c_row"."placement_type" AS "placement_type",
    "c_row"."link_id" AS "link_id",
    "c_row"."code_id" AS "code_id",
    "c_row"."channel_id" AS "channel_id",
    "c_row"."campaign_id" AS "campaign_id",
    "c_row"."device" AS "device",
    "c_row"."browser" AS "browser",
    "c_row"."country" AS "country",
    "c_row"."visitor_type" AS "visitor_type",
    "c_row"."landing_page" AS "landing_page",
    "c_row"."sub_id" AS "sub_id"
  FROM "paths" AS "c_row"
  JOIN "leads" AS "l_row"
    ON "l_row"."unit_id" = "c_row"."conversion_id"
  WHERE
    "c_row"."program_id" = unhex({program: String})
    AND "c_row"."definition_id" = unhex({leads: String})
    AND "c_row"."share_ppb" > toInt64(0)
), "standing" AS MATERIALIZED (
  SELECT
    "m_row".*,
    MAX("m_row"."due_us") OVER (PARTITION BY "m_row"."unit_id") AS "lead_due_us",
    ROW_NUMBER() OVER (
      PARTITION BY "m_row"."unit_id"
      ORDER BY "m_row"."share_ppb" DESC, "m_row"."occurred_at" DESC, "m_row"."event_id" DESC
    ) AS "nth"
  FROM "members" AS "m_row"
), "units" AS MATERIALIZED (
  SELECT
    "l_row"."unit_id" AS "unit_id",
    "l_row"."own_receipt" AS "own_receipt",
    "l_row"."dated_at" AS "dated_at",
    COALESCE("t_row"."lead_due_us", toInt64(0)) AS "due_us",
    toInt64(5) AS "tag",
    "l_row"."subject" AS "who",
    TRUE AS "counts",
    "l_row"."program_id" AS "program_id",
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
  FROM "leads" AS "l_row"
  LEFT JOIN "standing" AS "t_row"
    ON "t_row"."unit_id" = "l_row"."unit_id" AND "t_row"."nth" = toInt64(1)
  WHERE
    TRUE
    AND "l_row"."dated_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "l_row"."dated_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
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
      AND "m_row"."dated_at" <= "c_row"."converted_at"
    WHERE
      "c_row"."program_id" = unhex({program: String})
      AND "c_row"."definition_id" = unhex({definition: String})
      AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND (
        "c_row"."share_ppb" > toInt64(0)
      )
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY "c_row"."conversion_id", "c_row"."event_id"
        ORDER BY "m_row"."dated_at" DESC, "m_row"."unit_id" DESC
      ) = toInt64(1)
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
    "u_row"."own_receipt" AS "own_receipt"
  FROM (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        NOT (
          "u_row"."partner_id" IS NULL
        )
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
  JOIN "members" AS "t_row"
    ON "t_row"."unit_id" = "p_row"."unit_id"
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
  LOWER(HEX("p_row"."own_receipt")) AS "own_receipt"
FROM "page" AS "p_row"
LEFT JOIN "seen" AS "s_row"
  ON "s_row"."unit_id" = "p_row"."unit_id"
LEFT JOIN "done" AS "d_row"
  ON "d_row"."unit_id" = "p_row"."unit_id"
ORDER BY
  "p_row"."dated_at",
  "p_row"."unit_id"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, definition, end, leads, limit, offset, program, start, version
